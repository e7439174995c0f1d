import type { Device, Event, HistoryRow, Session, UserSession } from '@/api/types';
import { leadsTo, plugin, session } from '@/test/fixtures';
import { counts, polls } from '../../dev/mock/device_states.mjs';
import logo from '../../../connectors/onepassword/logo.svg?url';
import { ago, now } from './clock';
import { inEveryState, streams } from './devices';
import { ruleAnswers } from './rules';
import { type Answer, type Answers, refused } from './server';

/** What the server of every scene says unless the scene has other answers. All people and addresses are made up. */

const minute = 60_000;
const day = 1440 * minute;

export const zone = 'Europe/Oslo';

export const technology = { ...plugin, attributes: { ...plugin.attributes, logo_image_url: logo, description: 'Sign-in attempts, item usage and audit events of a 1Password Business account.' } };

const signedIn = (preferences: Record<string, unknown>): Session => ({
  ...session,
  user: { ...session.user, preferences: { time_zone: zone, ...preferences } },
  organization: { id: 'o1', name: 'Northwind Traders' },
  server: { ...session.server, egress_addresses: ['203.0.113.7', '203.0.113.8'], time: ago(0) },
});

const people = ['ana@example.test', 'bo@example.test', 'chidi@example.test', 'dee@example.test'];
const actions = [
  ['auditevents', 'create', 3004, 1], ['itemusages', 'reveal', 6003, 2], ['signinattempts', 'success', 3002, 1],
  ['auditevents', 'join', 3006, 3], ['signinattempts', 'credentials_failed', 3002, 1], ['itemusages', 'fill', 6003, 2],
] as const;

export function eventNumber(n: number, over: Partial<Event['attributes']> = {}): Event {
  const [stream, action, class_uid, activity_id] = actions[(n * 7) % actions.length] ?? actions[0];
  const at = n * 97_000 + (n % 5) * 11_000 + 40_000;
  return {
    type: 'events',
    id: `e${String(n)}`,
    attributes: {
      time: ago(at), received_at: ago(at - 30_000), stream, vendor_uid: `56YE2TYN2VFYRLNSHKPW5NVT${String(n).padStart(2, '0')}`, class_uid, activity_id, action,
      outcome: action === 'credentials_failed' ? 'failure' : stream === 'itemusages' ? 'unknown' : 'success',
      actor_uid: `4HCGRGCTRFGPLPWMBEEM4KBZ${String(n % 4)}A`, actor_email: people[n % 4] ?? null, source_ip: `198.51.100.${String(20 + (n % 4))}`,
      country: ['NO', 'DE', 'CA', 'PT'][n % 4] ?? null, target: stream === 'signinattempts' ? null : `vault/${['payroll', 'engineering', 'legal'][n % 3] ?? ''}`,
      raw: null, versions: n === 3 ? 2 : 1, unreadable: false, ...over,
    },
    relationships: { security_device: leadsTo('security_devices', 'd-receiving') },
    meta: { version: 1 },
  };
}

export const events = Array.from({ length: 60 }, (_, n) => eventNumber(n));

const record = (event: Event): string => JSON.stringify({
  uuid: event.attributes.vendor_uid, timestamp: event.attributes.time, action: event.attributes.action, object_type: 'vault', object_uuid: 'k3f2',
  actor_details: { uuid: event.attributes.actor_uid, name: 'Ana Ruiz', email: event.attributes.actor_email },
  location: { country: event.attributes.country, region: 'Oslo', city: 'Oslo', latitude: 59.91, longitude: 10.75 },
  session: { uuid: 'A5K6COGVRVEJXJW3XQZGS7VAMM', login_time: event.attributes.time, ip: event.attributes.source_ip }, big: 9007199254740993n.toString(),
});
const ocsf = (event: Event): Record<string, unknown> => ({
  class_uid: event.attributes.class_uid, activity_id: event.attributes.activity_id, category_uid: 3, severity_id: 1, time: Date.parse(event.attributes.time),
  actor: { user: { uid: event.attributes.actor_uid, email_addr: event.attributes.actor_email } }, src_endpoint: { ip: event.attributes.source_ip },
  metadata: { product: { name: '1Password', vendor_name: '1Password' }, uid: event.attributes.vendor_uid, version: '1.3.0' },
});

const ana = { type: 'actors', id: 'a1', attributes: { actor_type: 'user', display_name: 'Ana Ruiz' } };
const picket = { type: 'actors', id: 'a0', attributes: { actor_type: 'system', display_name: 'Picket' } };

function change(id: string, device: string, action: HistoryRow['attributes']['action'], at: number, by: string, value: HistoryRow['attributes']['value']): HistoryRow {
  return {
    type: 'security_device_histories', id, attributes: { action, created_at: ago(at), value },
    relationships: { created_by: leadsTo('actors', by), security_device: leadsTo('security_devices', device) }, meta: { version: 1 },
  } as HistoryRow;
}

/** What happened to a device, newest first: one of each kind. */
function historyOf(device: Device): HistoryRow[] {
  const { attributes, id } = device;
  const { level, code, sentence } = attributes.status_details ?? { level: 'ok' as const, code: 'receiving', sentence: '' };
  const words = { error: 'Unhealthy', warning: 'Needs attention', ok: 'Healthy', paused: 'Paused', verifying: 'Verifying' }[level];
  const rows = [
    change(`${id}-5`, id, 'UPDATED', 1500 * minute, 'a1', { kind: 'settings', sentence: 'Location changed', before: { location: 'Head office' }, after: { location: attributes.location } }),
    change(`${id}-4`, id, 'UPDATED_SECRETS', 2 * day, 'a1', { kind: 'secret', sentence: 'API token replaced', before: { last_four: 'q1Zz', fingerprint: '77aa 10f2 9c41 e0b3' }, after: { last_four: 'x9Qk', fingerprint: 'b1f4 09aa 77c2 4e1d' } }),
    change(`${id}-3`, id, 'UPDATED', 6 * day - 31 * minute, 'a0', { kind: 'health', sentence: 'Health changed from Unhealthy to Healthy', before: { status: 'unhealthy', level: 'error', code: 'unavailable' }, after: { status: 'healthy', level: 'ok', code: 'receiving' } }),
    change(`${id}-2`, id, 'UPDATED', 6 * day, 'a0', { kind: 'health', sentence: 'Health changed from Healthy to Unhealthy: 1Password answers 503', before: { status: 'healthy', level: 'ok', code: 'receiving' }, after: { status: 'unhealthy', level: 'error', code: 'unavailable' } }),
    change(`${id}-1`, id, 'CREATED', 40 * day, 'a1', { kind: 'created', sentence: `${attributes.name} was added`, before: null, after: { name: attributes.name, location: attributes.location } }),
  ];
  if (level === 'verifying') return [change(`${id}-1`, id, 'CREATED', 4_000, 'a1', { kind: 'created', sentence: `${attributes.name} was added`, before: null, after: { name: attributes.name } })];
  if (attributes.deleted_at !== null) return [change(`${id}-9`, id, 'DELETED', now - Date.parse(attributes.deleted_at), 'a1', { kind: 'deleted', sentence: `${attributes.name} was deleted`, before: { name: attributes.name }, after: null }), ...rows];
  if (level === 'ok') return rows;
  return [change(`${id}-6`, id, 'UPDATED', now - Date.parse(attributes.status_updated_at ?? ago(190 * minute)), level === 'paused' ? 'a1' : 'a0', {
    kind: 'health', sentence: `Health changed from Healthy to ${words}: ${sentence}`,
    before: { status: 'healthy', level: 'ok', code: 'receiving' }, after: { status: attributes.status, level, code },
  }), ...rows];
}

const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const signIn = (id: string, over: Partial<UserSession['attributes']>): UserSession => ({
  type: 'user_sessions', id,
  attributes: { client_address: '192.0.2.1', created_at: ago(600 * minute), current: false, expires_at: ago(-600 * minute), kind: 'browser', last_used_at: ago(30 * minute), user_agent: browser, ...over },
  relationships: {}, meta: { version: 1 },
});
const signIns = [
  signIn('s1', { current: true, last_used_at: ago(0) }),
  signIn('s2', { user_agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1', client_address: '2001:db8::7' }),
  signIn('s3', { kind: 'api', user_agent: 'python-requests/2.32.3', client_address: '203.0.113.90' }),
];

const listed = (data: unknown[], more: Record<string, unknown> = {}): Answer => ({ body: { data, meta: { page: { offset: 0, limit: 1000, total: data.length } }, links: {}, ...more } });

/** Three blocks and some noise: looks like a code and leads nowhere. */
function qr(): { size: number; path: string } {
  let path = '';
  for (const [x, y] of [[4, 4], [26, 4], [4, 26]] as const) path += `M${String(x)} ${String(y)}h7v7h-7zM${String(x + 1)} ${String(y + 1)}v5h5v-5zM${String(x + 2)} ${String(y + 2)}h3v3h-3z`;
  for (let y = 4; y < 33; y += 1) for (let x = 13; x < 25; x += 1) if ((x * 7 + y * 13 + x * y) % 3 === 0) path += `M${String(x)} ${String(y)}h1v1h-1z`;
  return { size: 37, path };
}

/** Everything the console asks for, of these devices. */
export function answersFor(devices: Device[] = inEveryState, preferences: Record<string, unknown> = {}): Answers {
  const all = new Map(devices.map((one) => [one.id, one]));
  const find = (path: string): Device | undefined => all.get(path.split('/')[4] ?? '');
  return {
    'GET /livez': { body: {} },
    'GET /auth/v0/session': { body: signedIn(preferences) },
    'POST /auth/v0/session': { body: signedIn(preferences) },
    'GET /api/v2/plugins': listed([technology]),
    'GET /api/v2/security_devices': ({ url }) => {
      const named = url.searchParams.get('filter[name]')?.replace(/^:/, '').toLowerCase() ?? '';
      return listed(devices.filter((one) => one.attributes.name.toLowerCase().includes(named)));
    },
    'GET /api/v2/security_devices/*': ({ path }) => {
      const device = find(path);
      return device ? { body: { data: device, included: [ana] }, headers: { etag: '"1"' } } : refused(404, 'not_found', 'There is no such device.');
    },
    ...ruleAnswers,
    'GET /api/v2/security_devices/*/polls': ({ path, url }) => {
      const device = find(path);
      return device ? { body: polls(device, streams, url) } : refused(404, 'not_found', 'There is no such device.');
    },
    'GET /api/v2/security_devices/*/reread': ({ url }) => ({ body: {
      start_time: url.searchParams.get('start_time'), requests: 42, seconds: 9,
      sentence: 'Reading again from 1 Nov costs about 42 requests, 7 % of one minute of the allowance, and takes about 9 s.',
    } }),
    'GET /api/v2/security_device_histories': ({ url }) => {
      const of = url.searchParams.get('filter[security_device][id]');
      const kind = url.searchParams.get('filter[kind]');
      const rows = devices.filter((one) => of === null || one.id === of).flatMap(historyOf)
        .filter((row) => kind === null || row.attributes.value?.kind === kind)
        .filter((row) => of !== null || Date.parse(row.attributes.created_at) > now - day)
        .sort((a, b) => (a.attributes.created_at < b.attributes.created_at ? 1 : -1));
      return listed(rows, { included: [ana, picket, ...devices] });
    },
    'GET /api/v2/events': ({ url }) => {
      const none = url.searchParams.get('page[limit]') === '0';
      return { body: { data: none ? [] : events, meta: { page: { limit: 100, total: events.length } }, links: {} } };
    },
    'GET /api/v2/events/*': ({ path }) => {
      const event = events.find((one) => one.id === path.split('/')[4]);
      return event ? { body: { data: { ...event, attributes: { ...event.attributes, ocsf: ocsf(event) } } } } : refused(404, 'not_found', 'There is no such event.');
    },
    'GET /api/v2/events/counts': ({ url }) => ({ body: counts(all, streams, url) }),
    'GET /api/v2/events/*/raw': ({ path }) => ({ raw: record(events.find((one) => one.id === path.split('/')[4]) ?? eventNumber(0)) }),
    'GET /api/v2/events/*/versions': ({ path }) => {
      const event = events.find((one) => one.id === path.split('/')[4]) ?? eventNumber(0);
      const before = record({ ...event, attributes: { ...event.attributes, country: 'SE' } });
      return listed([{ received_at: ago(9 * minute), raw: before }, { received_at: ago(4 * minute), raw: record(event) }]);
    },
    'GET /api/v2/user_sessions': listed(signIns),
    'GET /api/v2/user_accounts/*': { body: { data: { type: 'user_accounts', id: 'u1', attributes: { preferences } } }, headers: { etag: '"1"' } },
    'POST /auth/v0/factor': { body: { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', otpauth_uri: 'otpauth://totp/Picket:ana@example.test?secret=JBSWY3DPEHPK3PXP', qr: qr(), expires_at: ago(-10 * minute) } },
    'POST /auth/v0/factor/confirm': { body: { recovery_codes: Array.from({ length: 10 }, (_, n) => [0xa3f1, 0xb2c4, 0x1d0e].map((one) => (one + n * 977).toString(16)).join('-')) } },
  };
}
