import { addressOf } from '@/ui/AppLink';

/** The events behind a number. `range` is `24h`, `7d`, `30d`, `all` or `<from>..<to>`. */
export function eventsAddress(of: { device: string; stream?: string; record?: 'unreadable'; range?: string }): string {
  return addressOf('/events', { device: of.device, stream: of.stream, record: of.record, range: of.range });
}

export function rangeText(from: number, to: number): string {
  return `${new Date(from).toISOString()}..${new Date(to).toISOString()}`;
}
