import { tellBroken, type Broken } from '@/ui/BrokenAddress';
import { filterText, parseFilter } from '@/ui/filters/filters';
import { levels, originWords, stateWords } from './words';

export const filterKeys = ['level', 'state', 'tactic', 'technology', 'service', 'origin', 'alerts'] as const;
export type FilterKey = (typeof filterKeys)[number];

export const sortKeys = ['title', 'level', 'technology', 'state', 'matches_24h', 'matches_30d', 'last_match', 'cost'] as const;
export type SortKey = (typeof sortKeys)[number];

/** Everything about the view that a link carries. A filter is `a,b` or `!a,b`; see ui/filters. */
export type RulesSearch = { q?: string; sort?: string } & Partial<Record<FilterKey, string>>;

/** The name under which broken addresses of this area are remembered. */
export const area = 'detections';
const longestText = 200;
const longestFilter = 8000;

export interface Sort {
  key: SortKey;
  descending: boolean;
}
export const presetSort: Sort = { key: 'matches_30d', descending: true };
/** What one expects first of a column: the gravest, the most, the newest; names from A. */
const firstDescending: readonly SortKey[] = ['level', 'matches_24h', 'matches_30d', 'last_match', 'cost'];

export function parseSort(text: string | undefined): Sort {
  const descending = text?.startsWith('-') ?? false;
  const key = sortKeys.find((one) => one === (descending ? text?.slice(1) : text));
  return key === undefined ? presetSort : { key, descending };
}
/** The address's form of a sort; undefined for the one that needs no word. */
export function sortText(sort: Sort): string | undefined {
  if (sort.key === presetSort.key && sort.descending === presetSort.descending) return undefined;
  return `${sort.descending ? '-' : ''}${sort.key}`;
}
/** What a click on a column's head does. */
export function turned(now: Sort, key: SortKey): Sort {
  return { key, descending: now.key === key ? !now.descending : firstDescending.includes(key) };
}

const known: Partial<Record<FilterKey, readonly string[]>> = {
  level: [...levels, 'none'],
  state: Object.keys(stateWords),
  origin: Object.keys(originWords),
  alerts: ['yes', 'no'],
};

/** Reads an address. What cannot be read is left out of the view, and told. */
export function validateRulesSearch(raw: Record<string, unknown>): RulesSearch {
  const search: RulesSearch = {};
  const broken: Broken[] = [];
  const { q, sort } = raw;
  if (typeof q === 'string' && q.trim() !== '') search.q = q.slice(0, longestText);
  if (typeof sort === 'string' && sort !== '') {
    if (!sortKeys.some((key) => key === sort.replace(/^-/, ''))) broken.push({ key: 'sort', value: sort, why: 'rules are sorted by matches instead' });
    else {
      const text = sortText(parseSort(sort));
      if (text !== undefined) search.sort = text;
    }
  }
  for (const key of filterKeys) {
    const value = raw[key];
    if (typeof value !== 'string' || value === '') continue;
    const filter = value.length > longestFilter ? undefined : parseFilter(value);
    const allowed = known[key];
    if (filter === undefined) broken.push({ key, value, why: 'left out; it cannot be read' });
    else if (allowed && filter.values.some((one) => !allowed.includes(one))) broken.push({ key, value, why: `left out; it is one of ${allowed.join(', ')}` });
    else search[key] = filterText(filter) ?? '';
  }
  if (broken.length > 0) tellBroken(area, broken);
  return search;
}
