import { afterEach, expect, test } from 'vitest';
import { absolute, ago, bucketText, calendarDay, count, dayTime, tickText } from './timeText';
import { setZone, zoned } from './zone';

afterEach(() => {
  setZone(undefined);
});

const hour = 60 * 60 * 1000;
/** Every month, weekday and turn of the clock: an odd number of hours apart, over three years. */
const moments = Array.from({ length: 400 }, (_, at) => Date.UTC(2025, 0, 1) + at * 67 * hour + at * 61_000);

test.each([undefined, 'UTC', 'Europe/Oslo', 'America/New_York', 'Asia/Kolkata', 'Pacific/Chatham'])('days and times read as Intl writes them in en-GB: %s', (zone) => {
  setZone(zone);
  const day = zoned({ day: 'numeric', month: 'short' });
  const date = zoned({ day: 'numeric', month: 'short', year: 'numeric' });
  const full = zoned({ dateStyle: 'medium', timeStyle: 'medium' });
  const minute = zoned({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  const clock = zoned({ hour: '2-digit', minute: '2-digit' });
  const weekday = zoned({ weekday: 'short', day: 'numeric', month: 'short' });
  const weekdayUtc = zoned({ weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
  for (const at of moments) {
    const time = new Date(at).toISOString();
    expect(calendarDay(time)).toBe(date.format(at));
    expect(absolute(time)).toBe(full.format(at));
    expect(dayTime(time)).toBe(minute.format(at));
    expect(bucketText(at, 24 * hour)).toBe(`${weekdayUtc.format(at)} (UTC)`);
    const to = at + hour;
    const until = weekday.format(at) === weekday.format(to) || clock.format(to) === '00:00' ? clock.format(to) : `${weekday.format(to)}, ${clock.format(to)}`;
    expect(bucketText(at, hour)).toBe(`${weekday.format(at)}, ${clock.format(at)} to ${until}`);
    expect(tickText(at, hour)).toBe(clock.format(at) === '00:00' ? day.format(at) : clock.format(at));
    const now = at + 60 * 24 * hour;
    expect(ago(time, now)).toBe((zoned({ year: 'numeric' }).format(at) === zoned({ year: 'numeric' }).format(now) ? day : date).format(at));
  }
});

test('counts are grouped as Intl groups them', () => {
  const grouped = new Intl.NumberFormat('en-GB');
  for (const n of [0, 7, 999, 1000, 12_345, 999_999, 1_000_000, 1_234_567_890, -1, -999, -1000, -1_234_567, 142.38461538, 1234.5678, 0.5, -1234.5, 12_345.0004]) expect(count(n)).toBe(grouped.format(n));
});

test('what is no time stays what it is', () => {
  for (const tell of [calendarDay, absolute, dayTime]) expect(tell('soon')).toBe('soon');
});
