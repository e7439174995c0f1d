import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { setZone } from '@/ui/zone';
import { readWall } from '../dateText';
import { RangePicker } from './RangePicker';

const onChange = vi.fn<(range: string) => void>();

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-22T12:00:00Z'), toFake: ['Date'] });
  setZone('UTC');
  onChange.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
  setZone('system');
});

async function open(range = '24h'): Promise<UserEvent> {
  const user = userEvent.setup({ delay: null });
  render(
    <MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}>
      <RangePicker range={range} onChange={onChange} />
    </MantineProvider>,
  );
  await user.click(screen.getByRole('button', { name: /^Time range/ }));
  await screen.findByRole('grid');
  return user;
}
const day = (name: RegExp) => within(screen.getByRole('grid')).getByRole<HTMLButtonElement>('button', { name });
const from = () => screen.getByLabelText<HTMLInputElement>('From');
const until = () => screen.getByLabelText<HTMLInputElement>('Until');
const apply = (user: UserEvent) => user.click(screen.getByRole('button', { name: 'Apply' }));
const moment = (input: HTMLInputElement) => readWall(input.value, true)?.slice(0, 16);

describe('days by mouse', () => {
  test('the first begins the span, the second ends it', async () => {
    const user = await open();
    await user.click(day(/ 9 November 2026$/));
    expect([moment(from()), moment(until())]).toEqual(['2026-11-09T00:00', '2026-11-10T00:00']);
    await user.click(day(/ 11 November 2026$/));
    expect([moment(from()), moment(until())]).toEqual(['2026-11-09T00:00', '2026-11-12T00:00']);
    expect([...screen.getByRole('grid').querySelectorAll('td[aria-selected="true"]')].map((cell) => cell.textContent)).toEqual(['9', '10', '11']);
    expect(onChange).not.toHaveBeenCalled();
    await apply(user);
    expect(onChange).toHaveBeenCalledExactlyOnceWith('2026-11-09T00:00:00Z..2026-11-12T00:00:00Z');
  });

  test('in either order; the third begins anew', async () => {
    const user = await open();
    await user.click(day(/ 11 November 2026$/));
    await user.click(day(/ 9 November 2026$/));
    expect([moment(from()), moment(until())]).toEqual(['2026-11-09T00:00', '2026-11-12T00:00']);
    await user.click(day(/ 16 November 2026$/));
    expect([moment(from()), moment(until())]).toEqual(['2026-11-16T00:00', '2026-11-17T00:00']);
  });

  test('of another month; none after today', async () => {
    const user = await open();
    expect(day(/ 23 November 2026$/).disabled).toBe(true);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Next month' }).disabled).toBe(true);
    await user.click(screen.getByRole('button', { name: 'Previous month' }));
    await user.click(day(/ 30 October 2026$/));
    await apply(user);
    expect(onChange).toHaveBeenCalledExactlyOnceWith('2026-10-30T00:00:00Z..2026-10-31T00:00:00Z');
  });
});

test('days by keys: arrows walk days and weeks, page keys months, Enter chooses, and nothing is after today', async () => {
  const user = await open();
  const at = () => document.activeElement?.getAttribute('aria-label');
  day(/ 22 November 2026$/).focus();
  await user.keyboard('{ArrowRight}');
  expect(at()).toMatch(/ 22 November 2026$/);
  await user.keyboard('{ArrowLeft}');
  expect(at()).toMatch(/ 21 November 2026$/);
  await user.keyboard('{ArrowUp}');
  expect(at()).toMatch(/ 14 November 2026$/);
  await user.keyboard('{PageUp}');
  expect(at()).toMatch(/ 14 October 2026$/);
  await user.keyboard('{ArrowDown}{ArrowRight}{Enter}');
  expect(at()).toMatch(/ 22 October 2026$/);
  await user.keyboard('{PageDown}{ArrowUp}{ArrowUp}{Enter}');
  expect(at()).toMatch(/ 8 November 2026$/);
  await apply(user);
  expect(onChange).toHaveBeenCalledExactlyOnceWith('2026-10-22T00:00:00Z..2026-11-09T00:00:00Z');
});

describe('From and Until', () => {
  const write = (input: HTMLInputElement, value: string): void => {
    fireEvent.change(input, { target: { value } });
  };

  test('without either, and the wrong way round, each is told', async () => {
    const user = await open();
    write(from(), '');
    write(until(), '');
    await apply(user);
    expect(screen.getByRole('alert').textContent).toBe('Give a beginning, an end, or both.');
    write(from(), '2026-11-20T10:00');
    write(until(), '2026-11-20T09:00');
    await apply(user);
    expect(screen.getByRole('alert').textContent).toBe('The beginning must lie before the end.');
    expect(onChange).not.toHaveBeenCalled();
    // A day that is chosen instead is no mistake any more.
    await user.click(day(/ 9 November 2026$/));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('are written as everywhere; what is no moment is told, not left out', async () => {
    const user = await open('2026-11-20T10:00:00Z..2026-11-20T11:30:00Z');
    expect([from().value, until().value]).toEqual(['20 Nov 2026, 10:00:00', '20 Nov 2026, 11:30:00']);
    await user.clear(until());
    await user.type(until(), 'tomorrow{Enter}');
    expect(screen.getByRole('alert').textContent).toBe('Write a moment like 17 Nov 2026, 09:00.');
    expect(onChange).not.toHaveBeenCalled();
    await user.clear(until());
    await user.type(until(), '20 nov 2026 11:45{Enter}');
    expect(onChange).toHaveBeenCalledExactlyOnceWith('2026-11-20T10:00:00Z..2026-11-20T11:45:00Z');
  });

  test.each(['2026-02-31', '2027-02-29', '2026-02-31T09:00', '2026-11-17T25:00', '2026-13-01T09:00', '2026-11-17T09:00 tomorrow'])('no day and no time of the clock is taken for another: %s', async (text) => {
    const user = await open('2026-01-01T00:00:00Z..2027-12-31T00:00:00Z');
    for (const [field, other] of [[from, '1 Jan 2026, 00:00:00'], [until, '31 Dec 2027, 00:00:00']] as const) {
      const before = field().value;
      expect(before).toBe(other);
      await user.clear(field());
      await user.type(field(), `${text}{Enter}`);
      await user.tab();
      expect(field().value).toBe(text);
      expect(screen.getByRole('alert').textContent).toBe('Write a moment like 17 Nov 2026, 09:00.');
      write(field(), before);
    }
    expect(onChange).not.toHaveBeenCalled();
  });

  test('to the minute, and with an open end', async () => {
    const user = await open('2026-11-20T10:00:00Z..2026-11-20T11:30:00Z');
    expect([moment(from()), moment(until())]).toEqual(['2026-11-20T10:00', '2026-11-20T11:30']);
    write(until(), '');
    await apply(user);
    expect(onChange).toHaveBeenCalledExactlyOnceWith('2026-11-20T10:00:00Z..');
  });
});
