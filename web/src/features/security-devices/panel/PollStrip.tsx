import type { Poll } from '@/api/types';
import { count, took } from '@/ui/timeText';
import classes from './polls.module.css';

const kept = 200;
const pitch = 4;
const tall = 30;

/** Every kept poll as a stroke, oldest left: its height is how long it took; failed ones are red and reach the top. */
export function PollStrip({ polls }: { polls: Poll[] }) {
  const inOrder = [...polls].reverse();
  const worked = polls.filter((poll) => poll.attributes.outcome === 'ok').map((poll) => poll.attributes.duration_ms);
  const longest = Math.max(1, ...worked);
  const failed = polls.length - worked.length;
  const width = Math.max(60, Math.min(kept, polls.length)) * pitch;
  let good = '';
  let fresh = '';
  let bad = '';
  inOrder.forEach((poll, index) => {
    const { outcome, duration_ms, new_events } = poll.attributes;
    const high = outcome === 'ok' ? 5 + Math.round(Math.sqrt(duration_ms / longest) * (tall - 12)) : tall;
    const stroke = `M${String(index * pitch)} ${String(tall)}v-${String(high)}h${String(pitch - 1)}v${String(high)}z`;
    if (outcome !== 'ok') bad += stroke;
    else if (new_events > 0) fresh += stroke;
    else good += stroke;
  });
  const typical = [...worked].sort((a, b) => a - b)[worked.length >> 1];
  const label =
    `The last ${count(polls.length)} polls, oldest first: ${failed === 0 ? 'none' : count(failed)} failed` +
    (typical === undefined ? '.' : `, those that worked took ${took(typical)} typically, ${took(longest)} at most.`);
  return (
    <figure className={classes.strip}>
      <svg role="img" aria-label={label} viewBox={`0 0 ${String(width)} ${String(tall)}`} preserveAspectRatio="none" height={tall}>
        <title>{label}</title>
        <path d={good} className={classes.stripGood} />
        <path d={fresh} className={classes.stripFresh} />
        <path d={bad} className={classes.stripBad} />
      </svg>
      <figcaption>
        <span>
          {count(polls.length)} {polls.length === 1 ? 'poll' : 'polls'}, oldest left
        </span>
        <span data-kind="fresh">brought events</span>
        <span data-kind="good">nothing new</span>
        <span data-kind="bad">{failed === 0 ? 'none failed' : `${count(failed)} failed`}</span>
        {typical !== undefined && <span>typically {took(typical)}</span>}
      </figcaption>
    </figure>
  );
}
