import { useClockText } from '@/ui/time';
import { absolute, iso } from '@/ui/timeText';
import { useZone } from '@/ui/zone';
import { nextPollText } from './nextPollText';

/** When the vendor is asked next; its moment on hover. `never` where no time is set: a device that is being verified is asked right now. */
export function NextPoll({ time, never }: { time: string | null; never?: string | undefined }) {
  useZone();
  const text = useClockText((now) => nextPollText(time, now, never));
  if (time === null) return <span className="pk-muted">{text}</span>;
  return (
    <time dateTime={iso(time)} title={`${absolute(time)} (${iso(time)})`} className="pk-num">
      {text}
    </time>
  );
}
