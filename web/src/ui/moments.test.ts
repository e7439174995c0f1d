import { afterEach, expect, test } from 'vitest';
import { inZone, told } from './moments';
import { setZone } from './zone';

const said = Date.parse('2026-11-30T09:30:00Z');

afterEach(() => {
  setZone('system');
});

test('a clock, a day and a date are told on the person’s own wall', () => {
  setZone('Europe/Oslo');
  expect(inZone('Not authorised since 09:12 UTC. The token was revoked.', said)).toBe('Not authorised since 10:12. The token was revoked.');
  expect(inZone('Not authorised since Tue 24 Nov 23:40 UTC. The token', said)).toBe('Not authorised since Wed 25 Nov 00:40. The token');
  expect(inZone('Reading history: 3 Nov 14:00 UTC, 62 %', said)).toBe('Reading history: 3 Nov 15:00, 62 %');
  expect(inZone('ends 31 Dec 2026 23:30 UTC', said)).toBe('ends 1 Jan 2027 00:30');
  expect(inZone('asked to wait until 10:31 UTC, then until 11:00 UTC.', said)).toBe('asked to wait until 11:31, then until 12:00.');
});

test('the hour is that of its own day, not of today: clocks change in between', () => {
  setZone('Europe/Oslo');
  expect(inZone('since 20 Oct 09:00 UTC', said)).toBe('since 20 Oct 11:00');
  expect(inZone('since 23:50 UTC', Date.parse('2026-10-26T00:10:00Z'))).toBe('since 00:50');
  setZone('America/Los_Angeles');
  expect(inZone('since 01:00 UTC', Date.parse('2026-11-30T12:00:00Z'))).toBe('since Sun 17:00');
});

test('a number keeps its percent sign', () => {
  setZone('Europe/Oslo');
  expect(told('Reading history: 3 Nov 14:00 UTC, 62 %, about 4 min left.', said)).toBe('Reading history: 3 Nov 15:00, 62\u00a0%, about 4 min left.');
});

test('what is no moment of a sentence stays as it is', () => {
  setZone('Asia/Kathmandu');
  for (const text of ['Receiving. Newest event 40 s ago.', 'answers 25:61 UTC', 'the UTC clock', 'since Tuesday', '']) expect(inZone(text, said)).toBe(text);
});
