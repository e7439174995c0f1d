import { describe, expect, test } from 'vitest';
import { literals, parametersOf } from '@/data/events/query';
import type { EventRow } from '@/data/events/types';
import { barsOf, spanOf } from './Histogram';
import { linesOf } from './list/lines';
import { differencesOf } from './panel/differences';
import { barsFor, endsOf, parseRange, rangeWords, spanText } from '@/ui/range/range';
import { filtersOf, readSearch, withValue } from './search';

const now = Date.parse('2026-11-22T12:00:00Z');

describe('ranges', () => {
  test('quick ones, spans, and open ends', () => {
    expect(endsOf(parseRange('24h') ?? { kind: 'all' }, now)).toEqual({ from: now - 86_400_000, to: null });
    expect(parseRange('2026-11-20T10:00:00Z..2026-11-20T11:30:00.5Z')).toEqual({
      kind: 'span',
      from: Date.parse('2026-11-20T10:00:00Z'),
      to: Date.parse('2026-11-20T11:30:00.500Z'),
    });
    expect(parseRange('2026-11-20..')).toEqual({ kind: 'span', from: Date.parse('2026-11-20T00:00:00Z'), to: null });
    expect(parseRange('..2026-11-20T10:00')).toEqual({ kind: 'span', from: null, to: Date.parse('2026-11-20T10:00:00Z') });
  });

  test('what is none is refused', () => {
    for (const text of ['', '..', '0h', '99999h', '5w', 'yesterday', '2026-13-01..', '2026-11-21..2026-11-20', '2026-11-20..2026-11-20', 'a..b', '24h..']) {
      expect(parseRange(text), text).toBeUndefined();
    }
  });

  test('a span comes through the address unchanged', () => {
    for (const [from, to] of [[now, now + 1], [null, now], [now, null]] as const) {
      expect(parseRange(spanText(from, to))).toEqual({ kind: 'span', from, to });
    }
  });

  test('in words', () => {
    expect(rangeWords('24h', String)).toBe('Last 24 hours');
    expect(rangeWords('3d', String)).toBe('Last 3 days');
    expect(rangeWords('1m', String)).toBe('Last 1 minute');
    expect(rangeWords(spanText(1000, 2000), String)).toBe('1000 to 2000');
    expect(rangeWords(spanText(null, 2000), String)).toBe('Before 2000');
  });

  test('bars: at most a hundred, and minutes only within a day', () => {
    for (const hours of [0.25, 1, 6, 24, 25, 168, 720, 2160, 87_600]) {
      const to = now + hours * 3_600_000;
      const { step, width } = barsFor(now, to);
      expect((to - now) / step, String(hours)).toBeLessThanOrEqual(100);
      if (width === 'minute') expect(hours).toBeLessThanOrEqual(24);
      expect(step).toBeGreaterThanOrEqual({ minute: 60_000, hour: 3_600_000, day: 86_400_000 }[width]);
    }
  });
});

describe('the address', () => {
  test('a broken part is left out and told, the rest is shown', () => {
    const { search, broken } = readSearch({
      range: 'soon',
      actor: 'ana@example.test',
      outcome: 'splendid',
      device: '!d1',
      stream: ',',
      action: 'whole,part*',
      unknown: 'x',
    });
    expect(search).toEqual({ actor: 'ana@example.test' });
    expect(broken.map((one) => one.key)).toEqual(['range', 'device', 'stream', 'action', 'outcome']);
  });

  test('what can be no id is told here, not asked of the server', () => {
    for (const device of ['\0', 'a b', '<script>']) expect(readSearch({ device }).broken.map((one) => one.key)).toEqual(['device']);
    expect(readSearch({ device: '92f55cf7-d9cc-4a68-ae9e-531288f2b310', stream: 'item_usages' }).broken).toEqual([]);
  });

  test('a record is readable or not; there is nothing else to leave out', () => {
    expect(readSearch({ record: 'unreadable' })).toEqual({ search: { record: 'unreadable' }, broken: [] });
    for (const record of ['!readable', 'torn']) expect(readSearch({ record }).broken.map((one) => one.key)).toEqual(['record']);
  });

  test('a text longer than any search is cut, and that is told', () => {
    const { search, broken } = readSearch({ text: 'x'.repeat(10_000), actor: 'y'.repeat(10_000) });
    expect(search.text).toHaveLength(1000);
    expect(search.actor).toBeUndefined();
    expect(broken.map((one) => one.key)).toEqual(['text', 'actor']);
  });

  test('a country may be written small', () => {
    expect(filtersOf({ country: 'se,Sweden' })).toEqual([{ field: 'country', not: false, values: ['SE', 'Sweden'] }]);
  });

  test('wanting and leaving out', () => {
    expect(withValue(undefined, 'a', false)).toBe('a');
    expect(withValue('b,c', 'a', false)).toBe('a');
    expect(withValue(undefined, 'a', true)).toBe('!a');
    expect(withValue('!b', 'a', true)).toBe('!b,a');
    expect(withValue('!a', 'a', true)).toBe('!a');
    expect(withValue('a,b', 'a', true)).toBe('b');
    expect(withValue('a', 'a', true)).toBe('!a');
  });
});

describe('what is asked of the server', () => {
  const asked = { from: null, to: null, filters: [], text: '' };
  const one = (value: string, not = false): string[] =>
    parametersOf({ ...asked, filters: [{ field: 'actor', not, values: [value] }] }).map(([, text]) => text);

  test('wholes, beginnings, parts and exclusions', () => {
    expect(one('ana')).toEqual(['ana']);
    expect(one('ana*')).toEqual(['^ana']);
    expect(one('*ana*')).toEqual([':ana']);
    expect(one('ana', true)).toEqual(['!ana']);
    expect(one('*')).toEqual(['*']);
  });

  test('whether a record could be read is a yes or no of the server', () => {
    const record = (...values: string[]) => parametersOf({ ...asked, filters: [{ field: 'record', not: false, values }] });
    expect(record('unreadable')).toEqual([['filter[unreadable]', 'true']]);
    expect(record('readable')).toEqual([['filter[unreadable]', 'false']]);
  });

  test("a value that looks like an operator stays a value", () => {
    expect(one('!ana')).toEqual(['^!ana']);
    expect(one('>5')).toEqual(['^>5']);
    expect(one(':x')).toEqual(['^:x']);
  });

  test('words of a text must all occur; quotation marks keep words together', () => {
    expect(literals('vault "two words" x:"y"')).toEqual(['vault', 'two words', 'x:"y"']);
    expect(literals('"action":"create"')).toEqual(['"action":"create"']);
    expect(literals('  ')).toEqual([]);
    expect(parametersOf({ ...asked, text: 'a b' })).toEqual([['filter[text]', 'a'], ['filter[text]', 'b']]);
  });

  test('the end of a span is not part of it', () => {
    expect(parametersOf({ ...asked, from: now, to: now + 1000 })).toEqual([
      ['filter[time]', '>=2026-11-22T12:00:00.000Z'],
      ['filter[time]', '<2026-11-22T12:00:01.000Z'],
    ]);
  });
});

describe('the histogram', () => {
  test('every event counted is in a bar, those of a bucket that begins before the span too', () => {
    const span = spanOf({ from: now - 7 * 86_400_000 + 1234, to: null }, now);
    if (span === null) throw new Error('no span');
    const buckets = [
      { start: new Date(now - 7 * 86_400_000).toISOString(), count: 3, stream: 'a' },
      { start: new Date(now - 3_600_000).toISOString(), count: 5, stream: 'b' },
      { start: new Date(now - 7_200_000).toISOString(), count: 7, stream: 'b' },
    ];
    const names = { stream: (stream: string) => stream.toUpperCase(), streamKeys: ['none', 'b'] };
    const drawn = barsOf({ total: 15, width: 'hour', buckets }, span, names);
    // A stream keeps its place and colour, however much it brings and whatever else is there.
    expect(drawn.series.map((one) => [one.title, one.colour, one.counts.reduce((a, b) => a + b, 0)])).toEqual([['B', 1, 12], ['A', 2, 3]]);
    expect(drawn.starts.length).toBe(drawn.series[0]?.counts.length);
    expect(drawn.starts[0]).toBeLessThanOrEqual(span.from);
  });

  test('bars are never finer than the counts that came', () => {
    const drawn = barsOf({ total: 0, width: 'hour', buckets: [] }, { from: now - 3_600_000, to: now }, { stream: String, streamKeys: [] });
    expect(drawn.step).toBe(3_600_000);
  });
});

test('days are told where they change, the first one too', () => {
  const event = (time: number): EventRow => ({ id: String(time), time: new Date(time).toISOString() }) as EventRow;
  const today = new Date(2026, 10, 22, 12).getTime();
  const lines = linesOf([event(today), event(today - 3_600_000), event(today - 86_400_000), event(today - 86_400_001)]);
  expect(lines.map((line) => line.kind)).toEqual(['day', 'event', 'event', 'day', 'event', 'event']);
});

describe('differences of versions', () => {
  test('by path, with what came and went', () => {
    expect(differencesOf('{"a":{"b":1,"c":[1,2]},"d":"x"}', '{"a":{"b":2,"c":[1]},"e":null,"d":"x"}')).toEqual([
      { path: 'a.b', before: '1', after: '2' },
      { path: 'a.c.1', before: '2', after: null },
      { path: 'e', before: null, after: 'null' },
    ]);
  });
  test('large contents, and what is no JSON, are not compared', () => {
    expect(differencesOf('nonsense', '{}')).toBeNull();
    expect(differencesOf('{}', `"${'x'.repeat(300_000)}"`)).toBeNull();
  });
});
