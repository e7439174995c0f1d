import { useClockText } from '@/ui/time';
import { absolute, iso } from '@/ui/timeText';
import { useZone } from '@/ui/zone';
import { nextPollText } from './nextPollText';

/** When the vendor is asked next; its moment on hover. */
export function NextPoll({ time }: { time: string | null }) {
  useZone();
  const text = useClockText((now) => nextPollText(time, now));
  if (time === null) return <span className="pk-muted">{text}</span>;
  return (
    <time dateTime={iso(time)} title={`${absolute(time)} (${iso(time)})`} className="pk-num">
      {text}
    </time>
  );
}
