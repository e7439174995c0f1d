import {
  IconAlertOctagon,
  IconAlertTriangle,
  IconCircleCheck,
  IconLoader2,
  IconPlayerPause,
  IconTrash,
} from '@/ui/icons';
import type { Level } from '@/api/types';
import classes from './ui.module.css';

export type ShownLevel = Level | 'deleted';

export const levelWords: Record<ShownLevel, string> = {
  ok: 'Healthy',
  warning: 'Needs attention',
  error: 'Unhealthy',
  verifying: 'Verifying',
  paused: 'Paused',
  deleted: 'Deleted',
};

const icons = {
  ok: IconCircleCheck,
  warning: IconAlertTriangle,
  error: IconAlertOctagon,
  verifying: IconLoader2,
  paused: IconPlayerPause,
  deleted: IconTrash,
} as const;

export function LevelIcon({ level, size = 16 }: { level: ShownLevel; size?: number }) {
  const Icon = icons[level];
  return <Icon size={size} aria-hidden className={level === 'verifying' ? classes['turning'] : undefined} />;
}

/** A status is always a colour, an icon and a word. */
export function StatusBadge({ level }: { level: ShownLevel }) {
  return (
    <span className={classes['status']} data-level={level}>
      <LevelIcon level={level} />
      {levelWords[level]}
    </span>
  );
}
