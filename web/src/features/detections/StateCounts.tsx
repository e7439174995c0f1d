import type { DetectionRule, RuleState } from '@/api/types';
import { count } from '@/ui/timeText';
import { stateIcons } from './Badges';
import { stateWords } from './words';
import classes from './detections.module.css';

/** What needs somebody first. */
const order: readonly RuleState[] = ['broken', 'new', 'off', 'running'];

/** How many rules are in which state, each a filter: "1 broken, 2 new, 97 running". Its room is kept until they are known. */
export function StateCounts({ rules, shown, onChange }: {
  rules: readonly DetectionRule[] | undefined;
  shown: string | undefined;
  onChange: (text: string | undefined) => void;
}) {
  const counts = new Map<RuleState, number>();
  for (const { attributes } of rules ?? []) counts.set(attributes.state, (counts.get(attributes.state) ?? 0) + 1);
  return (
    <div role="group" aria-label="Rules by state" className={classes['counts']}>
      {order
        .filter((state) => counts.has(state) || state === shown)
        .map((state) => {
          const Icon = stateIcons[state];
          return (
            <button
              key={state}
              type="button"
              data-state={state}
              className={classes['state']}
              aria-pressed={state === shown}
              onClick={() => {
                onChange(state === shown ? undefined : state);
              }}
            >
              <Icon size={15} aria-hidden />
              {count(counts.get(state) ?? 0)} {stateWords[state].toLowerCase()}
            </button>
          );
        })}
    </div>
  );
}
