import { serverNow } from '@/api/clock';
import type { Credential } from '@/api/types';
import { calendarDay, span } from '@/ui/timeText';
import classes from './panel.module.css';

const day = 24 * 60 * 60 * 1000;

/** When the token ends, in the colour of how soon. */
export function Expiry({ credential }: { credential: Credential | null }) {
  if (credential === null) return <span className="pk-muted">no token</span>;
  if (credential.expires_at === null) return <>never</>;
  const left = Date.parse(credential.expires_at) - serverNow();
  const urgency = left <= day ? 'error' : left <= 30 * day ? 'warning' : 'ok';
  return (
    <span className={classes.expiry} data-urgency={urgency} title={credential.expires_at}>
      {calendarDay(credential.expires_at)} {left < 0 ? '(past)' : `(in ${span(left / 1000)})`}
    </span>
  );
}
