import { describe, expect, test } from 'vitest';
import { ApiError } from '@/api/client';
import { makeDevice } from '@/test/server';
import { inOrderOfInterest, type Outcome, runBulk } from './bulk';
import { columnsOf, fitting, usualColumns, widthOf } from './columns';
import { cell, toCsv, toJson } from './export';

const devices = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, name: id.toUpperCase() }));
const refusal = (status: number, detail: string): ApiError => new ApiError([{ status, code: String(status), detail, pointer: null }]);
const options = { atOnce: 2, onChange: () => undefined, wait: () => Promise.resolve() };

describe('one thing for many devices', () => {
  test('never more at once than allowed, and a failure stays with its device', async () => {
    let now = 0;
    let most = 0;
    const all = await runBulk(
      devices,
      async (id) => {
        most = Math.max(most, (now += 1));
        await Promise.resolve();
        now -= 1;
        if (id === 'b') throw refusal(404, 'There is no such device.');
        return { ok: id !== 'd', note: id === 'd' ? 'Refused.' : null };
      },
      { ...options, signal: new AbortController().signal },
    );
    expect(most).toBe(2);
    expect(all.map((one) => one.state)).toEqual(['done', 'failed', 'done', 'failed', 'done']);
    expect(all[1]?.note).toBe('There is no such device.');
    expect(inOrderOfInterest(all).map((one) => one.name)).toEqual(['B', 'D', 'A', 'C', 'E']);
  });

  test('a busy server is asked again', async () => {
    let refused = 0;
    const all = await runBulk(
      devices.slice(0, 1),
      () => {
        refused += 1;
        return refused < 4 ? Promise.reject(refusal(429, 'Busy.')) : Promise.resolve({ ok: true, note: null });
      },
      { ...options, signal: new AbortController().signal },
    );
    expect(refused).toBe(4);
    expect(all[0]?.state).toBe('done');
  });

  test('stopping finishes what has begun and leaves the rest alone', async () => {
    const control = new AbortController();
    const touched: string[] = [];
    const all: Outcome[] = await runBulk(
      devices,
      (id) => {
        touched.push(id);
        if (id === 'b') control.abort();
        return Promise.resolve({ ok: true, note: null });
      },
      { ...options, atOnce: 1, signal: control.signal },
    );
    expect(touched).toEqual(['a', 'b']);
    expect(all.map((one) => one.state)).toEqual(['done', 'done', 'stopped', 'stopped', 'stopped']);
  });
});

describe('export', () => {
  test('a cell is no formula and no broken row', () => {
    expect(cell('=HYPERLINK("http://x")')).toBe(`"'=HYPERLINK(""http://x"")"`);
    for (const text of ['+1', '-1', '@a', '\t=1']) expect(cell(text)).toBe(`'${text}`);
    expect(cell('\r=1')).toBe(`"'\r=1"`);
    expect(cell('a, "b"\nc')).toBe('"a, ""b""\nc"');
    expect(cell(-5)).toBe('-5');
    expect(cell(null)).toBe('');
  });

  test('one row a device, in the order of the list', () => {
    const rows = toCsv([makeDevice('b', 'Beta, the 2nd'), makeDevice('a', 'Alpha')], () => '1Password').split('\r\n');
    expect(rows).toHaveLength(4);
    expect(rows[0]?.startsWith('id,name,technology,location,status,')).toBe(true);
    expect(rows[1]?.startsWith('b,"Beta, the 2nd",1Password,Oslo,Healthy,2026-11-01T10:00:00.000Z,Receiving.')).toBe(true);
    const json = JSON.parse(toJson([makeDevice('a', 'Alpha')])) as { id: string; name: string }[];
    expect(json[0]).toMatchObject({ id: 'a', name: 'Alpha' });
  });
});

test('without room the least needed columns go, never the name and the status', () => {
  expect(fitting(usualColumns, 1300).map((one) => one.key)).toEqual(usualColumns);
  // The reason goes last of the three that are texts; where it must go after all, they have room again.
  expect(fitting(usualColumns, 1200).map((one) => one.key)).toEqual(['name', 'technology', 'status', 'reason', 'poll', 'data', 'events']);
  expect(fitting(usualColumns, 1048).map((one) => one.key)).toEqual(['name', 'technology', 'location', 'status', 'poll', 'data', 'events']);
  expect(fitting(usualColumns, 960).map((one) => one.key)).not.toContain('location');
  for (const room of [800, 1048, 1208, 1688, 2300]) expect(widthOf(fitting(usualColumns, room))).toBeLessThanOrEqual(room);
  expect(fitting(usualColumns, 200).map((one) => one.key)).toEqual(['name', 'status']);
});

test('room that is left goes to the name first, then to the reason', () => {
  const widths = (room: number) => new Map(fitting(usualColumns, room).map((one) => [one.key, one.width]));
  const [technology, name] = [widths(1048).get('technology') ?? 0, widths(1048).get('name') ?? 0];
  // Nobody reads more of "1Password" in a wider column.
  expect(technology).toBe(columnsOf(['technology'])[0]?.width);
  expect(name).toBe(1048 - widthOf(columnsOf(['technology', 'location', 'status', 'poll', 'data', 'events'])));
  expect(widths(1688).get('reason')).toBeGreaterThanOrEqual(widths(1300).get('reason') ?? Infinity);
  expect(widths(1688).get('name')).toBeGreaterThanOrEqual(325);
});
