import type { Device } from '@/api/types';
import { IconCheck, IconX } from '@/ui/icons';
import { Term } from '@/ui/Term';
import { calendarDay } from '@/ui/timeText';
import { serverNow } from '@/api/clock';
import { refusedFor, tokenStanding } from '../token';
import { Expiry } from './Expiry';
import classes from './health.module.css';

/** What the token lets Picket read, and until when. A tick says that the vendor has proved it. */
export function TokenLine({ device }: { device: Device }) {
  const { credential, status_details } = device.attributes;
  if (credential === null) return null;
  const standing = tokenStanding(device);
  const streams = status_details?.streams ?? [];
  const titles = new Map(streams.map((one) => [one.stream, one.title]));
  const refused = new Set(streams.filter(refusedFor).map((one) => one.stream));
  const missing = streams.filter((one) => !credential.features.includes(one.stream));
  return (
    <div className={classes.token}>
      <span className={classes.tokenTitle}>
        {standing === 'accepted' ? <Term of="token_allows">The token allows</Term> : <Term of="token_issued_for">The token was issued for</Term>}
      </span>
      <ul className={classes.features}>
        {credential.features.map((feature) => {
          const allowed = standing === 'accepted' && !refused.has(feature);
          return (
            <li key={feature} data-allowed={allowed ? 'true' : 'unproven'}>
              {allowed && <IconCheck size={14} aria-hidden />}
              {titles.get(feature) ?? feature}
              {standing === 'accepted' && !allowed && ' (refused)'}
            </li>
          );
        })}
        {credential.features.length > 0 &&
          missing.map((one) => (
            <li key={one.stream} data-allowed="false">
              <IconX size={14} aria-hidden />
              <span>
                {one.title}
                <span className="pk-hidden">: not included</span>
              </span>
            </li>
          ))}
        {credential.features.length === 0 && <li className="pk-muted">It says nothing of itself; the polls tell.</li>}
      </ul>
      <TokenEnd device={device} refused={standing === 'refused'} />
    </div>
  );
}

function TokenEnd({ device, refused }: { device: Device; refused: boolean }) {
  const { credential } = device.attributes;
  if (credential === null) return null;
  const { expires_at: end, issued_at: issued } = credential;
  const past = end !== null && Date.parse(end) <= serverNow();
  const parts = [
    end === null ? (refused ? null : 'Never expires (no expiry in the token)') : <>{past ? 'Expired' : 'Expires'} <Expiry device={device} /></>,
    issued === null ? null : <span className="pk-muted">{end === null && refused ? 'Issued' : 'issued'} {calendarDay(issued)}</span>,
  ].filter((part) => part !== null);
  if (parts.length === 0) return null;
  return (
    <span className={classes.tokenEnd}>
      {parts[0]}
      {parts.length > 1 && <>, {parts[1]}</>}
    </span>
  );
}
