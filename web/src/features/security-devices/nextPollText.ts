import { ago, span } from '@/ui/timeText';

/** The server tells clocks alone every ten seconds, and a poll takes its time: until then what is late may well be done. */
const grace = 60_000;

/** What comes next is never in the past. `now` in milliseconds. */
export function nextPollText(time: string | null, now: number, never = 'not planned'): string {
  if (time === null) return never;
  const late = now - Date.parse(time);
  if (late < -6000) return ago(time, now);
  if (late < 0) return 'in a moment';
  return late <= grace ? 'due now' : `${span(late / 1000)} late`;
}
