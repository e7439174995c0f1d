import { addressOf } from '@/ui/AppLink';

/** The events behind a number. `range` is `24h`, `7d`, `30d` or `<from>..<to>`. */
export function eventsAddress(of: { device: string; stream?: string; range?: string }): string {
  return addressOf('/events', { device: of.device, stream: of.stream, range: of.range });
}

export function rangeText(from: number, to: number): string {
  return `${new Date(from).toISOString()}..${new Date(to).toISOString()}`;
}
