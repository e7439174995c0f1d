import { describe, expect, test } from 'vitest';
import type { FormField } from '@/api/types';
import { bodyOf, commonFields, complaint, placeProblems, valueAt } from './schema';
import { dateComplaint, daysBetween, startOf } from './startDate';

const token: FormField = {
  name: 'api_token',
  path: 'secrets.device_info.api_token',
  label: 'API token',
  type: 'secret',
  required: true,
  help: 'From the vendor.',
  pattern: '[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+',
  pattern_message: 'A token has three parts with dots between.',
};
const server: FormField = {
  name: 'server',
  path: 'device_spec.server',
  label: 'Server address',
  type: 'choice',
  required: true,
  help: 'Where the account lives.',
  choices: [{ value: 'https://events.1password.com', label: '1password.com' }],
};
const fields = [...commonFields, token, server];

describe('complaint', () => {
  test('a required field must hold something other than spaces', () => {
    expect(complaint(commonFields[0] as FormField, '  ')).toBe('Name is needed.');
    expect(complaint({ ...token, required: false }, '')).toBeNull();
    // Counted in characters, as the server does: an emoji is one.
    expect(complaint(commonFields[0] as FormField, '🔐'.repeat(200))).toBeNull();
    expect(complaint(commonFields[0] as FormField, 'x'.repeat(201))).toBe('At most 200 characters.');
  });
  test('a pattern is about the whole value', () => {
    expect(complaint(token, 'a.b.c')).toBeNull();
    expect(complaint(token, 'x a.b.c')).toBe('A token has three parts with dots between.');
  });
  test('a pattern that cannot be read locks nobody out', () => {
    expect(complaint({ ...token, pattern: '(' }, 'anything')).toBeNull();
  });
  test('a choice must be one of the list', () => {
    expect(complaint(server, 'https://evil.example')).toBe('Choose one of the list.');
  });
  test('a day must be one', () => {
    const since: FormField = { name: 'since', path: 'device_spec.since', label: 'Since', type: 'date', required: false, help: 'The first day.' };
    expect(complaint(since, '')).toBeNull();
    expect(complaint(since, '2026-11-17')).toBeNull();
    for (const text of ['soon', '2026-02-31', '2027-02-29', '17 Nov 2026, 9:05']) expect(complaint(since, text)).toBe('Write a day like 17 Nov 2026.');
  });
});

test('values go to their places and empty ones are left out', () => {
  const values = { name: ' Acme ', location: '', 'secrets.device_info.api_token': 'a.b.c', 'device_spec.server': 's' };
  expect(bodyOf(fields, values)).toEqual({
    name: 'Acme',
    secrets: { device_info: { api_token: 'a.b.c' } },
    device_spec: { server: 's' },
  });
  expect(valueAt({ device_spec: { server: 's' } }, 'device_spec.server')).toBe('s');
  expect(valueAt({ device_spec: null }, 'device_spec.server')).toBe('');
});

describe('placeProblems', () => {
  const problem = (pointer: string | null, detail = 'No.') => ({ status: 422, code: 'x', detail, pointer });
  test.each([
    ['/data/attributes/name', 'name'],
    ['/data/attributes/device_spec/server', 'device_spec.server'],
    ['/data/attributes/secrets/device_info/api_token', 'secrets.device_info.api_token'],
    ['/data/attributes/secret/device_info/api_token', 'secrets.device_info.api_token'],
    ['/secrets/device_info/api_token', 'secrets.device_info.api_token'],
    ['/device_spec/server', 'device_spec.server'],
  ])('%s lands at %s', (pointer, path) => {
    expect(placeProblems([problem(pointer)], fields).errors).toEqual({ [path]: 'No.' });
  });
  test('what belongs to no field is kept for the whole form', () => {
    expect(placeProblems([problem(null, 'A.'), problem('/data/relationships/vendor', 'B.')], fields)).toEqual({
      errors: {},
      rest: ['A.', 'B.'],
    });
  });
  test('a second complaint about one field is not lost', () => {
    const placed = placeProblems([problem('/data/attributes/name', 'A.'), problem('/data/attributes/name', 'B.')], fields);
    expect(placed).toEqual({ errors: { name: 'A.' }, rest: ['B.'] });
  });
});

describe('start date', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  test('limits', () => {
    for (const text of ['', 'soon', '23 Nov 202', '2026-02-31', '2027-02-29', '2026-11-15T09:00']) {
      expect(dateComplaint(text, 120, now)).toBe('Write a day like 17 Nov 2026.');
    }
    expect(dateComplaint('2026-11-23', 120, now)).toContain('future');
    expect(dateComplaint('2026-11-15', 120, now)).toBeNull();
    expect(dateComplaint('2026-07-24', 120, now)).toContain('At most 120 days');
    expect(daysBetween('2026-11-15', now)).toBe(7);
  });
  test('the first possible day starts at the limit, not before it', () => {
    const start = Date.parse(startOf('2026-07-25', 120, now));
    expect(start).toBeGreaterThanOrEqual(now - 120 * 86_400_000);
    expect(startOf('2026-11-15', 120, now)).toMatch(/^2026-11-1[45]T\d\d:\d\d:\d\dZ$/);
  });
});
