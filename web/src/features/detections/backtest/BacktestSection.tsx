import { Button, Progress } from '@mantine/core';
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { serverNow } from '@/api/clock';
import type { BacktestRequest } from '@/api/types';
import { fill } from '@/charts/series';
import { Backtest, type BacktestState } from '@/data/detections/backtest';
import { IconPlayerPlay, IconX } from '@/ui/icons';
import { RangePicker } from '@/ui/range/RangePicker';
import { endsOf, parseRange } from '@/ui/range/range';
import { Callout, Skeleton } from '@/ui/states';
import { Term } from '@/ui/Term';
import { count, dayTime } from '@/ui/timeText';
import { EventRows } from '../EventRows';
import { Section } from '../panel/Section';
import classes from './backtest.module.css';

const BarChart = lazy(() => import('@/charts/BarChart').then((module) => ({ default: module.BarChart })));

/** The button that runs it, for what leads here. */
export const runId = 'backtest-run';
const never = (): (() => void) => () => undefined;

/** A rule that is in force, or a text that need not be saved. */
export type BacktestOf = { ruleId: string } | { text: string; ownRuleId: string | null };

const quick = ['24h', '7d', '30d', '90d'] as const;
const preset = '7d';

function requestOf(of: BacktestOf, range: string): BacktestRequest {
  const now = serverNow();
  const ends = endsOf(parseRange(range) ?? { kind: 'last', seconds: 7 * 86_400 }, now);
  const period = { from: new Date(ends.from ?? 0).toISOString(), to: new Date(ends.to ?? now).toISOString() };
  if ('ruleId' in of) return { rule_ids: [of.ruleId], ...period };
  return { text: of.text, ...(of.ownRuleId === null ? {} : { own_rule_id: of.ownRuleId }), ...period };
}

/** How often a rule would have matched, when, and what; nothing is recorded. `blocked` says why it cannot be run now. */
export function BacktestSection({ of, blocked }: { of: BacktestOf; blocked?: string | undefined }) {
  const [range, setRange] = useState<string>(preset);
  const [test, setTest] = useState<Backtest | null>(null);
  const status = useSyncExternalStore(test?.subscribe ?? never, () => test?.snapshot().status);
  const running = status === 'running';
  useEffect(() => {
    test?.start();
    // Nobody looks any more: the server need not go on.
    return () => {
      test?.cancel();
    };
  }, [test]);
  return (
    <Section title={<Term of="backtest">Backtest</Term>} level={'text' in of ? 2 : 3}>
      <div className={classes['tools']}>
        <RangePicker range={range} quick={quick} onChange={setRange} />
        {/* One button for both: the focus stays on it when it ends by itself. */}
        <Button
          id={runId}
          variant="default"
          leftSection={running ? <IconX size={15} aria-hidden /> : <IconPlayerPlay size={15} aria-hidden />}
          disabled={blocked !== undefined && !running}
          onClick={(event) => {
            // The second click of a double click is none to cancel.
            if (running && event.detail > 1) return;
            if (running) test?.cancel();
            else setTest(new Backtest(requestOf(of, range)));
          }}
        >
          {running ? 'Cancel' : test === null || status === 'refused' ? 'Run backtest' : 'Run again'}
        </Button>
      </div>
      {blocked !== undefined ? (
        <p className="pk-muted">{blocked}</p>
      ) : (
        test === null && <p className="pk-muted">Tries the rule on stored events of this period. Nothing is recorded and no alert is raised.</p>
      )}
      {test !== null && <Result test={test} onFrom={(from) => { setTest(new Backtest({ ...test.asked, from })); }} />}
    </Section>
  );
}

const share = ({ scanned, of }: BacktestState): number => (of === 0 ? 0 : Math.min(100, (scanned / of) * 100));

function headline(state: BacktestState): string {
  const matches = `${count(state.matched)} ${state.matched === 1 ? 'match' : 'matches'}`;
  const looked = `${count(state.scanned)} of ${count(state.of)} events`;
  if (state.status === 'running') return state.of === 0 ? 'Looking for the events of this period.' : `${matches} so far, ${looked} tried.`;
  if (state.status === 'done') return state.of === 0 ? 'No stored event of this period is what the rule looks at.' : `${matches} in ${count(state.scanned)} events.`;
  return `${state.status === 'cancelled' ? 'Cancelled' : 'Broken off'}: ${matches} in the first ${looked}.`;
}

function Result({ test, onFrom }: { test: Backtest; onFrom: (from: string) => void }) {
  const state = useSyncExternalStore(test.subscribe, test.snapshot);
  const { asked } = test;
  const running = state.status === 'running';
  const rules = state.done?.rules ?? [];
  // A backtest goes through time as the events did; what is looked at first is the newest.
  const matches = useMemo(() => [...state.matches].reverse(), [state.matches]);
  const newest = newestFrom(state.buckets, state.matches.length, asked.from);
  if (state.status === 'refused') return <Callout tone="bad" role="alert" title={`Not started: ${state.error?.message ?? ''}`} />;
  return (
    <div className={classes['result']} aria-busy={running}>
      <p role="status" className={classes['headline']}>
        {headline(state)}
      </p>
      <p className="pk-muted pk-num">
        {dayTime(asked.from)} to {dayTime(asked.to)}
        {running && state.reached !== null && `, now at ${dayTime(state.reached)}`}
      </p>
      {running && <Progress value={share(state)} size={4} aria-label="Progress of the backtest" transitionDuration={0} />}
      {state.error && (
        <Callout tone="bad" role="alert" title="The backtest could not be finished">
          {state.error.message}
        </Callout>
      )}
      {state.done && state.done.missed > 0 && (
        <Callout tone="warn" title="The counts of correlations may be too low">
          So many events came together that {count(state.done.missed)} of them had to be forgotten. Choose a shorter period.
        </Callout>
      )}
      {state.done && state.done.unread > 0 && <p className="pk-muted">{count(state.done.unread)} records could not be read and were not tried.</p>}
      {state.buckets && state.buckets.buckets.length > 0 && <When state={state} asked={asked} />}
      {rules.length > 1 && (
        <ul className={classes['rules']} aria-label="Matches by rule">
          {rules.map((one) => (
            <li key={one.id}>
              <span>{one.title}</span> <span className="pk-num">{count(one.matches)}</span>
            </li>
          ))}
        </ul>
      )}
      {state.matches.length > 0 && (
        <>
          {state.matched > state.matches.length && !running && (
            <p className="pk-muted">
              The {count(state.matches.length)} oldest of {count(state.matched)} matches, the newest of them first. A shorter period shows others
              {newest === null ? ':' : '; '}
              {newest !== null && (
                <button type="button" className="pk-text-button" onClick={() => { onFrom(newest); }}>
                  try the end of this one
                </button>
              )}
            </p>
          )}
          <div className={classes['rows']}>
            <EventRows events={matches} label="Matches of the backtest" withRule={rules.length > 1} />
          </div>
        </>
      )}
    </div>
  );
}

/** Bars over the whole period, also where nothing matched. */
export function barsOf(buckets: NonNullable<BacktestState['buckets']>, from: number, to: number): { starts: number[]; step: number; counts: number[] } {
  const step = Math.max(1, buckets.width_seconds) * 1000;
  const known = Date.parse(buckets.buckets[0]?.start ?? '');
  let first = Number.isNaN(known) ? from : known - Math.max(0, Math.ceil((known - from) / step)) * step;
  // A period that nobody limited begins where something is.
  if (known - first > 400 * step) first = known;
  const starts: number[] = [];
  for (let at = first; at < to && starts.length < 1000; at += step) starts.push(at);
  return { starts, step, counts: fill(starts, step, buckets.buckets) };
}

/** From when on there are about as many matches as are shown; null where that is no shorter period. */
export function newestFrom(buckets: BacktestState['buckets'], most: number, from: string): string | null {
  let at: string | null = null;
  let sum = 0;
  for (const { start, count: many } of [...(buckets?.buckets ?? [])].reverse()) {
    sum += many;
    if (at !== null && sum > most) break;
    at = start;
  }
  return at !== null && Date.parse(at) > Date.parse(from) ? at : null;
}

function When({ state, asked }: { state: BacktestState; asked: BacktestRequest }) {
  const { buckets } = state;
  const drawn = useMemo(() => (buckets ? barsOf(buckets, Date.parse(asked.from), Date.parse(asked.to)) : null), [buckets, asked]);
  if (drawn === null) return null;
  return (
    <Suspense fallback={<Skeleton height={124} />}>
      <BarChart
        label="Matches of the backtest over time"
        unit="matches"
        height={104}
        starts={drawn.starts}
        step={drawn.step}
        series={[{ key: 'matches', title: 'Matches', counts: drawn.counts }]}
      />
    </Suspense>
  );
}
