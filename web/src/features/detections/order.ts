import type { DetectionRule } from '@/api/types';
import { compareKeys, textKey, type TextKey } from '@/collate';
import { accepts, parseFilter } from '@/ui/filters/filters';
import { filterKeys, type FilterKey, parseSort, type RulesSearch, type SortKey } from './search';
import { levels, sourceOf, tacticName } from './words';

/** What a filter compares of a rule; several where the rule has several. */
export function valuesOf(rule: DetectionRule, key: FilterKey): string[] {
  const { attributes } = rule;
  if (key === 'level') return [attributes.level ?? 'none'];
  if (key === 'state') return [attributes.state];
  if (key === 'tactic') return attributes.tactics;
  if (key === 'technology') return attributes.product === null ? [] : [attributes.product];
  if (key === 'service') return attributes.service === null ? [] : [attributes.service];
  if (key === 'origin') return [attributes.origin];
  return [attributes.alerts ? 'yes' : 'no'];
}

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

function hay(rule: DetectionRule): string {
  const { title, description, tags, techniques, tactics, product, service, file } = rule.attributes;
  return folded([title, description ?? '', ...tags, ...techniques, ...tactics.map(tacticName), sourceOf(rule), product ?? '', service ?? '', file ?? '', rule.id].join('\n'));
}

function fits(rule: DetectionRule, search: RulesSearch, words: readonly string[]): boolean {
  for (const key of filterKeys) {
    const filter = parseFilter(search[key]);
    if (filter === undefined) continue;
    const values = valuesOf(rule, key);
    const any = values.some((value) => filter.values.includes(value));
    if (values.length === 0 ? !filter.not : values.length === 1 ? !accepts(filter, values[0] ?? '') : any === filter.not) return false;
  }
  if (words.length === 0) return true;
  const text = hay(rule);
  return words.every((word) => text.includes(word));
}

/** null is what is not known: it stands last, whichever way is sorted. */
function sortValue(rule: DetectionRule, key: SortKey): string | number | null {
  const { attributes } = rule;
  if (key === 'title') return folded(attributes.title);
  if (key === 'level') return attributes.level === null ? null : levels.length - levels.indexOf(attributes.level);
  if (key === 'technology') return sourceOf(rule) || null;
  // What needs somebody first.
  if (key === 'state') return ['broken', 'new', 'off', 'running'].indexOf(attributes.state);
  if (key === 'matches_24h') return attributes.matches_24h;
  if (key === 'matches_30d') return attributes.matches_30d;
  if (key === 'last_match') return attributes.last_match_at === null ? null : Date.parse(attributes.last_match_at);
  return attributes.cost_ns_per_event;
}

/** The rules of a view, in its order. Pure. */
export function arrange(rules: readonly DetectionRule[], search: RulesSearch): DetectionRule[] {
  const words = folded(search.q ?? '').split(/\s+/).filter(Boolean);
  const { key, descending } = parseSort(search.sort);
  const sign = descending ? -1 : 1;
  return rules
    .filter((rule) => fits(rule, search, words))
    .map((rule) => {
      const value = sortValue(rule, key);
      return { rule, title: textKey(rule.attributes.title), value: typeof value === 'string' ? textKey(value) : value };
    })
    .sort((a, b) => {
      const byTitle = compareKeys(a.title, b.title) || (a.rule.id < b.rule.id ? -1 : 1);
      if (a.value === b.value) return byTitle;
      if (a.value === null || b.value === null) return a.value === null ? 1 : -1;
      const way = typeof a.value === 'object' ? compareKeys(a.value, b.value as TextKey) : a.value - Number(b.value);
      return way === 0 ? byTitle : way * sign;
    })
    .map(({ rule }) => rule);
}
