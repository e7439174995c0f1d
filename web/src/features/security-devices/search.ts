import { useSearch } from '@tanstack/react-router';
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

export const historyKinds = ['health', 'settings', 'secret', 'reread'] as const;
export type HistoryKind = (typeof historyKinds)[number];

/** What makes one view of the list: what a saved view holds. */
export const viewKeys = ['q', 'status', 'technology', 'location', 'sort', 'columns'] as const;
export const filterKeys = ['status', 'technology', 'location'] as const;
export type FilterKey = (typeof filterKeys)[number];

export const statusFilters = ['unhealthy', 'attention', 'verifying', 'paused', 'healthy'] as const;
export type StatusFilter = (typeof statusFilters)[number];

export const columnKeys = [
  'name', 'technology', 'location', 'status', 'reason', 'poll', 'data', 'newest', 'next', 'expires', 'added', 'events',
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

/** A broken address falls back to the plain list instead of failing. */
export function validateDevicesSearch(raw: Record<string, unknown>): DevicesSearch {
  const search: DevicesSearch = {};
  const q = text(raw['q']);
  if (q) search.q = q.slice(0, 200);
  for (const key of filterKeys) {
    let filter = parseFilter(text(raw[key])?.slice(0, 2000));
    if (key === 'status' && filter) {
      const known = { not: false, values: [...statusFilters] as string[] };
      filter = { ...filter, values: filter.values.filter((value) => accepts(known, value)) };
    }
    const written = filterText(filter);
    if (written !== undefined) search[key] = written;
  }
  const sort = sortText(parseSort(text(raw['sort'])));
  if (sort) search.sort = sort;
  const columns = parseColumns(text(raw['columns'])?.split(','));
  if (columns) search.columns = columns.join(',');
  const setup = text(raw['setupIntegration']);
  if (setup) search.setupIntegration = setup;
  const edit = text(raw['edit']);
  if (edit) search.edit = edit;
  const kind = historyKinds.find((one) => one === raw['history']);
  if (kind) search.history = kind;
  const by = text(raw['by']);
  if (by) search.by = by.slice(0, 100);
  return search;
}

export function useDevicesSearch(): DevicesSearch {
  return useSearch({ from: '/app/settings/security-devices' });
}
