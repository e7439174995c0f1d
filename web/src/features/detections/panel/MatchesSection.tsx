import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { DetectionRule } from '@/api/types';
import { bucketStarts, fill, stepOf } from '@/charts/series';
import { countsQuery, dayMs, matchesQuery, shownMatches, type CountWidth } from '@/data/detections/rules';
import { Segmented } from '@/ui/Segmented';
import { Skeleton } from '@/ui/states';
import { Ago } from '@/ui/time';
import { count, dayTime } from '@/ui/timeText';
import { runId } from '../backtest/BacktestSection';
import { EventRows } from '../EventRows';
import { PartFailed } from './PartFailed';
import { Section } from './Section';
import classes from './panel.module.css';

const BarChart = lazy(() => import('@/charts/BarChart').then((module) => ({ default: module.BarChart })));

const widths = [['day', '30 days'], ['hour', '48 hours']] as const;
const fewRows = 10;
/** How long a rule is watched before it alerts. */
const watchedMs = 2 * dayMs;

/** How often and when it matched, and the newest events that it matched. */
export function MatchesSection({ rule }: { rule: DetectionRule }) {
  const [width, setWidth] = useState<CountWidth>('day');
  const { matches_24h: day, matches_30d: month, last_match_at: last } = rule.attributes;
  return (
    <Section title="Matches" aside={<Segmented label="Period" choices={widths} value={width} onChange={setWidth} />}>
      <p className="pk-num">
        {count(day)} in 24 h, {count(month)} in 30 days
        {last !== null && (
          <>
            , the last <Ago time={last} />
          </>
        )}
      </p>
      <Since rule={rule} />
      <Chart ruleId={rule.id} width={width} />
      <Recent rule={rule} />
    </Section>
  );
}

/** What came before the rule, or its newest version, was not tried with it: its count is no measure of how often it would have matched. */
function Since({ rule: { attributes: { state, alert_from: from } } }: { rule: DetectionRule }) {
  if (state !== 'new' || from === null) return null;
  return (
    <p className="pk-muted">
      This version of the rule watches since {dayTime(new Date(Date.parse(from) - watchedMs).toISOString())}; events that arrived before were not tried with it.{' '}
      <ToBacktest>Try it on them</ToBacktest>
    </p>
  );
}

function ToBacktest({ children }: { children: string }) {
  return (
    <button
      type="button"
      className="pk-text-button"
      onClick={() => {
        const run = document.getElementById(runId);
        run?.scrollIntoView({ block: 'center' });
        run?.focus({ preventScroll: true });
      }}
    >
      {children}
    </button>
  );
}

function Chart({ ruleId, width }: { ruleId: string; width: CountWidth }) {
  const query = useQuery(countsQuery(ruleId, width));
  const { data } = query;
  const drawn = useMemo(() => {
    if (!data) return null;
    const step = stepOf[data.meta.width];
    const starts = bucketStarts(data.from, data.to, step);
    return { starts, step, now: data.to, series: [{ key: 'matches', title: 'Matches', counts: fill(starts, step, data.data) }] };
  }, [data]);
  const waiting = <Skeleton height={124} />;
  if (query.error && !data) return <PartFailed what="The counts" error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div className={classes['chart']}>
      {drawn === null ? (
        waiting
      ) : (
        <Suspense fallback={waiting}>
          <BarChart label={`Matches, last ${width === 'day' ? '30 days' : '48 hours'}`} unit="matches" height={104} {...drawn} />
        </Suspense>
      )}
    </div>
  );
}

function Recent({ rule }: { rule: DetectionRule }) {
  const query = useQuery(matchesQuery(rule.id));
  const [all, setAll] = useState(false);
  if (query.error && !query.data) return <PartFailed what="The matches" error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton height={90} />;
  const events = query.data;
  if (events.length === 0) {
    return (
      <p className="pk-muted">
        It has matched nothing yet. <ToBacktest>A backtest</ToBacktest> tells what it would have matched in events that are stored.
      </p>
    );
  }
  return (
    <>
      <EventRows events={all ? events : events.slice(0, fewRows)} label="Recent matches" />
      {events.length > fewRows && !all && (
        <button type="button" className={`pk-text-button ${classes['more'] ?? ''}`} onClick={() => { setAll(true); }}>
          Show {events.length < shownMatches ? `all ${String(events.length)}` : `the newest ${String(shownMatches)}`}
        </button>
      )}
    </>
  );
}
