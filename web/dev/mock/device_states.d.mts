import type { Device, EventCounts, Level, PollList, StreamStatus } from '../../src/api/types';

export interface State {
  level: Level;
  code: Device['attributes']['status_details']['code'];
  /** Since when it brings nothing, in milliseconds ago; null where it does bring something. */
  since: number | null;
  sentence: string;
  /** What is different in its stream of this number. */
  each: (index: number) => Partial<StreamStatus>;
  device: { credential?: null; features?: string[]; expires_at?: string; usual_24h?: null };
}
type Streams = readonly (readonly [stream: string, title: string])[];

export const states: State[];
export const verifying: State;
export function counts(devices: Map<string, Device>, streams: Streams, url: URL): EventCounts;
export function polls(device: Device, streams: Streams, url: URL): PollList;
