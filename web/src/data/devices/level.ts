import type { Device, Level } from '@/api/types';

export type ShownLevel = Level | 'deleted';

/** The one word for a device's state. */
export function levelOf(device: Device): ShownLevel {
  const { deleted_at, paused, status, status_details } = device.attributes;
  if (deleted_at !== null) return 'deleted';
  if (paused) return 'paused';
  if (status_details) return status_details.level;
  if (status === 'healthy') return 'ok';
  if (status === 'unhealthy') return 'error';
  return status === 'health_checks_not_supported' ? 'paused' : 'verifying';
}

export function sinceOf(device: Device): string | null {
  return device.attributes.status_details?.since ?? device.attributes.status_updated_at;
}

/** Worst first. */
export const levelRank: Record<ShownLevel, number> = { error: 0, warning: 1, verifying: 2, paused: 3, ok: 4, deleted: 5 };
