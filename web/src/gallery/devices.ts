import type { Device } from '@/api/types';
import { makeDevice, makeStream } from '@/test/fixtures';
import { counts, type State, states, verifying } from '../../dev/mock/device_states.mjs';
import { ago, now } from './clock';

const minute = 60_000;
const day = 1440 * minute;

export const streams = [
  ['auditevents', 'Audit events'],
  ['itemusages', 'Item usage events'],
  ['signinattempts', 'Sign-in attempts'],
] as const;

type Over = Partial<Device['attributes']>;

/** Its figures are those that the charts draw, or one of both would be wrong. */
function withFigures(device: Device): Device {
  const { attributes } = device;
  const details = attributes.status_details;
  if (details === null) return device;
  const hour = 3_600_000;
  const from = new Date(Math.floor((now - day) / hour) * hour + hour).toISOString();
  const query = new URLSearchParams({ width: 'hour', group: 'stream', 'filter[time]': `>=${from}` });
  const { data } = counts(new Map([[device.id, device]]), streams, new URL(`http://picket.test/?${query.toString()}`));
  const of = (stream: string): number => data.filter((one) => one.stream === stream).reduce((sum, one) => sum + one.count, 0);
  const counted = details.streams.map((one) => ({ ...one, events_24h: of(one.stream) }));
  const events_24h = counted.reduce((sum, one) => sum + one.events_24h, 0);
  return { ...device, attributes: { ...attributes, events_24h, status_details: { ...details, streams: counted } } };
}

/** A device in one of the states of the table of sentences; its id is `d-` and the code of the state. */
function deviceIn(state: State, name: string, location: string, over: Over = {}): Device {
  const { level, code, sentence, each, device: own, since: down } = state;
  const fresh = level === 'verifying';
  const since = ago(fresh ? 4_000 : (down ?? 190 * minute));
  const each24h = [1210, 780, 320];
  const shown = streams.map(([stream, title], index) =>
    makeStream({
      stream, title, level, code, sentence,
      last_successful_poll_at: fresh ? null : ago(12_000),
      last_data_received_at: fresh ? null : ago(index * 7 * minute + 12_000),
      newest_event_at: fresh ? null : ago(index * 7 * minute + 40_000),
      next_poll_at: ago(-48_000),
      events_24h: fresh ? 0 : (each24h[index] ?? 0),
      events_total: fresh ? 0 : 41_200,
      start_time: ago(7 * day),
      ...each(index),
    }),
  );
  const newest = (clock: 'last_successful_poll_at' | 'last_data_received_at' | 'newest_event_at'): string | null =>
    shown.map((one) => one[clock]).filter((time) => time !== null).sort().at(-1) ?? null;
  return makeDevice(`d-${code}`, name, {
    location,
    status: ({ ok: 'healthy', warning: 'healthy', error: 'unhealthy', paused: 'health_checks_not_supported', verifying: null } as const)[level],
    is_verifying_status: fresh,
    status_details: { level, code, sentence, since, streams: shown },
    status_updated_at: since,
    paused: level === 'paused',
    last_successful_poll_at: newest('last_successful_poll_at'),
    last_data_received_at: newest('last_data_received_at'),
    newest_event_at: newest('newest_event_at'),
    next_poll_at: level === 'paused' ? null : ago(-48_000),
    events_24h: shown.reduce((sum, one) => sum + one.events_24h, 0),
    bytes_total: fresh ? 0 : 48_210_000,
    usual_24h: fresh || own.usual_24h === null ? null : 2310,
    credential: own.credential === null ? null : {
      last_four: 'x9Qk',
      fingerprint: 'b1f4 09aa 77c2 4e1d',
      expires_at: own.expires_at ?? null,
      issued_at: ago(90 * day),
      features: own.features ?? streams.map(([stream]) => stream),
      account_uuid: 'NZQDG4W5LLTZQLI3N4FVU2I5XX',
      server: 'events.1password.com',
      replaced_at: ago(2 * day),
    },
    created_at: ago(40 * day),
    updated_at: ago(1500 * minute),
    start_time: ago(7 * day),
    ...over,
  });
}

const places = ['Stockholm', 'Berlin', 'Toronto', 'New York', 'Lisbon'];
const teams = ['Sales', 'Engineering', 'Finance', 'People', 'Support'];

/** One device in every state that there is a sentence for. */
export const inEveryState: Device[] = [...states, verifying].map((state, index) =>
  withFigures(deviceIn(state, `${teams[index % 5] ?? ''} ${String(index + 1).padStart(2, '0')}`, places[index % 5] ?? '')),
);

const [receiving] = states;
if (receiving === undefined) throw new Error('the table of states is empty');
const like = (id: string, name: string, location: string, over: Over = {}): Device => withFigures({ ...deviceIn(receiving, name, location, over), id });

const longName = 'Password vault of the company that was bought last summer and keeps its very long name, instruments and measurement, second floor';
const hugeState: State = {
  ...receiving,
  each: (index) => ({ events_24h: 662_551_440 - index, events_total: 812_345_678_901, events_unreadable: 12_345 * (index + 1) }),
};
const nothingState: State = {
  ...receiving,
  code: 'quiet',
  sentence: 'Connected. No events yet.',
  each: () => ({ last_data_received_at: null, newest_event_at: null, events_24h: 0, events_total: 0 }),
};

/** Names and numbers at the edge of what is allowed. */
export const extremes: Device[] = [
  like('x-long', longName, 'The long corridor between the old building and the new building, behind the second door on the left'),
  like('x-unbroken', 'W'.repeat(300), 'W'.repeat(120)),
  like('x-rtl', 'خزنة كلمات المرور في المكتب الرئيسي (Oslo)', 'القاهرة'),
  like('x-hebrew', '1Password כספת תל אביב', 'תל אביב'),
  like('x-emoji', '🔐 Family vault 👩‍👩‍👧‍👦 🇳🇴', '🏢'),
  like('x-script', '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>'),
  { ...deviceIn(hugeState, 'Everything at once', 'Data center 3', { bytes_total: 9_876_543_210_987, usual_24h: 1_204_999_000 }), id: 'x-huge' },
  { ...deviceIn(nothingState, '0', '0', { bytes_total: 0, usual_24h: 0 }), id: 'x-zero' },
];
