import { useSearch } from '@tanstack/react-router';

/** Everything about the list that a link can carry. */
export interface DevicesSearch {
  q?: string;
  status?: StatusFilter;
  sort?: string;
  /** The technology whose form is open. */
  setupIntegration?: string;
  /** The device whose edit dialog is open. */
  edit?: string;
  /** The panel's history: one kind of changes, or those of one actor. */
  history?: HistoryKind;
  by?: string;
}

export const historyKinds = ['health', 'settings', 'secret', 'reread'] as const;
export type HistoryKind = (typeof historyKinds)[number];

export const statusFilters = ['healthy', 'attention', 'unhealthy', 'verifying', 'paused'] as const;
export type StatusFilter = (typeof statusFilters)[number];

export const sortKeys = ['name', 'technology', 'location', 'status', 'poll', 'data', 'events'] as const;
export type SortKey = (typeof sortKeys)[number];
export interface Sort {
  key: SortKey;
  descending: boolean;
}

export function parseSort(text: string | undefined): Sort {
  const descending = text?.startsWith('-') ?? false;
  const key = sortKeys.find((one) => one === text?.replace(/^-/, ''));
  return key ? { key, descending } : { key: 'name', descending: false };
}

export function sortText(sort: Sort): string | undefined {
  if (sort.key === 'name' && !sort.descending) return undefined;
  return `${sort.descending ? '-' : ''}${sort.key}`;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** A broken address falls back to the plain list instead of failing. */
export function validateDevicesSearch(raw: Record<string, unknown>): DevicesSearch {
  const search: DevicesSearch = {};
  const q = text(raw['q']);
  if (q) search.q = q.slice(0, 200);
  const status = statusFilters.find((one) => one === raw['status']);
  if (status) search.status = status;
  const sort = sortText(parseSort(text(raw['sort'])));
  if (sort) search.sort = sort;
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
