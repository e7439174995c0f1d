import { useClockText } from '@/ui/time';
import { absolute, iso } from '@/ui/timeText';
import { useZone } from '@/ui/zone';
import { nextPollText } from './nextPollText';

/** When the vendor is asked next; its moment on hover. `none` is said where no time is set. */
export function NextPoll({ time, none }: { time: string | null; none?: string | undefined }) {
  useZone();
  const text = useClockText((now) => nextPollText(time, now, none));
  if (time === null) return <span className="pk-muted">{text}</span>;
  return (
    <time dateTime={iso(time)} title={`${absolute(time)} (${iso(time)})`} className="pk-num">
      {text}
    </time>
  );
}
