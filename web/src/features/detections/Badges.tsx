import type { DetectionRule } from '@/api/types';
import { IconAlertOctagon, IconCircleCheck, IconClock, IconMinus } from '@/ui/icons';
import { dayTime } from '@/ui/timeText';
import { levelWords, stateWords, type Level } from './words';
import classes from './detections.module.css';

export function LevelBadge({ level }: { level: string | null }) {
  if (level === null) return <span className="pk-muted">No level</span>;
  return (
    <span className={classes['level']} data-level={level}>
      {levelWords[level as Level] ?? level}
    </span>
  );
}

export const stateIcons = { running: IconCircleCheck, new: IconClock, off: IconMinus, broken: IconAlertOctagon };

/** What a state brings with it, in short: since when it will alert, why it is off, where it is broken. */
export function stateDetail(rule: DetectionRule): string | null {
  const { state, alert_from, reason, problem } = rule.attributes;
  if (state === 'new') return alert_from === null ? null : `alerts from ${dayTime(alert_from)}`;
  if (state === 'off') return reason;
  if (state === 'broken') return problem?.line ? `line ${String(problem.line)}` : (problem?.message ?? null);
  return null;
}

/** An icon and a word, never a colour alone. `brief`: without what the state brings with it, where that is told beside it. */
export function StateBadge({ rule, brief = false }: { rule: DetectionRule; brief?: boolean }) {
  const { state, problem } = rule.attributes;
  const Icon = stateIcons[state];
  const detail = brief ? null : stateDetail(rule);
  return (
    <span className={classes['state']} data-state={state} title={[stateWords[state], brief ? null : (problem?.message ?? detail)].filter((part) => part !== null).join(': ')}>
      <Icon size={15} aria-hidden />
      <span className={classes['stateWords']} data-words>
        {stateWords[state]}
        {detail !== null && (
          <span className={classes['stateDetail']}>
            {state === 'off' ? ': ' : ', '}
            {detail}
          </span>
        )}
      </span>
    </span>
  );
}
