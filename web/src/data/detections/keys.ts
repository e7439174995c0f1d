import type { QueryClient } from '@tanstack/react-query';
import type { LiveDetections } from '@/api/types';

export const detectionKeys = {
  all: ['detections'] as const,
  list: ['detections', 'rules'] as const,
  rule: (id: string) => ['detections', 'rule', id] as const,
  matches: (id: string) => ['detections', 'matches', id] as const,
  counts: (id: string) => ['detections', 'counts', id] as const,
  histories: (id: string) => ['detections', 'histories', id] as const,
  own: (id: string) => ['detections', 'own', id] as const,
  device: (id: string) => ['detections', 'device', id] as const,
  alerts: (deviceId: string) => ['detections', 'alerts', deviceId] as const,
};

/** Matches come as fast as events; a list of thousands of rules is asked for again at most so often. */
const everyMs = 5000;
let waiting: number | undefined;
let last = -Infinity;

/** What the live feed says is asked for again: at once where rules changed, from time to time where they only matched. */
export function tellDetections(client: QueryClient, told: LiveDetections): void {
  const ask = (): void => {
    window.clearTimeout(waiting);
    waiting = undefined;
    last = performance.now();
    void client.invalidateQueries({ queryKey: detectionKeys.all });
  };
  if (told.rules) ask();
  else if (told.matches) waiting ??= window.setTimeout(ask, Math.max(0, last + everyMs - performance.now()));
}
