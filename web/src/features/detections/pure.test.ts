import { describe, expect, test } from 'vitest';
import type { DetectionRule } from '@/api/types';
import { highlight } from '@/ui/yaml/highlight';
import { barsOf } from './backtest/BacktestSection';
import { filterFields } from './fields';
import { arrange } from './order';
import { parseSort, sortText, turned, validateRulesSearch } from './search';
import { costText, countBrief, inOrder, sourceOf, tacticName } from './words';
import { withoutId } from './write/drafts';

function rule(id: string, over: Partial<DetectionRule['attributes']> = {}): DetectionRule {
  const attributes = {
    title: id, level: 'medium', state: 'running', origin: 'shipped', alerts: true, tactics: [], techniques: [], tags: [], description: null, product: 'onepassword', technology: '1Password',
    service: 'signin', stream_title: null, category: null, file: null, matches_24h: 0, matches_30d: 0, last_match_at: null, cost_ns_per_event: null, ...over,
  };
  return { type: 'detection_rules', id, attributes, relationships: {}, meta: { version: 1 } } as unknown as DetectionRule;
}

const ids = (rules: DetectionRule[], search: Record<string, string>): string[] => arrange(rules, validateRulesSearch(search)).map((one) => one.id);

describe('the order of rules', () => {
  test('what is not known stands last, whichever way is sorted', () => {
    const rules = [rule('a', { cost_ns_per_event: 5 }), rule('b'), rule('c', { cost_ns_per_event: 9 })];
    expect(ids(rules, { sort: '-cost' })).toEqual(['c', 'a', 'b']);
    expect(ids(rules, { sort: 'cost' })).toEqual(['a', 'c', 'b']);
  });
  test('levels sort by how grave they are, not by their letters', () => {
    const rules = [rule('low', { level: 'low' }), rule('critical', { level: 'critical' }), rule('medium'), rule('none', { level: null })];
    expect(ids(rules, { sort: '-level' })).toEqual(['critical', 'medium', 'low', 'none']);
  });
  test('filters want any of several tactics, or leave all of them out', () => {
    const rules = [rule('a', { tactics: ['impact', 'discovery'] }), rule('b', { tactics: ['impact'] }), rule('c')];
    expect(ids(rules, { tactic: 'discovery', sort: 'title' })).toEqual(['a']);
    expect(ids(rules, { tactic: '!discovery', sort: 'title' })).toEqual(['b', 'c']);
  });
  test('every word of a search must occur somewhere', () => {
    const rules = [rule('a', { title: 'Vault exported', tags: ['attack.t1555'] }), rule('b', { title: 'Vault opened' })];
    expect(ids(rules, { q: 'VAULT t1555' })).toEqual(['a']);
  });
  test('a technology is filtered by what rules write and shown by its name; a search knows both', () => {
    const rules = [rule('a'), rule('b', { product: 'windows', technology: null }), rule('c', { product: null, technology: null, service: null })];
    const field = filterFields(rules).find(({ key }) => key === 'technology');
    expect(field?.choices).toEqual([{ value: 'onepassword', label: '1Password', count: 1 }, { value: 'windows', label: 'windows', count: 1 }]);
    expect(ids(rules, { technology: 'onepassword' })).toEqual(['a']);
    expect([ids(rules, { q: '1password' }), ids(rules, { q: 'onepassword' })]).toEqual([['a'], ['a']]);
    expect(rules.map(sourceOf)).toEqual(['1Password / signin', 'windows / signin', '']);
  });
  test('an address that cannot be read falls back to the plain view', () => {
    expect(validateRulesSearch({ sort: 'nonsense', level: 'worst', state: 'off' })).toEqual({ state: 'off' });
    expect(sortText(parseSort('-matches_30d'))).toBeUndefined();
    expect(turned(parseSort('-level'), 'level')).toEqual({ key: 'level', descending: false });
  });
});

test('the colours of YAML cut a line without losing a letter', () => {
  const text = "title: 'a # b' # note\n- key: [1, two]\ndescription: |\n    key: no key\nx|re: a:b\n";
  const lines = highlight(text);
  expect(lines.map((parts) => parts.map((part) => part.text).join('')).join('\n')).toBe(text);
  expect(lines[0]?.map((part) => part.kind)).toEqual(['key', 'sign', 'plain', 'string', 'plain', 'comment']);
  expect(lines[3]).toEqual([{ kind: 'string', text: '    key: no key' }]);
});

test('bars of a backtest reach over the whole period', () => {
  const at = (minute: number): number => Date.UTC(2026, 10, 1, 0, minute);
  const bars = barsOf({ width_seconds: 60, buckets: [{ start: new Date(at(2)).toISOString(), count: 4 }] }, at(0), at(5));
  expect(bars.counts).toEqual([0, 0, 4, 0, 0]);
});

test('words', () => {
  expect([4.2, 142, 1_240, 142_400, 999_600, 12_345_678, 2e9].map(costText)).toEqual(['4.2 ns', '142 ns', '1.2 µs', '142 µs', '1.0 ms', '12.3 ms', '2.0 s']);
  expect([0, 999_999, 1_000_000, 12_345_678, 987_654_321, 999_960_000].map(countBrief)).toEqual(['0', '999,999', '1.0 M', '12.3 M', '988 M', '1.0 G']);
  expect(inOrder(['impact', 'initial-access'])).toEqual(['initial-access', 'impact']);
  expect(tacticName('command-and-control')).toBe('Command and Control');
  expect(withoutId('title: A\nid: 1\nlevel: low\n')).toBe('title: A (own)\nlevel: low\n');
});
