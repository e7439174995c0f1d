import { afterEach, describe, expect, test } from 'vitest';
import { labelled } from '@/charts/series';
import { startOf } from '@/forms/startDate';
import { absolute, ago, bucketText, calendarDay, hourAgo, tickText, zoneName } from './timeText';
import { fromInput, inputText, isZone, momentOf, offsetText, setZone, startOfDay, wallOf, zone, zoneNames, zoneOffset } from './zone';

const hour = 3_600_000;
const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

afterEach(() => {
  setZone('system');
});

describe('the zone', () => {
  test('what the browser does not know is the computer’s', () => {
    setZone('Mars/Olympus');
    expect(zone()).toBeUndefined();
    setZone('Asia/Kathmandu');
    expect(zone()).toBe('Asia/Kathmandu');
    expect(zoneName()).toBe('Asia/Kathmandu (UTC+05:45)');
    expect(isZone('')).toBe(false);
    expect(zoneNames()).toContain('Europe/Oslo');
    expect(zoneNames()).toContain('UTC');
  });

  test('every text follows it at once', () => {
    const time = '2026-07-01T22:30:00.000Z';
    setZone('UTC');
    expect(absolute(time)).toBe('1 Jul 2026, 22:30:00');
    setZone('Europe/Oslo');
    expect(absolute(time)).toBe('2 Jul 2026, 00:30:00');
    expect(calendarDay(time)).toBe('2 Jul 2026');
    expect(bucketText(at(time), hour)).toBe('Thu 2 Jul, 00:30 to 01:30');
    expect(tickText(at('2026-07-01T22:00:00Z'), hour)).toBe('2 Jul');
    expect(hourAgo('2026-07-02T09:00:00Z', at('2026-07-02T09:10:00Z'))).toBe('this hour');
    expect(hourAgo('2026-07-02T08:00:00Z', at('2026-07-02T09:50:00Z'))).toBe('1 h ago');
    expect(hourAgo('2026-07-02T06:00:00Z', at('2026-07-02T09:10:00Z'))).toBe('3 h ago');
    expect(hourAgo('2026-06-28T21:00:00Z', at('2026-07-02T09:10:00Z'))).toBe('3 days ago');
    expect(hourAgo('2025-12-01T21:00:00Z', at('2026-07-02T09:10:00Z'))).toBe('1 Dec 2025');
    setZone('America/Los_Angeles');
    expect(absolute(time)).toBe('1 Jul 2026, 15:30:00');
    // Whole days are the server's.
    expect(bucketText(at('2026-07-01T00:00:00Z'), 24 * hour)).toBe('Wed 1 Jul (UTC)');
  });

  test('the year of a date is the zone’s, too', () => {
    setZone('Pacific/Auckland');
    // 1 January there, 31 December in UTC.
    expect(ago('2026-12-31T12:00:00Z', at('2027-03-01T00:00:00Z'))).toBe('1 Jan');
    setZone('UTC');
    expect(ago('2026-12-31T12:00:00Z', at('2027-03-01T00:00:00Z'))).toBe('31 Dec 2026');
  });
});

describe('wall clocks', () => {
  test('agree with `Date` in the zone of the computer', () => {
    for (let ms = at('2026-01-01T00:00:00Z'); ms < at('2027-01-01T00:00:00Z'); ms += 37 * hour) {
      const local = new Date(ms);
      expect(wallOf(ms)).toEqual({
        year: local.getFullYear(), month: local.getMonth() + 1, day: local.getDate(),
        hour: local.getHours(), minute: local.getMinutes(), second: local.getSeconds(),
      });
      expect(momentOf(wallOf(ms))).toBe(ms);
    }
  });

  test.each(['Europe/Oslo', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Africa/Cairo', 'America/Santiago'])(
    'lead back to the moment, through a whole year in %s',
    (name) => {
      setZone(name);
      for (let ms = at('2026-01-01T00:00:00Z'); ms < at('2027-01-01T00:00:00Z'); ms += 4.5 * hour) {
        const back = momentOf(wallOf(ms));
        // What the clock shows twice leads to the first of both.
        if (back !== ms) expect([wallOf(back), back < ms, ms - back <= hour]).toEqual([wallOf(ms), true, true]);
        const day = startOfDay(ms);
        expect(day).toBeLessThanOrEqual(ms);
        expect(ms - day).toBeLessThan(25 * hour);
        expect(wallOf(day - 1000).day).not.toBe(wallOf(ms).day);
        expect(wallOf(day).day).toBe(wallOf(ms).day);
      }
    },
  );

  test('days of 23 and 25 hours', () => {
    setZone('Europe/Oslo');
    const spring = startOfDay(at('2026-03-29T12:00:00Z'));
    expect(iso(spring)).toBe('2026-03-28T23:00:00Z');
    expect(startOfDay(spring, 1) - spring).toBe(23 * hour);
    const autumn = startOfDay(at('2026-10-25T12:00:00Z'));
    expect(iso(autumn)).toBe('2026-10-24T22:00:00Z');
    expect(startOfDay(autumn, 1) - autumn).toBe(25 * hour);
  });

  test('what the clock leaves out lies as much later; what it shows twice is the first', () => {
    setZone('Europe/Oslo');
    expect(iso(fromInput('2026-03-29T02:30') ?? NaN)).toBe('2026-03-29T01:30:00Z');
    expect(iso(fromInput('2026-10-25T02:30') ?? NaN)).toBe('2026-10-25T00:30:00Z');
    expect(inputText(at('2026-10-25T01:30:00Z'))).toBe('2026-10-25T02:30:00');
    // A day whose midnight does not exist begins at one.
    setZone('America/Havana');
    const day = startOfDay(at('2026-03-08T12:00:00Z'));
    expect(wallOf(day)).toMatchObject({ day: 8, hour: 1, minute: 0 });
  });

  test('days and months overflow', () => {
    setZone('Asia/Tokyo');
    expect(iso(momentOf({ year: 2026, month: 13, day: 1, hour: 0, minute: 0, second: 0 }))).toBe('2026-12-31T15:00:00Z');
    expect(iso(momentOf({ year: 2026, month: 3, day: 0, hour: 12, minute: 0, second: 0 }))).toBe('2026-02-28T03:00:00Z');
  });

  test('offsets are those of the moment', () => {
    setZone('America/New_York');
    expect(zoneOffset(at('2026-01-01T00:00:00Z'))).toBe(-5 * hour);
    expect(zoneOffset(at('2026-07-01T00:00:00Z'))).toBe(-4 * hour);
    expect(offsetText(at('2026-07-01T00:00:00Z'))).toBe('UTC-04:00');
    expect(offsetText(at('2026-07-01T00:00:00Z'), 'Asia/Kolkata')).toBe('UTC+05:30');
  });
});

test('the labels of a chart stay on whole hours when clocks change under it', () => {
  setZone('Europe/Oslo');
  const from = at('2026-10-24T12:00:00Z');
  const starts = Array.from({ length: 30 }, (_, index) => from + index * hour);
  const hours = labelled(starts, hour, 10, (ms) => zoneOffset(ms)).map(({ at }) => wallOf(at).hour % 3);
  expect(new Set(hours)).toEqual(new Set([0]));
});

test('a start date begins with the midnight of the zone', () => {
  setZone('Asia/Tokyo');
  expect(startOf('2026-11-15', 120, at('2026-11-22T12:00:00Z'))).toBe('2026-11-14T15:00:00Z');
});
