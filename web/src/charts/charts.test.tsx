import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import { BarChart } from './BarChart';
import { bucketStarts, fill, labelled, stepOf, ticks } from './series';
import { Sparkline } from './Sparkline';

const hour = stepOf.hour;
const from = Date.parse('2026-11-22T10:20:00Z');

describe('buckets', () => {
  test('every bucket that touches the span, aligned in UTC', () => {
    const starts = bucketStarts(from, from + 2 * hour, hour);
    expect(starts.map((at) => new Date(at).toISOString().slice(11, 16))).toEqual(['10:00', '11:00', '12:00']);
    expect(bucketStarts(from, from - hour, hour)).toEqual([]);
  });
  test('what the server leaves out is zero, what repeats adds up, what lies outside is left out', () => {
    const starts = bucketStarts(from, from + 2 * hour, hour);
    const counts = [
      { start: '2026-11-22T11:00:00.000Z', count: 3 },
      { start: '2026-11-22T11:00:00.000Z', count: 4 },
      { start: '2026-11-22T09:00:00.000Z', count: 99 },
      { start: 'garbage', count: 99 },
    ];
    expect(fill(starts, hour, counts)).toEqual([0, 7, 0]);
  });
});

test('the axis has whole, round values that reach the highest bar', () => {
  expect(ticks(0)).toEqual([0, 1]);
  expect(ticks(2)).toEqual([0, 1, 2]);
  expect(ticks(97)).toEqual([0, 50, 100]);
  expect(ticks(1234).at(-1)).toBeGreaterThanOrEqual(1234);
  for (let max = 1; max < 5000; max += 7) {
    const axis = ticks(max);
    expect(axis.at(-1)).toBeGreaterThanOrEqual(max);
    expect(axis.length).toBeLessThanOrEqual(5);
    expect(axis.every(Number.isInteger)).toBe(true);
  }
});

test('labels stand at round times of the reader, no more than fit', () => {
  const starts = bucketStarts(from, from + 24 * hour, hour);
  const india = 5.5 * hour;
  expect(labelled(starts, hour, 8, () => 0).map(({ at }) => new Date(at).getUTCHours() % 3)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect(labelled(starts, hour, 8, () => india).length).toBeLessThanOrEqual(8);
  expect(labelled(bucketStarts(from, from + 30 * stepOf.day, stepOf.day), stepOf.day, 7, () => india).length).toBeGreaterThan(1);
  expect(labelled([], hour, 8, () => 0)).toEqual([]);
  // A week in pieces of two hours, which begin at odd hours of the reader: each midnight still has its day.
  const week = bucketStarts(from, from + 7 * stepOf.day, 2 * hour);
  expect(labelled(week, 2 * hour, 8, () => hour).map(({ at }) => new Date(at + hour).toISOString().slice(8, 16))).toEqual(['23T00:00', '24T00:00', '25T00:00', '26T00:00', '27T00:00', '28T00:00', '29T00:00']);
});

test('a sparkline says in words what it draws', () => {
  render(<Sparkline counts={[0, 5, 0, 2]} label="Last 4 h: 7 events" />);
  const image = screen.getByRole('img', { name: 'Last 4 h: 7 events' });
  // Two bars: the closed one and the hour that is still filling.
  expect(image.querySelectorAll('path')).toHaveLength(2);
  expect(image.getAttribute('width')).toBe('96');
});

describe('the bar chart', () => {
  const starts = bucketStarts(from, from + 4 * hour, hour);
  const series = [
    { key: 'a', title: 'Audit events', counts: [1, 2, 0, 4, 0] },
    { key: 'i', title: 'Item usage', counts: [0, 1, 0, 6, 0] },
  ];
  const draw = (onSelect?: (from: number, to: number) => void) => {
    render(<BarChart label="Events, last 4 hours" starts={starts} step={hour} series={series} {...(onSelect ? { onSelect } : {})} />);
    return { user: userEvent.setup(), bars: screen.getByRole('slider', { name: 'Bars of Events, last 4 hours' }) };
  };

  test('tells its total and its peak', () => {
    draw();
    expect(screen.getByText(/^Events, last 4 hours: 14 events, most 10 /)).toBeTruthy();
  });

  test('arrow keys read the bars, Shift takes several, Enter chooses them', async () => {
    const onSelect = vi.fn();
    const { user, bars } = draw(onSelect);
    bars.focus();
    await user.keyboard('{Home}');
    expect(bars.getAttribute('aria-valuetext')).toMatch(/: 1 event$/);
    await user.keyboard('{ArrowRight}');
    expect(bars.getAttribute('aria-valuenow')).toBe('2');
    await user.keyboard('{Shift>}{ArrowRight}{ArrowRight}{/Shift}');
    expect(bars.getAttribute('aria-valuetext')).toMatch(/: 13 events$/);
    await user.keyboard('{Enter}');
    expect(onSelect).toHaveBeenCalledExactlyOnceWith(starts[1], (starts[3] ?? 0) + hour);
    await user.keyboard('{Escape}{Enter}');
    expect(onSelect).toHaveBeenCalledTimes(1);
  });

  test('dragging chooses from the first to the last bar, in either direction', () => {
    const onSelect = vi.fn();
    const { bars } = draw(onSelect);
    bars.setPointerCapture = () => undefined;
    bars.getBoundingClientRect = () => ({ left: 0, width: 538 }) as DOMRect;
    // jsdom's pointer events know no place.
    const pointer = (kind: string, bar: number) => fireEvent(bars, new MouseEvent(kind, { bubbles: true, clientX: 38 + bar * 100 + 50 }));
    pointer('pointerdown', 3);
    pointer('pointermove', 1);
    pointer('pointerup', 1);
    expect(onSelect).toHaveBeenCalledExactlyOnceWith(starts[1], (starts[3] ?? 0) + hour);
    pointer('pointermove', 2);
    pointer('pointerup', 2);
    expect(onSelect).toHaveBeenCalledTimes(1);
  });

  test('the same numbers stand in a table, newest first', async () => {
    const { user } = draw();
    await user.click(screen.getByRole('button', { name: /^Show as table/ }));
    const table = screen.getByRole('table', { name: 'Events, last 4 hours' });
    expect(within(table).getAllByRole('columnheader').map((cell) => cell.textContent)).toEqual(['Time', 'Audit events', 'Item usage', 'Total']);
    const rows = within(table).getAllByRole('row').slice(1);
    expect(rows).toHaveLength(starts.length);
    expect(within(rows[1] as HTMLElement).getAllByRole('cell').map((cell) => cell.textContent)).toEqual(['4', '6', '10']);
  });

  test('nothing to show is said, not drawn', () => {
    render(<BarChart label="Quiet" starts={starts} step={hour} series={[{ key: 'a', title: 'A', counts: [0, 0, 0, 0, 0] }]} />);
    expect(screen.getByText('Quiet: no events.')).toBeTruthy();
  });
});
