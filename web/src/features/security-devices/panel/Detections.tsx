import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DeviceDetections } from '@/api/types';
import { deviceDetectionsQuery } from '@/data/detections/rules';
import { AppLink } from '@/ui/AppLink';
import { Heading } from '@/ui/PanelHeading';
import { IconAlertTriangle } from '@/ui/icons';
import { Callout, Skeleton } from '@/ui/states';
import { Term } from '@/ui/Term';
import { useClockText } from '@/ui/time';
import { TitleHere } from '@/ui/TitleHere';
import { absolute, count, hourAgo, iso } from '@/ui/timeText';
import sections from './sections.module.css';
import classes from './detections.module.css';

const fewRows = 8;
type Rule = DeviceDetections['rules'][number];

/** "Credential Access" for `credential-access`. */
const tacticName = (slug: string): string => slug.split('-').map((word) => (word === 'and' ? word : word.charAt(0).toUpperCase() + word.slice(1))).join(' ');
const names = (slugs: readonly string[]): string => slugs.map(tacticName).join(', ');

interface About {
  paused: boolean;
  technology: string | undefined;
}

/** Which rules watch the device, which of them matched, and what nobody watches while it is down. */
export function Detections({ deviceId, ...about }: { deviceId: string } & About) {
  const query = useQuery(deviceDetectionsQuery(deviceId));
  return (
    <section className={classes.detections} aria-labelledby="device-detections">
      <Heading level={4} id="device-detections" className={sections.cardTitle}>
        Detections
      </Heading>
      {query.data ? (
        <Known data={query.data} {...about} />
      ) : query.error ? (
        <p className="pk-muted">The rules could not be loaded: {query.error.message}</p>
      ) : (
        <Skeleton height={96} />
      )}
    </section>
  );
}

function Known({ data, paused, technology }: { data: DeviceDetections } & About) {
  const [all, setAll] = useState(false);
  const { rules, tactics_watched: watched, tactics_blind: blind } = data;
  const on = rules.filter((rule) => rule.state === 'running' || rule.state === 'new');
  const untold = on.filter((rule) => rule.state === 'new').length;
  const fresh = untold === 0 ? '' : ` (${count(untold)} ${untold === 1 ? 'is' : 'are'} new and ${untold === 1 ? 'raises' : 'raise'} no alert yet)`;
  // What cannot be seen is said above.
  const sighted = watched.filter((tactic) => !blind.includes(tactic));
  const matched = [...rules].filter((rule) => rule.matches_30d > 0).sort((a, b) => b.matches_30d - a.matches_30d);
  const shown = all ? matched : matched.slice(0, fewRows);
  return (
    <>
      {blind.length > 0 && (
        <Callout
          tone="warn"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title={
            <>
              While {paused ? 'this device is paused' : 'streams of this device bring nothing'}, Picket <Term of="tactics_blind">cannot see</Term>: {names(blind)}
            </>
          }
        />
      )}
      <p>
        {on.length === 0 ? 'No rule watches this device.' : `${count(on.length)} ${on.length === 1 ? 'rule watches' : 'rules watch'} this device${fresh}`}
        {on.length > 0 && (sighted.length === 0 ? '.' : <span className="pk-muted">{blind.length > 0 ? '. Still watched: ' : ': '}{names(sighted)}</span>)}
      </p>
      {matched.length > 0 ? (
        <table className={classes.detectionRules} aria-label="Rules that matched on this device">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col" title="Matches in 24 hours">24 h</th>
              <th scope="col" title="Matches in 7 days">7 days</th>
              <th scope="col" title="Matches in 30 days">30 days</th>
              <th scope="col">Last match</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((rule) => (
              <Row key={rule.id} rule={rule} technology={technology} />
            ))}
          </tbody>
        </table>
      ) : (
        on.length > 0 && <p className="pk-muted">None of them matched in 30 days.</p>
      )}
      {matched.length > fewRows && !all && (
        <button type="button" className={`pk-text-button ${classes.detectionMore}`} onClick={() => { setAll(true); }}>
          Show all {count(matched.length)}
        </button>
      )}
    </>
  );
}

/** Of one device only the hour of a match is known: minutes ago would be made up. */
function Hour({ start }: { start: string }) {
  const text = useClockText((now) => hourAgo(start, now));
  return (
    <time dateTime={iso(start)} title={`In the hour from ${absolute(start)} (${iso(start)})`}>
      {text}
    </time>
  );
}

function Row({ rule, technology }: { rule: Rule; technology: string | undefined }) {
  return (
    <tr>
      <th scope="row" title={rule.title}>
        <AppLink href={`/detections/${encodeURIComponent(rule.id)}`}><TitleHere title={rule.title} technology={technology} /></AppLink>
        {(rule.state === 'off' || rule.state === 'broken') && <span className="pk-muted"> ({rule.state})</span>}
      </th>
      <td className="pk-num">{count(rule.matches_24h)}</td>
      <td className="pk-num">{count(rule.matches_7d)}</td>
      <td className="pk-num">{count(rule.matches_30d)}</td>
      <td className="pk-num">{rule.last_match_at === null ? <span className="pk-muted">never</span> : <Hour start={rule.last_match_at} />}</td>
    </tr>
  );
}
