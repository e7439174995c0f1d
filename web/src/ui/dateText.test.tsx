import { act, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { describe, expect, test } from 'vitest';
import { readWall, useDateText, wallWords } from './dateText';

test('days and moments are written as everywhere in the console', () => {
  expect(wallWords('2026-11-07')).toBe('7 Nov 2026');
  expect(wallWords('2026-11-17T11:24:36')).toBe('17 Nov 2026, 11:24:36');
  for (const text of ['soon', '2026-02-31', '2027-02-29', '2026-13-01', '2026-11-17T25:00']) expect(wallWords(text)).toBe(text);
});

describe('what is typed', () => {
  test.each(['17 Nov 2026', '17 november 2026', '17. Nov 2026', ' 17 Nov, 2026 ', '2026-11-17'])('is read: %s', (text) => {
    expect(readWall(text, false)).toBe('2026-11-17');
    expect(readWall(text, true)).toBe('2026-11-17T00:00:00');
  });

  test.each(['17 Nov 2026, 9:05', '17 Nov 2026 09:05:00', '2026-11-17T09:05', '2026-11-17 09:05'])('with its time: %s', (text) => {
    expect(readWall(text, true)).toBe('2026-11-17T09:05:00');
  });

  test.each(['', 'soon', '31 Feb 2026', '17 Marvel 2026', '2026-13-01', '2026-02-31', '2027-02-29', '2026-11-17T09:00 tomorrow', '17 Nov 26', '11/17/2026', '17 Nov 2026, 25:00', '17 Nov 2026, 9:75'])('is no moment: %s', (text) => {
    expect(readWall(text, true)).toBeNull();
  });

  test.each(['17 Nov 2026, 9:05', '2026-11-17T09:05', '2026-11-17 0:00'])('is no day where a time is not asked for: %s', (text) => {
    expect(readWall(text, false)).toBeNull();
  });

  test('every month is read as it is written', () => {
    for (let month = 1; month <= 12; month++) {
      const day = `2026-${String(month).padStart(2, '0')}-09`;
      expect(readWall(wallWords(day), false)).toBe(day);
    }
  });

  test('stays as it is until the field is left; what is set from elsewhere shows at once', () => {
    let set = (_value: string): void => undefined;
    function Field() {
      const [value, setValue] = useState('');
      set = setValue;
      return <input aria-label="From" data-means={value} {...useDateText(value, setValue)} />;
    }
    render(<Field />);
    const field = screen.getByLabelText<HTMLInputElement>('From');
    const type = (text: string): void => {
      fireEvent.change(field, { target: { value: text } });
    };
    type('2026-11-1');
    expect([field.value, field.dataset['means']]).toEqual(['2026-11-1', '2026-11-1']);
    type('2026-11-17');
    expect([field.value, field.dataset['means']]).toEqual(['2026-11-17', '2026-11-17']);
    fireEvent.blur(field);
    expect(field.value).toBe('17 Nov 2026');
    type('1 Dec 2026');
    act(() => {
      set('2026-11-03');
    });
    expect(field.value).toBe('3 Nov 2026');
  });
});
