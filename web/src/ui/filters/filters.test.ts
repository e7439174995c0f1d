import { describe, expect, test } from 'vitest';
import { accepts, filterText, filterWords, parseFilter, type FilterField } from './filters';

const status: FilterField = {
  key: 'status',
  label: 'Status',
  choices: [
    { value: 'healthy', label: 'Healthy' },
    { value: 'unhealthy', label: 'Unhealthy' },
    { value: 'attention', label: 'Needs attention' },
  ],
};
const words = (field: FilterField, text: string): string => {
  const filter = parseFilter(text);
  if (!filter) return '';
  return Object.values(filterWords(field, filter)).join(' ');
};

describe('a filter', () => {
  test('reads as words', () => {
    expect(words(status, 'unhealthy')).toBe('Status is Unhealthy');
    expect(words(status, 'unhealthy,attention')).toBe('Status is Unhealthy or Needs attention');
    expect(words(status, '!healthy,attention')).toBe('Status is not Healthy nor Needs attention');
    expect(words({ key: 'text', label: 'Text', verb: 'contains' }, 'a,b,c,d')).toBe('Text contains a, b or 2 more');
  });

  test('comes through the address unchanged, whatever is in its values', () => {
    for (const filter of [
      { not: false, values: ['a'] },
      { not: true, values: ['a, b', 'c\\d', '!e'] },
      { not: false, values: ['!important', ',', '\\'] },
    ]) {
      expect(parseFilter(filterText(filter))).toEqual(filter);
    }
  });

  test('a broken one is none', () => {
    for (const text of [undefined, '', '!', ',', ' , ', '!,,']) expect(parseFilter(text)).toBeUndefined();
    expect(parseFilter('a\\')?.values).toEqual(['a\\']);
    expect(filterText({ not: true, values: [] })).toBeUndefined();
    expect(parseFilter(Array.from({ length: 900 }, (_, i) => String(i)).join(','))?.values).toHaveLength(50);
  });

  test('accepts what it names, or all else', () => {
    expect(accepts(undefined, 'x')).toBe(true);
    expect(accepts({ not: false, values: ['x', 'y'] }, 'y')).toBe(true);
    expect(accepts({ not: false, values: ['x'] }, 'y')).toBe(false);
    expect(accepts({ not: true, values: ['x'] }, 'x')).toBe(false);
    expect(accepts({ not: true, values: ['x'] }, 'y')).toBe(true);
  });
});
