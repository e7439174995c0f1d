import { screen, within } from '@testing-library/react';
import type { Event } from '@/api/types';
import { leadsTo, makeDevice, signedIn, type TestServer } from './server';

const start = Date.now() - 60_000;

export function makeEvent(index: number, over: Partial<Event['attributes']> = {}): Event {
  return {
    type: 'events',
    id: `e${String(index)}`,
    attributes: {
      time: new Date(start - index * 1000).toISOString(),
      received_at: new Date(start - index * 1000 + 2000).toISOString(),
      stream: index % 2 === 0 ? 'auditevents' : 'itemusages',
      vendor_uid: `V${String(index)}`,
      class_uid: 3004,
      activity_id: 1,
      action: `action-${String(index)}`,
      outcome: 'success',
      actor_uid: 'UID1',
      actor_email: 'ana@example.test',
      source_ip: '192.0.2.7',
      country: 'SE',
      target: 'vault-1',
      raw: null,
      versions: 1,
      unreadable: false,
      ...over,
    },
    relationships: { security_device: leadsTo('security_devices', 'a') },
    meta: { version: 1 },
  };
}

/** A server whose list is these events, in pages. */
export function withEvents(events: Event[]): TestServer {
  const server = signedIn([makeDevice('a', 'Sales'), makeDevice('b', 'Legal')])
    .on('GET /api/v2/events', (call) => {
      const limit = Number(call.query.get('page[limit]'));
      if (limit === 0) return { body: { data: [], meta: { page: { limit, total: events.length } }, links: {} } };
      const offset = Number(call.query.get('page[after]') ?? 0);
      const end = offset + limit;
      const next = end < events.length ? { next: `/api/v2/events?page%5Bafter%5D=${String(end)}` } : {};
      return { body: { data: events.slice(offset, end), meta: { page: { limit } }, links: next } };
    })
    .on('GET /api/v2/events/counts', (call) => ({
      body: {
        data: events.length === 0 ? [] : [{ start: new Date(start).toISOString(), count: events.length, stream: 'auditevents' }],
        meta: { total: events.length, width: call.query.get('width') },
      },
    }));
  for (const event of events.slice(0, 50)) {
    server
      .on(`GET /api/v2/events/${event.id}`, { body: { data: { ...event, attributes: { ...event.attributes, ocsf: { class_uid: 3004 } } } } })
      .on(`GET /api/v2/events/${event.id}/raw`, { raw: `{"uuid":"${event.attributes.vendor_uid}","big":9007199254740993}` });
  }
  return server;
}

/** What was asked of the list; counts alone are none. */
export const list = (server: TestServer) => server.asked('GET /api/v2/events').filter((call) => call.query.get('page[limit]') !== '0');
/** The link that opens an event: its time, and for a screen reader what happened. */
export const eventLink = (title: string) => screen.findByRole('link', { name: new RegExp(`^[\\d:]+ ${title}$`) });
/** What happened in each row, from the top. */
export const shown = () => screen.getAllByRole('rowheader').flatMap((cell) => within(cell).queryAllByRole('link').map((link) => link.textContent.replace(/^[\d:]+ /, '')));
export const several = (count: number): Event[] => Array.from({ length: count }, (_, index) => makeEvent(index));
