import type { Event } from '@/api/types';

export const eventFields = ['device', 'stream', 'action', 'outcome', 'actor', 'address', 'country', 'target', 'record'] as const;
export type EventField = (typeof eventFields)[number];

/** Whether the record could be read; the values of the field `record`. */
export const recordStates = ['readable', 'unreadable'] as const;
export type RecordState = (typeof recordStates)[number];

export interface EventFilter {
  field: EventField;
  not: boolean;
  values: string[];
}

/** Which events: a span of time (milliseconds, `to` excluded, null is open), filters that must all hold, and a text. */
export interface EventWindow {
  from: number | null;
  to: number | null;
  filters: EventFilter[];
  text: string;
}

/** One event as a list holds it: without its record, which may be large. */
export interface EventRow {
  id: string;
  time: string;
  receivedAt: string;
  stream: string;
  vendorUid: string;
  classUid: number;
  activityId: number;
  action: string | null;
  outcome: 'unknown' | 'success' | 'failure';
  actorUid: string | null;
  actorEmail: string | null;
  address: string | null;
  country: string | null;
  target: string | null;
  versions: number;
  unreadable: boolean;
  deviceId: string;
}

export function rowOf(event: Event): EventRow {
  const { attributes, relationships } = event;
  const device = relationships['security_device'];
  return {
    id: event.id,
    time: attributes.time,
    receivedAt: attributes.received_at,
    stream: attributes.stream,
    vendorUid: attributes.vendor_uid,
    classUid: attributes.class_uid,
    activityId: attributes.activity_id,
    action: attributes.action,
    outcome: attributes.outcome,
    actorUid: attributes.actor_uid,
    actorEmail: attributes.actor_email,
    address: attributes.source_ip,
    country: attributes.country,
    target: attributes.target,
    versions: attributes.versions,
    unreadable: attributes.unreadable,
    deviceId: device && 'data' in device && device.data ? device.data.id : '',
  };
}
