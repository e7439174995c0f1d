import {
  IconAlertOctagon,
  IconAlertTriangle,
  IconCircleCheck,
  IconCirclePlus,
  IconHeartbeat,
  IconHistory,
  IconKey,
  IconPencil,
  IconPlayerPause,
  IconRewindBackward30,
  IconTrash,
} from './icons';

const kinds: Record<string, typeof IconHistory> = {
  created: IconCirclePlus,
  settings: IconPencil,
  secret: IconKey,
  health: IconHeartbeat,
  reread: IconRewindBackward30,
  deleted: IconTrash,
};
const levels: Record<string, typeof IconHistory> = {
  ok: IconCircleCheck,
  warning: IconAlertTriangle,
  error: IconAlertOctagon,
  paused: IconPlayerPause,
};

/** The sign of a row of the history: of the health it led to, else of its kind. */
export function ChangeIcon({ kind, level }: { kind: string | undefined; level: string }) {
  const Icon = levels[level] ?? kinds[kind ?? ''] ?? IconHistory;
  return <Icon size={16} aria-hidden />;
}
