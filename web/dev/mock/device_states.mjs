// Every state that a device can be in, with the sentence that the server would write: for the stand-in server and for the gallery.
const minute = 60_000;
const iso = (msAgo) => new Date(Date.now() - msAgo).toISOString();
const hour = 60 * minute;
const day = 24 * hour;
const clock = (msAgo) => `${iso(msAgo).slice(11, 16)} UTC`;
const date = (msAgo) => new Date(Date.now() - msAgo).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const weekday = (msAgo) => new Date(Date.now() - msAgo).toLocaleDateString('en-GB', { weekday: 'long', timeZone: 'UTC' });
const failing = (code, message, msAgo, tries) => ({
  consecutive_failures: tries,
  last_error: { code, message, at: iso(20_000) },
  last_successful_poll_at: iso(msAgo),
  last_data_received_at: iso(msAgo + minute),
  newest_event_at: iso(msAgo + 2 * minute),
});
/** Since when it brings nothing, in milliseconds ago, where it does not; `sentence` and figures follow from it. */
const whole = (level, code, sentence, each = () => ({}), { since, ...device } = {}) => ({ level, code, since: since ?? null, sentence, each, device });
const down = (level, code, since, sentence, message, tries) => whole(level, code, sentence(clock(since)), () => failing(code, message, since, tries), { since });
const pausedFor = 5 * day;
const fullFor = 40 * minute;
const waits = 14 * minute;
const reached = (index) => 7 * (1 - (62.3 + index * 20) / 100) * day;

export const states = [
  whole('ok', 'receiving', 'Receiving. Newest event 40 s ago.'),
  whole('ok', 'quiet', 'Connected. No new events for 25 min, normal for this hour.', () => ({ last_data_received_at: iso(25 * minute), newest_event_at: iso(25 * minute + 20_000), events_24h: 310 })),
  whole('warning', 'stream_missing', 'Receiving audit events and sign-in attempts. Item usage events are missing: the token does not include them.', (index) =>
    index === 1
      ? { level: 'warning', sentence: 'Missing: the token does not include item usage.', ...failing('stream_missing', '401 Unauthorized: token has no feature "itemusages"', 3 * day, 9), events_24h: 0 }
      : { level: 'ok', code: 'receiving', sentence: 'Receiving.' }, { features: ['auditevents', 'signinattempts'] }),
  down('error', 'unauthorized', 190 * minute, (at) => `Not authorised since ${at}. The token was revoked or expired. Issue a new one in 1Password and replace it here.`,
    '401 {"Error":{"Message":"Unauthorized access","Code":401}}', 41),
  whole('ok', 'backfilling', `Reading history: ${date(reached(0))} ${clock(reached(0))}, 62 %, about 4 min left. New events follow when it is done.`, (index) => ({
    backfill: index === 2 ? null : { from: iso(7 * day), reached: iso(reached(index)), percent: 62.3 + index * 20, events_per_second: 2210 - index * 900, seconds_left: 244 - index * 130 },
  }), { usual_24h: null }),
  whole('paused', 'paused', `Paused by Ana Ruiz since ${weekday(pausedFor)}. Events are kept by 1Password for 120 days.`, () => ({
    next_poll_at: null, last_successful_poll_at: iso(pausedFor), last_data_received_at: iso(pausedFor + minute), newest_event_at: iso(pausedFor + 2 * minute), events_24h: 0,
  }), { since: pausedFor }),
  whole('warning', 'silent', `Connected, but silent for 6 h; a ${weekday(0)} like this brings about 40 events.`, () => ({ last_data_received_at: iso(6 * hour), newest_event_at: iso(6 * hour + minute), events_24h: 9 }), { since: 6 * hour }),
  whole('error', 'wrong_region', 'The token belongs to events.1password.eu, the device asks events.1password.com.', () =>
    failing('wrong_region', 'The token belongs to events.1password.eu, the device asks events.1password.com.', day, 3), { since: day }),
  down('error', 'unavailable', 64 * minute, (at) => `1Password answers 503 since ${at} (12 tries). Nothing is lost; Picket continues where it stopped.`,
    '1Password answers 503. upstream connect error or disconnect/reset before headers', 12),
  whole('warning', 'rate_limited', `1Password asked to wait until ${clock(-waits)}.`, () => ({ ...failing('rate_limited', '429 Too Many Requests, Retry-After: 840', 4 * minute, 1), next_poll_at: iso(-waits) }), { since: 20_000 }),
  down('error', 'connect', 150 * minute, (at) => `events.1password.com cannot be reached from 203.0.113.7: connection timed out since ${at} (31 tries). Is it allowed by your firewall?`,
    'connect to 198.51.100.4:443: connection timed out', 31),
  whole('error', 'disk_full', 'Paused: less than 2 GB free on the data disk.', () => ({ last_successful_poll_at: iso(fullFor), last_data_received_at: iso(fullFor + minute), newest_event_at: iso(fullFor + 2 * minute) }), { since: fullFor }),
  whole('warning', 'token_expiring', `The token expires in 12 days, on ${date(-12 * day)}. Issue a new one and replace it here. Receiving. Newest event 40 s ago.`, () => ({ level: 'ok', code: 'receiving', sentence: 'Receiving.' }), { expires_at: iso(-12 * day - hour) }),
  whole('warning', 'retrying', 'Receiving audit events and item usage events. Sign-in attempts: No answer within 30 s. Nothing is lost; Picket continues where it stopped.', (index) =>
    index === 2 ? { level: 'warning', sentence: 'No answer within 30 s. Nothing is lost; Picket continues where it stopped.', ...failing('timeout', 'No answer within 30 s.', 3 * minute, 1) } : { level: 'ok', code: 'receiving', sentence: 'Receiving.' }),
  down('error', 'tls', 300 * minute, (at) => `events.1password.com shows a certificate of proxy.example.test since ${at} (55 tries). Nothing is lost; Picket continues where it stopped.`,
    'certificate verify failed: unable to get local issuer certificate (CN=proxy.example.test)', 55),
  whole('error', 'no_token', 'No token yet. Issue one in 1Password and add it here.', () => ({ last_successful_poll_at: null, last_data_received_at: null, newest_event_at: null, next_poll_at: null, events_24h: 0, events_total: 0 }), { credential: null }),
];

export const verifying = whole('verifying', 'verifying', 'Verifying: waiting for the first answer of 1Password.');

// The same numbers at every call for the same device: a chart must not dance.
const noise = (seed) => {
  let h = 2166136261;
  for (const c of seed) h = Math.imul(h ^ c.charCodeAt(0), 16777619);
  h ^= h >>> 15;
  h = Math.imul(h, 2246822519);
  return ((h ^ (h >>> 13)) >>> 0) / 4294967296;
};

/** Events of one stream in the hour that begins at `at`: busy by day, quiet by night and at the weekend. */
function hourly(id, stream, index, at) {
  const date = new Date(at);
  const hour = date.getUTCHours();
  const day = hour >= 7 && hour < 18 ? 1 : hour >= 5 && hour < 21 ? 0.25 : 0.03;
  const weekend = [0, 6].includes(date.getUTCDay()) ? 0.2 : 1;
  return Math.floor([120, 70, 30][index] * day * weekend * (0.5 + noise(`${id}${stream}${at}`)));
}

/** `events/counts` for one device or, with `group=security_device`, for several. */
export function counts(devices, streams, url) {
  const step = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[url.searchParams.get('width') ?? 'day'];
  const group = url.searchParams.get('group');
  const stated = url.searchParams.getAll('filter[time]');
  const from = Date.parse(stated.find((one) => one.startsWith('>'))?.replace(/^>=?/, '') ?? iso(30 * 1440 * minute));
  const to = Date.parse(stated.find((one) => one.startsWith('<'))?.replace(/^<=?/, '') ?? iso(0));
  const ids = url.searchParams.getAll('filter[security_device][id]');
  const kinds = url.searchParams.getAll('filter[stream]');
  const sums = new Map();
  let total = 0;
  for (const device of devices.values()) {
    if (ids.length > 0 && !ids.includes(device.id)) continue;
    const { code } = device.attributes.status_details;
    const since = states.find((one) => one.code === code)?.since ?? (code === 'quiet' ? 25 * minute : null);
    const end = Math.min(to, since === null ? to : Date.now() - since);
    if (['no_token', 'verifying'].includes(code)) continue;
    streams.forEach(([stream], index) => {
      if (kinds.length > 0 && !kinds.includes(stream)) return;
      if (code === 'stream_missing' && index === 1) return;
      for (let at = Math.floor(from / 3_600_000) * 3_600_000; at < end; at += 3_600_000) {
        let n = hourly(device.id, stream, index, at);
        if (at + 3_600_000 > end) n = Math.floor((n * (end - at)) / 3_600_000);
        if (n === 0) continue;
        const start = Math.floor(at / step) * step;
        const key = `${start}|${group === 'stream' ? stream : group === 'security_device' ? device.id : ''}`;
        sums.set(key, (sums.get(key) ?? 0) + n);
        total += n;
      }
    });
  }
  const data = [...sums].sort().map(([key, count]) => {
    const [start, of] = key.split('|');
    return { start: new Date(Number(start)).toISOString(), count, ...(group === 'stream' ? { stream: of } : group === 'security_device' ? { security_device_id: of } : {}) };
  });
  return { data, meta: { total, width: url.searchParams.get('width') ?? 'day' } };
}

/** The last 200 polls of each stream, newest first. */
export function polls(device, streams, url) {
  const outcome = url.searchParams.get('filter[outcome]');
  const kind = url.searchParams.get('filter[stream]');
  const limit = Number(url.searchParams.get('page[limit]') ?? 50);
  const rows = [];
  const { streams: known } = device.attributes.status_details;
  if (!['no_token', 'verifying'].includes(device.attributes.status_details.code)) {
    streams.forEach(([stream], index) => {
      if (kind !== null && kind !== stream) return;
      const state = known[index];
      for (let n = 0; n < 200; n += 1) {
        const chance = noise(`${device.id}${stream}${n}`);
        const bad = n < state.consecutive_failures || (n > 60 && n < 64 && index === 0);
        const code = n < state.consecutive_failures ? state.last_error.code : 'unavailable';
        rows.push({
          type: 'polls',
          id: `${device.id}-${index * 1000 + n}`,
          attributes: {
            stream,
            started_at: iso(12_000 + n * minute),
            duration_ms: Math.round(bad ? 30_000 * chance : 60 + 240 * chance * chance + (chance > 0.97 ? 900 : 0)),
            pages: bad ? 0 : 1,
            events: bad ? 0 : Math.floor(chance * 9),
            new_events: bad ? 0 : Math.floor(chance * 9),
            bytes: bad ? 0 : 120 + Math.floor(chance * 9000),
            outcome: bad ? code : 'ok',
            error: bad ? (n < state.consecutive_failures ? state.last_error.message : '1Password answers 503. upstream connect error or disconnect/reset before headers') : null,
          },
          relationships: {},
          meta: { version: 1 },
        });
      }
    });
  }
  const data = rows
    .filter((row) => outcome === null || row.attributes.outcome === outcome)
    .sort((a, b) => (a.attributes.started_at < b.attributes.started_at ? 1 : -1));
  return { data: data.slice(0, limit), meta: { page: { offset: 0, limit, total: data.length } }, links: {} };
}
