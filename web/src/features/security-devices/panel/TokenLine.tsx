import type { Device } from '@/api/types';
import { IconCheck, IconX } from '@/ui/icons';
import { Term } from '@/ui/Term';
import { calendarDay } from '@/ui/timeText';
import { Expiry } from './Expiry';
import classes from './panel.module.css';

/** What the token lets Picket read, and until when. */
export function TokenLine({ device }: { device: Device }) {
  const { credential, status_details } = device.attributes;
  if (credential === null) return null;
  const streams = status_details?.streams ?? [];
  const titles = new Map(streams.map((one) => [one.stream, one.title]));
  const missing = streams.filter((one) => !credential.features.includes(one.stream));
  return (
    <div className={classes.token}>
      <span className={classes.tokenTitle}>
        <Term of="token_allows">The token allows</Term>
      </span>
      <ul className={classes.features}>
        {credential.features.map((feature) => (
          <li key={feature} data-allowed="true">
            <IconCheck size={14} aria-hidden />
            {titles.get(feature) ?? feature}
          </li>
        ))}
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
      <span className={classes.tokenEnd}>
        {credential.expires_at === null ? 'It never expires' : <>Ends <Expiry credential={credential} /></>}
        {credential.issued_at !== null && <span className="pk-muted">, issued {calendarDay(credential.issued_at)}</span>}
      </span>
    </div>
  );
}
