import { beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => {
  vi.resetModules();
});

test('of answers in any order the least place counts, of one process of the server', async () => {
  const { firstPosition, notePosition } = await import('./position');
  notePosition(null);
  notePosition('');
  notePosition('nonsense');
  notePosition('e-many');
  expect(firstPosition()).toBeNull();
  for (const place of ['ab.1-12', 'ab.1-9', 'ab.1-10', 'other.1-1']) notePosition(place);
  expect(firstPosition()).toBe('ab.1-9');
  // Somebody of another organization signed in.
  notePosition('ab.2-30');
  notePosition('ab.2-31');
  expect(firstPosition()).toBe('ab.2-30');
});

test('a message is after a place, unless both are known and it is not', async () => {
  const { isAfter } = await import('./position');
  expect(isAfter('e-10', 'e-9')).toBe(true);
  expect(isAfter('e-9', 'e-9')).toBe(false);
  expect(isAfter('f-1', 'e-9')).toBe(true);
  expect(isAfter('e-1', null)).toBe(true);
  expect(isAfter('', 'e-9')).toBe(true);
});
