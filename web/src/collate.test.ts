import { expect, test } from 'vitest';
import { compareTexts } from './collate';

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Always the same texts; short alphabets make equal beginnings likely. */
function* texts(alphabet: string, count: number): Generator<string> {
  let state = 7;
  const next = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  for (let made = 0; made < count; ++made) yield Array.from({ length: next(9) }, () => alphabet[next(alphabet.length)]).join('');
}

const ascii = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('');

test.each([
  ['all of ASCII', ascii],
  ['letters and digits', 'aAbBzZ0019 '],
  ['digits and marks', '0123.-_ /'],
  ['texts of which some are not ASCII', 'aAä10 é-߀Ω'],
])('texts are in the order of the collator: %s', (_what, alphabet) => {
  const all = [...texts(alphabet, 4000)];
  for (let at = 1; at < all.length; ++at) {
    const [a = '', b = ''] = [all[at - 1], all[at]];
    expect({ a, b, order: Math.sign(compareTexts(a, b)) }).toEqual({ a, b, order: Math.sign(collator.compare(a, b)) });
  }
  const sorted = (compare: (a: string, b: string) => number): string[] => [...all].sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
  expect(sorted(compareTexts)).toEqual(sorted((a, b) => collator.compare(a, b)));
});

test('numbers of any length compare by their value', () => {
  const numbers = ['7', '007', '10', '9'.repeat(39), `1${'0'.repeat(39)}`, `1${'0'.repeat(40)}`, '2'.repeat(60)];
  for (const a of numbers) for (const b of numbers) expect(Math.sign(compareTexts(`x${a}`, `x${b}`))).toBe(Math.sign(collator.compare(`x${a}`, `x${b}`)));
});
