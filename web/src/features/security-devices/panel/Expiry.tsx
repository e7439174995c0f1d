import { serverNow } from '@/api/clock';
import type { Device } from '@/api/types';
import { calendarDay, span } from '@/ui/timeText';
import { noEndText } from '../token';
import classes from './health.module.css';

const day = 24 * 60 * 60 * 1000;

/** When the token ends, in the colour of how soon. */
export function Expiry({ device }: { device: Device }) {
  const end = device.attributes.credential?.expires_at ?? null;
  if (end === null) return <span className="pk-muted">{noEndText(device)}</span>;
  const left = Date.parse(end) - serverNow();
  const urgency = left <= day ? 'error' : left <= 30 * day ? 'warning' : 'ok';
  const near = left < 0 ? `${span(-left / 1000)} ago` : `in ${span(left / 1000)}`;
  return (
    <span className={classes.expiry} data-urgency={urgency} title={end}>
      {calendarDay(end)} ({near})
    </span>
  );
}
