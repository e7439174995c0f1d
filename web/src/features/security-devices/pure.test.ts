import { describe, expect, test } from 'vitest';
import type { Device, StreamStatus } from '@/api/types';
import { commonFields } from '@/forms/schema';
import { parseFilter } from '@/ui/filters/filters';
import { ago, span } from '@/ui/timeText';
import { makeDevice, makeStream, plugin } from '@/test/server';
import { conflictsOf, editOf, openValues } from './edit/conflicts';
import { nextPollOf, nextPollText } from './nextPollText';
import { arrange, levelOf, matches } from './order';
import { differences, withValues } from './panel/historyText';
import { parseSort, readDevicesSearch, validateDevicesSearch } from './search';
import { noEndText, tokenStanding } from './token';

const technology = (slug: string): string => (slug === '1password' ? '1Password' : '');
const all = { q: '', filters: {}, sort: { key: 'name', descending: false } } as const;
const byId = (devices: Device[]): Map<string, Device> => new Map(devices.map((device) => [device.id, device]));
const having = (text: string) => ({ ...all, filters: { status: parseFilter(text) } });
const withLevel = (id: string, level: 'ok' | 'warning' | 'error'): Device => {
  const device = makeDevice(id, id);
  const details = device.attributes.status_details;
  if (details) device.attributes.status_details = { ...details, level };
  return device;
};

describe('levelOf', () => {
  test('the verdict before details are known', () => {
    expect(levelOf(makeDevice('a', 'a', { status_details: null, status: null }))).toBe('verifying');
    expect(levelOf(makeDevice('a', 'a', { status_details: null, status: 'unhealthy' }))).toBe('error');
  });
  test('paused and deleted win over what the details still say', () => {
    expect(levelOf(makeDevice('a', 'a', { paused: true }))).toBe('paused');
    expect(levelOf(makeDevice('a', 'a', { paused: true, deleted_at: '2026-01-01T00:00:00.000Z' }))).toBe('deleted');
  });
});

describe('arrange', () => {
  test('names sort as people count', () => {
    const devices = ['b 10', 'b 9', 'a'].map((name) => makeDevice(name, name));
    expect(arrange(byId(devices), all, technology)).toEqual(['a', 'b 9', 'b 10']);
    expect(arrange(byId(devices), { ...all, sort: { key: 'name', descending: true } }, technology)).toEqual(['b 10', 'b 9', 'a']);
  });
  test('the order follows what is renamed, added and deleted', () => {
    const order = (...devices: Device[]): string[] => arrange(byId(devices), all, technology);
    const [a, b] = [makeDevice('1', 'a'), makeDevice('2', 'b')];
    expect(order(b, a)).toEqual(['1', '2']);
    expect(order(makeDevice('2', 'b', { events_24h: 7 }), a)).toEqual(['1', '2']);
    expect(order(makeDevice('2', 'a'), makeDevice('1', 'b'))).toEqual(['2', '1']);
    expect(order(a, b, makeDevice('3', 'aa'))).toEqual(['1', '3', '2']);
    expect(order(a, makeDevice('2', 'b', { deleted_at: '2026-01-01T00:00:00.000Z' }), makeDevice('3', 'aa'))).toEqual(['1', '3']);
  });
  test('by status the worst come first, deleted ones are gone', () => {
    const gone = makeDevice('gone', 'gone', { deleted_at: '2026-01-01T00:00:00.000Z' });
    const devices = [withLevel('fine', 'ok'), withLevel('bad', 'error'), gone, withLevel('so-so', 'warning')];
    expect(arrange(byId(devices), { ...all, sort: { key: 'status', descending: false } }, technology)).toEqual([
      'bad',
      'so-so',
      'fine',
    ]);
  });
  test('never polled counts as the oldest', () => {
    const devices = [makeDevice('polled', 'a'), makeDevice('never', 'b', { last_successful_poll_at: null })];
    expect(arrange(byId(devices), { ...all, sort: { key: 'poll', descending: false } }, technology)).toEqual(['never', 'polled']);
  });
});

test('search looks at name, location and technology, word by word', () => {
  const device = makeDevice('id-1', 'Sales', { location: 'New York' });
  expect(matches(device, { ...all, q: 'york SALES' }, technology)).toBe(true);
  expect(matches(device, { ...all, q: '1pass' }, technology)).toBe(true);
  expect(matches(device, { ...all, q: 'york finance' }, technology)).toBe(false);
  expect(matches(device, having('attention'), technology)).toBe(false);
  expect(matches(withLevel('w', 'warning'), having('unhealthy,attention'), technology)).toBe(true);
  expect(matches(withLevel('w', 'warning'), having('!unhealthy,attention'), technology)).toBe(false);
  expect(matches(device, { ...all, filters: { location: parseFilter('New York'), technology: parseFilter('!other') } }, technology)).toBe(true);
});

test('a broken address falls back to the plain list', () => {
  expect(validateDevicesSearch({ q: 7, status: 'splendid', sort: '-shoe_size', edit: '', setupIntegration: '1password' })).toEqual({
    setupIntegration: '1password',
  });
  expect(parseSort('-events')).toEqual({ key: 'events', descending: true });
  expect(validateDevicesSearch({ sort: 'name' })).toEqual({});
  expect(validateDevicesSearch({ status: '!healthy,splendid', columns: 'events,shoes,status', location: ',' })).toEqual({
    status: '!healthy',
    columns: 'name,status,events',
  });
});

test('each part of an address that cannot be read is told once, with what is shown instead', () => {
  const told = (raw: Record<string, unknown>) => readDevicesSearch(raw).broken.map(({ key, why }) => `${key}: ${why}`);
  expect(told({ q: 'a', status: 'unhealthy', sort: '-stored', columns: 'name,usual', history: 'health', technology: 'x', location: 'Oslo' })).toEqual([]);
  expect(told({ sort: '-shoe_size', columns: 'shoes', history: 'shoes', status: 'splendid', location: ',', q: 'x'.repeat(201) })).toEqual([
    'q: only its first 200 characters are searched for',
    'status: it is unhealthy, attention, verifying, paused or healthy; every status is shown',
    'location: it is empty',
    'sort: there is no such column; sorted by name',
    'columns: there are no such columns; the usual ones are shown',
    'history: there is no such kind of change; all are shown',
  ]);
  expect(told({ status: 'healthy,splendid', columns: 'events,shoes' })).toEqual([
    'status: it is unhealthy, attention, verifying, paused or healthy',
    'columns: shoes is no column; the others are shown',
  ]);
  expect(readDevicesSearch({ status: 'healthy,splendid', columns: 'events,shoes' }).search).toEqual({ status: 'healthy', columns: 'name,events' });
});

test('what is stored and what is usual can be sorted by; what is not known comes first', () => {
  const devices = [
    makeDevice('a', 'a', { usual_24h: 5, bytes_total: 1 }),
    makeDevice('b', 'b', { usual_24h: null, bytes_total: 3 }),
    makeDevice('c', 'c', { usual_24h: 0, bytes_total: 2 }),
  ];
  expect(arrange(byId(devices), { ...all, sort: { key: 'usual', descending: false } }, technology)).toEqual(['b', 'c', 'a']);
  expect(arrange(byId(devices), { ...all, sort: { key: 'stored', descending: true } }, technology)).toEqual(['b', 'c', 'a']);
});

describe('editing', () => {
  const fields = [...commonFields, ...plugin.attributes.device_spec_json.fields.filter((field) => field.name === 'server')];
  const opened = makeDevice('a', 'Sales');
  test('only what changed is sent, with the whole device_spec', () => {
    const values = openValues(fields, opened);
    expect(editOf(fields, opened, values)).toBeNull();
    expect(editOf(fields, opened, { ...values, name: 'Sales 2' })).toEqual({ name: 'Sales 2' });
    const spec = { server: 'https://events.1password.com', other: 'kept' };
    expect(
      editOf(fields, makeDevice('a', 'Sales', { device_spec: spec }), { ...values, 'device_spec.server': 'https://events.1password.eu' }),
    ).toEqual({ device_spec: { server: 'https://events.1password.eu', other: 'kept' } });
    expect(editOf(fields, opened, { ...values, location: '' })).toEqual({ location: '' });
  });
  test('a conflict is what they changed and I did not also type', () => {
    const now = makeDevice('a', 'Sales EU', { location: 'Bergen' });
    const mine = { ...openValues(fields, opened), name: 'Sales North', location: 'Bergen' };
    expect(conflictsOf(fields, opened, now, mine)).toEqual([
      { path: 'name', label: 'Name', opened: 'Sales', theirs: 'Sales EU', mine: 'Sales North' },
    ]);
  });
});

test('a history entry opens to what differs, however deep', () => {
  expect(
    differences({ name: 'a', device_spec: { server: 'x', keep: 1 } }, { name: 'a', device_spec: { server: 'y', keep: 1 }, paused: true }),
  ).toEqual([
    { key: 'device_spec.server', label: 'Server address', before: 'x', after: 'y' },
    { key: 'paused', label: 'Paused', before: '–', after: 'yes' },
  ]);
  expect(differences(null, null)).toEqual([]);
  expect(
    differences({ status: 'healthy', level: 'ok', code: 'backfilling' }, { status: 'unhealthy', level: 'error', code: 'token_expired', sentence: 'The token expired.' }),
  ).toEqual([
    { key: 'level', label: 'Health', before: 'Healthy', after: 'Unhealthy' },
    { key: 'code', label: 'Reason', before: 'Reading history', after: 'Token expired' },
    { key: 'sentence', label: 'What it said', before: '–', after: 'The token expired.' },
  ]);
});

test('one short value that changed is told in the sentence', () => {
  const changed = (after: string, before = 'Malmö') => [{ key: 'location', label: 'Location', before, after }];
  expect(withValues('Location changed', changed('Stockholm'))).toBe('Location changed from \u2068Malmö\u2069 to \u2068Stockholm\u2069');
  expect(withValues('Location changed', changed('x'.repeat(41)))).toBe('Location changed');
  expect(withValues('Location changed', changed('Stockholm', '–'))).toBe('Location changed');
  expect(withValues('Health changed from Healthy to Unhealthy', changed('Stockholm'))).toBe('Health changed from Healthy to Unhealthy');
  expect(withValues('Settings changed', [...changed('a'), ...changed('b')])).toBe('Settings changed');
});

test('what comes next is never in the past', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  expect(nextPollText(null, now)).toBe('not planned');
  expect(nextPollText(null, now, 'not while paused')).toBe('not while paused');
  expect(nextPollText('2026-11-22T12:14:00Z', now)).toBe('in 14 min');
  expect(nextPollText('2026-11-22T12:00:03Z', now)).toBe('due now');
  expect(nextPollText('2026-11-22T11:59:30Z', now)).toBe('due now');
  expect(nextPollText('2026-11-22T11:57:00Z', now)).toBe('3 min late');
});

test('the first stream says when a device is asked next, and nothing is said of what will not be', () => {
  const details = makeDevice('a', 'Alpha').attributes.status_details;
  const stream = details?.streams[0];
  if (!details || !stream) throw new Error('the device has no stream');
  const [soon, late] = ['2026-11-22T12:00:09Z', '2026-11-22T12:14:00Z'];
  const streams = [{ ...stream, next_poll_at: late }, { ...stream, next_poll_at: soon }, { ...stream, next_poll_at: null }];
  const of = (over: Partial<Device['attributes']>) => nextPollOf(makeDevice('a', 'Alpha', { next_poll_at: late, status_details: { ...details, streams }, ...over }));
  expect(of({}).time).toBe(soon);
  expect(of({ status_details: { ...details, streams: [] } }).time).toBe(late);
  expect(of({ deleted_at: late })).toEqual({ time: null, none: 'none' });
  expect(of({ paused: true, status_details: { ...details, level: 'paused', streams } })).toEqual({ time: null, none: 'not while paused' });
  expect(of({ credential: null })).toEqual({ time: null, none: 'not without a token' });
  expect(of({ status_details: { ...details, level: 'error', code: 'disk_full', streams } })).toEqual({ time: null, none: 'not while the disk is full' });
});

test('a token is what the vendor made of it', () => {
  const details = makeDevice('a', 'Alpha').attributes.status_details;
  const with_ = (over: Partial<NonNullable<typeof details>>, device: Partial<Device['attributes']> = {}) =>
    makeDevice('a', 'Alpha', { status_details: details && { ...details, ...over }, ...device });
  const stream = (code: string, over: Partial<StreamStatus> = {}) =>
    makeStream({ level: 'error', code, consecutive_failures: 3, last_error: { code, message: 'No.', at: null }, ...over });
  expect(tokenStanding(with_({}))).toBe('accepted');
  expect(tokenStanding(with_({}, { last_successful_poll_at: null }))).toBe('untried');
  expect(tokenStanding(with_({}, { last_successful_poll_at: '2026-10-31T10:00:00.000Z' }))).toBe('untried'); // by the one before
  for (const code of ['unauthorized', 'token_expired', 'wrong_region', 'account_mismatch'])
    expect(tokenStanding(with_({ level: 'error', code })), code).toBe('refused');
  expect(tokenStanding(with_({ level: 'error', code: 'unavailable' }))).toBe('accepted');
  // Paused, it says nothing of that any more; its streams still do.
  expect(tokenStanding(with_({ level: 'paused', code: 'paused', streams: [stream('unauthorized'), stream('stream_missing')] }))).toBe('refused');
  expect(tokenStanding(with_({ level: 'warning', code: 'unauthorized', streams: [stream('unauthorized'), makeStream()] }))).toBe('accepted');
  expect(noEndText(with_({}))).toBe('never');
  expect(noEndText(with_({ level: 'error', code: 'unauthorized' }))).toBe('not known');
  expect(noEndText(with_({}, { credential: null }))).toBe('no token');
});

test('times in words', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  expect(span(119 * 60)).toBe('119 min');
  expect(span(2 * 3600)).toBe('2 h');
  expect(ago('2026-11-22T11:59:20Z', now)).toBe('40 s ago');
  expect(ago('2026-11-22T11:59:58Z', now)).toBe('just now');
  expect(ago('2026-11-22T12:00:40Z', now)).toBe('in 40 s');
  expect(ago('2026-01-02T12:00:00Z', now)).toBe('2 Jan');
  expect(ago('garbage', now)).toBe('garbage');
});
