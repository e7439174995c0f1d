import { useSearch } from '@tanstack/react-router';
import { useDeferredValue } from 'react';
import { tellBroken, type Broken } from '@/ui/BrokenAddress';
import { accepts, filterText, parseFilter } from '@/ui/filters/filters';

/** Everything about the list that a link can carry. Filters are written as `ui/filters` reads them. */
export type DevicesSearch = {
  q?: string;
  status?: string;
  technology?: string;
  location?: string;
  sort?: string;
  /** Keys of columns between commas; without it the person's own choice holds. */
  columns?: string;
  /** The technology whose form is open. */
  setupIntegration?: string;
  /** The device whose edit dialog is open. */
  edit?: string;
  /** The panel's history: one kind of changes, or those of one actor. */
  history?: HistoryKind;
  by?: string;
};

export const historyKinds = ['health', 'settings', 'secret', 'reread', 'created', 'deleted'] as const;
export type HistoryKind = (typeof historyKinds)[number];

/** What makes one view of the list: what a saved view holds. */
export const viewKeys = ['q', 'status', 'technology', 'location', 'sort', 'columns'] as const;
export const filterKeys = ['status', 'technology', 'location'] as const;
export type FilterKey = (typeof filterKeys)[number];

export const statusFilters = ['unhealthy', 'attention', 'verifying', 'paused', 'healthy'] as const;
export type StatusFilter = (typeof statusFilters)[number];

export const columnKeys = [
  'name', 'technology', 'location', 'status', 'reason', 'poll', 'data', 'newest', 'next', 'expires', 'added', 'events', 'usual', 'stored',
] as const;
export type ColumnKey = (typeof columnKeys)[number];
export type SortKey = ColumnKey;
export interface Sort {
  key: SortKey;
  descending: boolean;
}

export function parseSort(text: string | undefined): Sort {
  const descending = text?.startsWith('-') ?? false;
  const key = columnKeys.find((one) => one === text?.replace(/^-/, ''));
  return key ? { key, descending } : { key: 'name', descending: false };
}

export function sortText(sort: Sort): string | undefined {
  if (sort.key === 'name' && !sort.descending) return undefined;
  return `${sort.descending ? '-' : ''}${sort.key}`;
}

/** The columns that exist, in the order of the table; the name is always there. Undefined when none is named. */
export function parseColumns(names: readonly string[] | undefined): ColumnKey[] | undefined {
  const chosen = columnKeys.filter((key) => names?.includes(key));
  return chosen.length === 0 ? undefined : columnKeys.filter((key) => key === 'name' || chosen.includes(key));
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The name under which broken addresses of this area are remembered. */
export const area = 'security-devices';

const longestText = 200;
const longestFilter = 2000;

/** Reads one filter; `refuse` takes what is wrong with it. */
function readFilter(key: FilterKey, given: string, refuse: (why: string) => void): string | undefined {
  if (given.length > longestFilter) {
    refuse(`only its first ${String(longestFilter)} characters are read`);
  }
  const filter = parseFilter(given.slice(0, longestFilter));
  if (!filter) {
    refuse('it is empty');
    return undefined;
  }
  if (key !== 'status') return filterText(filter);
  const known = { not: false, values: [...statusFilters] as string[] };
  const values = filter.values.filter((value) => accepts(known, value));
  if (values.length < filter.values.length) {
    refuse(`it is ${statusFilters.slice(0, -1).join(', ')} or ${statusFilters.at(-1) ?? ''}${values.length === 0 ? '; every status is shown' : ''}`);
  }
  return filterText({ ...filter, values });
}

/** Reads an address. What cannot be read is left out of the view, and told. */
export function readDevicesSearch(raw: Record<string, unknown>): { search: DevicesSearch; broken: Broken[] } {
  const search: DevicesSearch = {};
  const broken: Broken[] = [];
  const read = <T>(key: string, reader: (given: string, refuse: (why: string) => void) => T | undefined): T | undefined => {
    const given = text(raw[key]);
    if (given === undefined) return undefined;
    return reader(given, (why) => {
      broken.push({ key, value: given, why });
    });
  };
  const q = read('q', (given, refuse) => {
    if (given.length > longestText) refuse(`only its first ${String(longestText)} characters are searched for`);
    return given.slice(0, longestText);
  });
  if (q !== undefined) search.q = q;
  for (const key of filterKeys) {
    const filter = read(key, (given, refuse) => readFilter(key, given, refuse));
    if (filter !== undefined) search[key] = filter;
  }
  const sort = read('sort', (given, refuse) => {
    if (!columnKeys.some((key) => key === given.replace(/^-/, ''))) refuse('there is no such column; sorted by name');
    return sortText(parseSort(given));
  });
  if (sort !== undefined) search.sort = sort;
  const columns = read('columns', (given, refuse) => {
    const names = given.split(',').filter((name) => name !== '');
    const chosen = parseColumns(names);
    const unknown = names.filter((name) => !columnKeys.some((key) => key === name));
    if (chosen === undefined) refuse('there are no such columns; the usual ones are shown');
    else if (unknown.length > 0) refuse(`${unknown.slice(0, 3).join(', ').slice(0, 60)} ${unknown.length === 1 ? 'is no column' : 'are no columns'}; the others are shown`);
    return chosen?.join(',');
  });
  if (columns !== undefined) search.columns = columns;
  const setup = text(raw['setupIntegration']);
  if (setup !== undefined) search.setupIntegration = setup;
  const edit = text(raw['edit']);
  if (edit !== undefined) search.edit = edit;
  const kind = read('history', (given, refuse) => {
    const known = historyKinds.find((one) => one === given);
    if (!known) refuse('there is no such kind of change; all are shown');
    return known;
  });
  if (kind !== undefined) search.history = kind;
  const by = text(raw['by']);
  if (by !== undefined) search.by = by.slice(0, 100);
  return { search, broken };
}

/** A broken address falls back to the plain list instead of failing, and says so. */
export function validateDevicesSearch(raw: Record<string, unknown>): DevicesSearch {
  const { search, broken } = readDevicesSearch(raw);
  if (broken.length > 0) tellBroken(area, broken);
  return search;
}

export function useDevicesSearch(): DevicesSearch {
  return useSearch({ from: '/app/settings/security-devices' });
}

/** The view that the rows are of: what was clicked or typed is seen at once, and what follows from it a frame later. */
export function useSettledSearch(): DevicesSearch {
  return useDeferredValue(useDevicesSearch());
}
