// A stand-in for the server while working on the console: `npm run build && npm run mock`. Never shipped, never used by
// the tests that judge Picket. Sign in with any email, the password "picket" and any six digits.
//   PORT=8787  DEVICES=41  ADDRESSES=1 (0: none set)  SLOW=0 (milliseconds each answer waits)
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { account } from './mock/account.mjs';
import { backtest, detections } from './mock/detections.mjs';
import { counts, polls, states, verifying } from './mock/device_states.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const port = Number(process.env.PORT ?? 8787);
const slow = Number(process.env.SLOW ?? 0);
const streams = [
  ['auditevents', 'Audit events'],
  ['itemusages', 'Item usage events'],
  ['signinattempts', 'Sign-in attempts'],
];
const iso = (msAgo) => new Date(Date.now() - msAgo).toISOString();
const minute = 60_000;
const actor = { type: 'actors', id: 'a-1', attributes: { actor_type: 'user', display_name: 'Ana Ruiz' } };
const system = { type: 'actors', id: 'a-0', attributes: { actor_type: 'system', display_name: 'Picket' } };

const devices = new Map();
const histories = new Map();
const clients = new Set();
let preferences = {};
let preferencesVersion = 1;
let sessions = new Set();
let eventId = 0;

function makeDevice(name, location, state, spec = { server: 'https://events.1password.com' }) {
  const { level, code, sentence, each, device: own } = state;
  const since = state.since ?? 190 * minute;
  const id = randomUUID();
  const fresh = level === 'verifying';
  const device = {
    type: 'security_devices',
    id,
    attributes: {
      name,
      location,
      plugin_slug: '1password',
      device_type: 'CLOUD',
      device_spec: spec,
      status: { ok: 'healthy', warning: 'healthy', error: 'unhealthy', paused: 'health_checks_not_supported', verifying: null }[level],
      is_verifying_status: fresh,
      status_details: {
        level,
        code,
        sentence,
        since: iso(fresh ? 0 : since),
        streams: streams.map(([stream, title], index) => ({
          stream,
          title,
          level,
          code,
          sentence,
          last_successful_poll_at: fresh ? null : iso(12_000),
          last_data_received_at: fresh ? null : iso(index * 7 * minute + 40_000),
          newest_event_at: fresh ? null : iso(index * 7 * minute + 70_000),
          next_poll_at: iso(-48_000),
          events_24h: fresh ? 0 : 1200 - index * 400,
          events_total: 41_200,
          events_unreadable: 0,
          consecutive_failures: 0,
          last_error: null,
          backfill: null,
          start_time: iso(7 * 1440 * minute),
          ...each(index),
        })),
      },
      status_updated_at: iso(since),
      paused: level === 'paused',
      last_successful_poll_at: null,
      last_data_received_at: null,
      newest_event_at: null,
      next_poll_at: level === 'paused' ? null : iso(-48_000),
      events_24h: 0,
      bytes_total: fresh ? 0 : 48_210_000,
      usual_24h: fresh ? null : 2310,
      start_time: iso(7 * 1440 * minute),
      credential: {
        last_four: 'x9Qk',
        fingerprint: 'b1f4 09aa 77c2 4e1d',
        expires_at: own.expires_at ?? null,
        issued_at: iso(90 * 1440 * minute),
        features: own.features ?? streams.map(([stream]) => stream),
        account_uuid: 'NZQDG4W5LLTZQLI3N4FVU2I5XX',
        server: 'events.1password.com',
        replaced_at: null,
      },
      created_at: iso(40 * 1440 * minute),
      updated_at: iso(190 * minute),
      deleted_at: null,
    },
    relationships: {
      created_by: { data: { type: 'actors', id: 'a-1' } },
      updated_by: { data: { type: 'actors', id: 'a-1' } },
      vendor: { data: null },
    },
    meta: { version: 1 },
  };
  if ('credential' in own) device.attributes.credential = own.credential;
  if ('usual_24h' in own) device.attributes.usual_24h = own.usual_24h;
  // The device's clocks are the newest of its streams', as on the server.
  const streamStates = device.attributes.status_details.streams;
  for (const clock of ['last_successful_poll_at', 'last_data_received_at', 'newest_event_at']) {
    device.attributes[clock] = streamStates.map((one) => one[clock]).filter(Boolean).sort().at(-1) ?? null;
  }
  device.attributes.events_24h = streamStates.reduce((total, one) => total + one.events_24h, 0);
  devices.set(id, device);
  histories.set(id, []);
  remember(id, 'CREATED', { kind: 'created', sentence: `${name} was added`, before: null, after: { name, location } }, 'a-1', 40 * 1440 * minute);
  for (let day = 38; day > 1 && !fresh; day -= 1) {
    if (day % 3 === 0) {
      remember(id, 'UPDATED', { kind: 'health', sentence: 'Health changed from Healthy to Unhealthy: 1Password answers 503', before: { status: 'healthy', level: 'ok', code: 'receiving' }, after: { status: 'unhealthy', level: 'error', code: 'unavailable' } }, 'a-0', day * 1440 * minute);
      remember(id, 'UPDATED', { kind: 'health', sentence: 'Health changed from Unhealthy to Healthy', before: { status: 'unhealthy', level: 'error', code: 'unavailable' }, after: { status: 'healthy', level: 'ok', code: 'receiving' } }, 'a-0', day * 1440 * minute - 31 * minute);
    }
  }
  if (!fresh) {
    remember(id, 'UPDATED_SECRETS', { kind: 'secret', sentence: 'API token replaced', before: { last_four: 'q1Zz', fingerprint: '77aa 10f2 9c41 e0b3' }, after: { last_four: 'x9Qk', fingerprint: 'b1f4 09aa 77c2 4e1d' } }, 'a-1', 2 * 1440 * minute);
    remember(id, 'UPDATED', { kind: 'settings', sentence: 'Location changed', before: { location: 'Head office' }, after: { location } }, 'a-1', 1500 * minute);
  }
  if (level === 'error' || level === 'warning') {
    const words = level === 'error' ? 'Unhealthy' : 'Needs attention';
    remember(id, 'UPDATED', {
      kind: 'health',
      sentence: `Health changed from Healthy to ${words}: ${sentence}`,
      before: { status: 'healthy', level: 'ok', code: 'receiving' },
      after: { status: device.attributes.status, level, code },
    }, 'a-0', since);
  }
  return device;
}
function remember(id, action, value, by = 'a-1', msAgo = 0) {
  histories.get(id).unshift({
    type: 'security_device_histories',
    id: randomUUID(),
    attributes: { action, created_at: iso(msAgo), value },
    relationships: { created_by: { data: { type: 'actors', id: by } }, security_device: { data: { type: 'security_devices', id } } },
  });
  tell('history', { security_device_id: id, id: 'h' });
}
function tell(event, data) {
  eventId += 1;
  for (const client of clients) client.write(`id: ${eventId}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
function changed(device) {
  device.meta.version += 1;
  device.attributes.updated_at = iso(0);
  tell('change', { type: 'security_devices', id: device.id, deleted: device.attributes.deleted_at !== null, data: device });
}

const places = ['Stockholm', 'Berlin', 'Toronto', 'New York', 'Lisbon'];
for (let i = 0; i < Number(process.env.DEVICES ?? 41); i += 1) {
  makeDevice(`1Password ${['Sales', 'Engineering', 'Finance', 'People', 'Support'][i % 5]} ${String(i + 1).padStart(2, '0')}`, places[i % 5], states[i % states.length]);
}

const plugin = {
  type: 'plugins',
  id: 'p-1',
  attributes: {
    plugin_slug: '1password',
    display_name: '1Password',
    company_name: '1Password',
    vendor_name: '1Password',
    vendor_type: 'Password manager',
    description: 'Sign-in attempts, item usage and audit events of a 1Password Business account.',
    logo_image_url: '/api/v2/plugins/1password/logo',
    active: true,
    device_spec_json: {
      fields: [
        { name: 'api_token', path: 'secrets.device_info.api_token', label: 'API token', type: 'secret', required: true, inspect: true, help: 'The token that 1Password shows once, when it is issued.' },
        {
          name: 'server', path: 'device_spec.server', label: 'Server address', type: 'choice', required: true, help: 'Where your 1Password account lives.',
          choices: [['com', '1Password.com'], ['ca', '1Password.ca'], ['eu', '1Password.eu']].map(([tld, label]) => ({ value: `https://events.1password.${tld}`, label: `${label} (events.1password.${tld})` }))
            .concat(process.env.PICKET_SIM_URL ? [{ value: process.env.PICKET_SIM_URL, label: process.env.PICKET_SIM_URL }] : [])
            .concat([{ value: 'https://events.ent.1password.com', label: 'Enterprise (events.ent.1password.com)' }]),
        },
      ],
      guide: {
        title: 'Create the 1Password token',
        before: ['You must have admin permissions in 1Password.'],
        steps: [
          { text: 'Log into the 1Password web dashboard and open Integrations.' },
          { text: 'Under Events Reporting choose Other.' },
          { text: 'Name the integration Picket. Set Expires After to Never.' },
          { text: 'Under Events to Report select:', items: ['Audit events', 'Item usage events', 'Sign-in attempts'] },
          { text: 'Issue Token and save it: it is shown once.' },
        ],
      },
      backfill: { default_days: 7, max_days: 120 },
    },
  },
};

const checks = (ok) => [
  { name: 'token', ok: true, code: 'ok', sentence: 'It is an Events API token.' },
  { name: 'address', ok: true, code: 'ok', sentence: 'The token belongs to events.1password.com.' },
  { name: 'connection', ok: true, code: 'ok', sentence: 'events.1password.com answers in 84 ms.' },
  { name: 'authorization', ok, code: ok ? 'ok' : 'unauthorized', sentence: ok ? '1Password accepts the token.' : '1Password refuses the token: it was revoked or expired.' },
  ...streams.map(([name]) => ({ name, ok: ok ? true : null, code: 'ok', sentence: ok ? 'Can be read.' : 'Not tried.' })),
];
const testResult = (ok) => ({
  ok, code: ok ? 'ok' : 'unauthorized', sentence: ok ? 'Connected. All three event kinds can be read.' : 'Not authorised: 1Password refuses the token.',
  checks: checks(ok), server: 'events.1password.com', account_uuid: 'NZQ', features: streams.map(([s]) => s), expires_at: null, duration_ms: 212,
});

class Refusal extends Error {
  constructor(status, code, detail, pointer) {
    super(detail);
    Object.assign(this, { status, code, pointer });
  }
}

function session(token) {
  return {
    user: { id: 'u-1', email: 'ana@example.test', display_name: 'Ana Ruiz', actor_id: 'a-1', preferences },
    organization: { id: 'o-1', name: 'Northwind Traders' },
    role: 'organization_admin',
    csrf_token: `csrf-${token}`,
    expires_at: iso(-3_600_000),
    server: {
      version: '0.1.0',
      egress_addresses: process.env.ADDRESSES === '0' ? [] : ['203.0.113.7', '203.0.113.8'],
      feedback_address: process.env.ADDRESSES === '0' ? null : 'mailto:picket@example.test',
      public_url: null,
      time: iso(0),
    },
  };
}

function api(method, url, body, token, request) {
  const path = url.pathname;
  if (path === '/auth/v0/session') {
    if (method === 'POST') {
      if (body.password !== 'picket' || !/^\d{6}$/.test(body.otp)) throw new Refusal(401, 'unauthorized', 'Email, password or code is wrong.');
      const fresh = randomUUID();
      sessions.add(fresh);
      return { status: 200, body: session(fresh), cookie: `picket_session=${fresh}; HttpOnly; SameSite=Strict; Path=/` };
    }
    if (!sessions.has(token)) throw new Refusal(401, 'unauthorized', 'Sign in first.');
    if (method === 'DELETE') sessions.delete(token);
    return method === 'DELETE' ? { status: 204 } : { status: 200, body: session(token) };
  }
  if (path === '/dev/expire') {
    sessions = new Set();
    return { status: 204 };
  }
  if (!sessions.has(token)) throw new Refusal(401, 'unauthorized', 'Your session has ended. Sign in again.');
  if (method !== 'GET' && request.headers['x-csrf-token'] !== `csrf-${token}`) throw new Refusal(403, 'csrf', 'The page is stale.');
  const own = account(method, path, body, request, Refusal);
  if (own) return own;
  const rules = detections(method, url, body, request, Refusal);
  if (rules) {
    if (method !== 'GET' && !path.endsWith('/check')) tell('detections', { rules: true, matches: false });
    return rules;
  }
  if (path === '/api/v2/plugins') return { status: 200, body: { data: [plugin] } };
  if (path === '/api/v2/plugins/1password/inspect') {
    const secret = body.secrets.device_info.api_token;
    if (secret.startsWith('ops_')) return { status: 200, body: { ok: false, code: 'wrong_token_kind', sentence: 'This is a service account token. Picket needs a token of an Events Reporting integration.', server: null, features: [], expires_at: null, issued_at: null, account_uuid: null, proposals: {} } };
    if (secret.split('.').length !== 3) return { status: 200, body: { ok: false, code: 'wrong_token', sentence: 'This is not a token of 1Password: it should have three parts with dots between.', server: null, features: [], expires_at: null, issued_at: null, account_uuid: null, proposals: {} } };
    return { status: 200, body: { ok: true, code: 'ok', sentence: 'A token of events.1password.eu for three event kinds. It never expires.', server: 'events.1password.eu', features: streams.map(([s]) => s), expires_at: null, issued_at: iso(1e9), account_uuid: 'NZQ', proposals: { server: 'https://events.1password.eu' } } };
  }
  if (path === '/api/v2/plugins/1password/test') return { status: 200, body: testResult(!process.env.PICKET_SIM_TOKEN || JSON.stringify(body).includes(process.env.PICKET_SIM_TOKEN)) };
  if (path === '/api/v2/user_accounts/u-1') {
    const etag = `"${preferencesVersion}"`;
    if (method === 'PATCH') {
      if (request.headers['if-match'] && request.headers['if-match'] !== etag) throw new Refusal(412, 'stale', 'Changed meanwhile.');
      preferences = body.data.attributes.preferences;
      preferencesVersion += 1;
    }
    return { status: 200, body: { data: { type: 'user_accounts', id: 'u-1', attributes: { preferences } } }, etag: `"${preferencesVersion}"` };
  }
  if (path === '/api/v2/security_device_histories' && !url.searchParams.has('filter[security_device][id]')) {
    const rows = [...histories.values()].flat().filter((row) => Date.parse(row.attributes.created_at) > Date.now() - 1440 * minute)
      .sort((a, b) => (a.attributes.created_at < b.attributes.created_at ? 1 : -1));
    const limit = Number(url.searchParams.get('page[limit]') ?? 50);
    return { status: 200, body: { data: rows.slice(0, limit), included: [actor, system, ...devices.values()], meta: { page: { total: rows.length } } } };
  }
  if (path === '/api/v2/security_device_histories') {
    const by = url.searchParams.get('filter[created_by][id]');
    const kind = url.searchParams.get('filter[kind]');
    const rows = (histories.get(url.searchParams.get('filter[security_device][id]')) ?? []).filter((row) => (by === null || row.relationships.created_by.data.id === by) && (kind === null || row.attributes.value?.kind === kind));
    const offset = Number(url.searchParams.get('page[offset]') ?? 0);
    return { status: 200, body: { data: rows.slice(offset, offset + 25), included: [actor, system], meta: { page: { total: rows.length } } } };
  }
  const secret = /^\/api\/v2\/secrets\/security_device-(.+)$/.exec(path);
  if (secret) {
    const attributes = body.data.attributes;
    if (attributes.secret.device_info.api_token.includes('other') && !attributes.accept_other_account) {
      throw new Refusal(409, 'account_mismatch', 'The new token belongs to another 1Password account. Its events would be mixed with those of the old one.');
    }
    remember(secret[1], 'UPDATED_SECRETS', { kind: 'secret', sentence: 'API token replaced', before: { last_four: 'x9Qk' }, after: { last_four: 'b77z' } });
    return { status: 200, body: { data: { type: 'secrets', id: secret[1], attributes: {} } } };
  }
  if (path === '/api/v2/security_devices' && method === 'GET') {
    const named = url.searchParams.get('filter[name]')?.replace(/^:/, '').toLowerCase() ?? '';
    const all = [...devices.values()].filter((one) => one.attributes.deleted_at === null && one.attributes.name.toLowerCase().includes(named)).sort((a, b) => (a.attributes.name < b.attributes.name ? -1 : 1));
    const offset = Number(url.searchParams.get('page[offset]') ?? 0);
    const limit = Math.min(1000, Number(url.searchParams.get('page[limit]') ?? 50));
    return { status: 200, body: { data: all.slice(offset, offset + limit), meta: { page: { offset, limit, total: all.length } } } };
  }
  if (path === '/api/v2/security_devices' && method === 'POST') {
    const { name, location, device_spec, secrets } = body.data.attributes;
    if ([...devices.values()].some((one) => one.attributes.name === name)) throw new Refusal(409, 'conflict', 'Another device already has this name.', '/data/attributes/name');
    const noToken = states.find((one) => one.code === 'no_token');
    const device = makeDevice(name, location, secrets ? verifying : noToken, device_spec);
    tell('change', { type: 'security_devices', id: device.id, deleted: false, data: device });
    if (secrets) setTimeout(() => {
      Object.assign(device.attributes, { status: 'healthy', is_verifying_status: false, last_successful_poll_at: iso(0), last_data_received_at: iso(0) });
      Object.assign(device.attributes.status_details, { level: 'ok', code: 'receiving', sentence: 'Receiving. Newest event 1 s ago.', since: iso(0) });
      for (const stream of device.attributes.status_details.streams) Object.assign(stream, { level: 'ok', last_successful_poll_at: iso(0) });
      remember(device.id, 'UPDATED', { kind: 'health', sentence: 'Health changed from Verifying to Healthy', before: { status: null }, after: { status: 'healthy' } }, 'a-0');
      changed(device);
    }, 2500);
    return { status: 201, body: { data: device } };
  }
  if (path === '/api/v2/events/counts') return { status: 200, body: counts(devices, streams, url) };
  const one = /^\/api\/v2\/security_devices\/([^/]+)(\/\w+)?$/.exec(path);
  const device = one && devices.get(one[1]);
  if (!device) throw new Refusal(404, 'not_found', 'There is no such thing.');
  const etag = `"${device.meta.version}"`;
  if (one[2] === '/test') return { status: 200, body: testResult(device.attributes.status !== 'unhealthy') };
  if (one[2] === '/polls') return { status: 200, body: polls(device, streams, url) };
  if (one[2] === '/reread') {
    if (method === 'POST') {
      remember(device.id, 'UPDATED', { kind: 'reread', sentence: 'Reading again', before: null, after: { start_time: body.start_time } });
      return { status: 202, body: {} };
    }
    return { status: 200, body: { start_time: url.searchParams.get('start_time'), requests: 42, seconds: 9, sentence: 'Reading again from 1 Nov costs about 42 requests, 7 % of one minute of the allowance, and takes about 9 s.' } };
  }
  if (method === 'GET') return { status: 200, body: { data: device, included: [actor] }, etag };
  if (request.headers['if-match'] && request.headers['if-match'] !== etag) throw new Refusal(412, 'stale', 'Somebody else changed this device.');
  if (method === 'PATCH') {
    if (device.attributes.name.endsWith('07')) throw new Refusal(500, 'internal', 'The store is busy. Try again in a moment.');
    const before = {};
    for (const [key, value] of Object.entries(body.data.attributes)) {
      before[key] = device.attributes[key];
      device.attributes[key] = value;
    }
    if ('paused' in body.data.attributes) {
      const paused = body.data.attributes.paused;
      Object.assign(device.attributes.status_details, paused ? { level: 'paused', code: 'paused', sentence: 'Paused by Ana Ruiz just now.', since: iso(0) } : { level: 'ok', code: 'receiving', sentence: 'Receiving. Newest event 4 s ago.', since: iso(0) });
    }
    remember(device.id, 'UPDATED', { kind: 'settings', sentence: 'Settings changed', before, after: body.data.attributes });
    changed(device);
    return { status: 200, body: { data: device }, etag: `"${device.meta.version}"` };
  }
  if (method === 'DELETE') {
    device.attributes.deleted_at = iso(0);
    changed(device);
    return { status: 204 };
  }
  throw new Refusal(405, 'method', 'Not this way.');
}

const logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle cx="12" cy="12" r="11" fill="#0572ec"/><circle cx="12" cy="12" r="7" fill="#fff"/><rect x="10.4" y="7.5" width="3.2" height="9" rx="1" fill="#1a285f"/></svg>';
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const token = /picket_session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
  if (url.pathname === '/api/v2/live') {
    if (!sessions.has(token)) return response.writeHead(401).end('{}');
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('event: ping\ndata: {}\n\n');
    clients.add(response);
    return request.on('close', () => clients.delete(response));
  }
  if (url.pathname === '/api/v2/plugins/1password/logo') return response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(logo);
  if (url.pathname === '/readyz') return response.end('ok');
  if (/^\/(api|auth|dev)\//.test(url.pathname)) {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    return request.on('end', () => {
      if (url.pathname === '/api/v2/detection_backtests' && sessions.has(token)) return backtest(request, response, JSON.parse(text));
      setTimeout(() => {
        try {
          const answer = api(request.method, url, text === '' ? null : JSON.parse(text), token, request);
          const headers = { 'content-type': 'application/json' };
          if (answer.cookie) headers['set-cookie'] = answer.cookie;
          if (answer.etag) headers.etag = answer.etag;
          response.writeHead(answer.status, headers).end(answer.body === undefined ? '' : JSON.stringify(answer.body));
        } catch (error) {
          const status = error.status ?? 500;
          const source = error.pointer ? { source: { pointer: error.pointer } } : {};
          response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [{ status: String(status), code: error.code ?? 'internal', detail: error.message, ...source }] }));
        }
      }, slow);
    });
  }
  let file = join(dist, url.pathname);
  if (url.pathname === '/' || !existsSync(file)) file = join(dist, 'index.html');
  const bytes = readFileSync(file);
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`,
    // Stricter than what the server sends for styles: whatever needs less is better.
    'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  });
  response.end(bytes);
}).listen(port, '127.0.0.1', () => console.log(`mock at http://127.0.0.1:${port}, password "picket", any six digits`));

setInterval(() => tell('ping', {}), 15_000);
setInterval(() => {
  const healthy = [...devices.values()].filter((one) => one.attributes.status_details.level === 'ok').slice(-5);
  for (const device of healthy) {
    const stream = device.attributes.status_details.streams[0];
    stream.events_24h += 3;
    stream.events_total += 3;
    device.attributes.last_successful_poll_at = device.attributes.last_data_received_at = iso(0);
    device.attributes.events_24h += 3;
    tell('events', { security_device_id: device.id, stream: stream.stream, new: 3, events_total: stream.events_total, events_24h: stream.events_24h, events_unreadable: stream.events_unreadable });
  }
}, 1000);
