import { useMemo } from 'react';
import { usePreferences } from '@/data/preferences/preferences';
import type { GlossaryKey } from '@/glossary';
import { type ColumnKey, columnKeys, parseColumns, useDevicesSearch } from '../search';

export interface Column {
  key: ColumnKey;
  title: string;
  term?: GlossaryKey;
  /** In pixels; the name takes what is left. */
  width: number;
  /** Which goes first when there is no room, as beside the panel; the name and the status stay. */
  keep: number;
}

const all: Record<ColumnKey, Omit<Column, 'key'>> = {
  name: { title: 'Name', width: 200, keep: 99 },
  technology: { title: 'Technology', term: 'technology', width: 98, keep: 6 },
  location: { title: 'Location', term: 'location', width: 80, keep: 5 },
  status: { title: 'Status', term: 'status', width: 220, keep: 98 },
  reason: { title: 'Reason', width: 280, keep: 4 },
  poll: { title: 'Last successful poll', term: 'last_successful_poll', width: 122, keep: 8 },
  data: { title: 'Last data received', term: 'last_data_received', width: 94, keep: 7 },
  newest: { title: 'Newest event', term: 'newest_event', width: 112, keep: 3 },
  next: { title: 'Next poll', term: 'next_poll', width: 100, keep: 1 },
  expires: { title: 'Token expiry', term: 'token_expiry', width: 112, keep: 2 },
  added: { title: 'Added', width: 104, keep: 0 },
  events: { title: 'Events in 24 h', term: 'events_24h', width: 154, keep: 9 },
  usual: { title: 'Usual in 24 h', term: 'usual', width: 112, keep: 1.5 },
  stored: { title: 'Stored', term: 'stored', width: 92, keep: 1.6 },
};

export const columnsOf = (keys: readonly ColumnKey[]): Column[] => keys.map((key) => ({ key, ...all[key] }));
export const everyColumn = columnsOf(columnKeys);

export const usualColumns: ColumnKey[] = ['name', 'technology', 'location', 'status', 'poll', 'data', 'events'];

/** Which columns are asked for: the address, else the person's own choice, else the usual ones. */
export function useChosenColumns(): ColumnKey[] {
  const { columns } = useDevicesSearch();
  const preferences = usePreferences();
  const own = preferences.columns?.['security-devices'];
  return useMemo(() => parseColumns(columns?.split(',')) ?? parseColumns(own) ?? usualColumns, [columns, own]);
}

export const widthOf = (columns: readonly Column[]): number => columns.reduce((sum, column) => sum + column.width, 0);

/** Those of the columns that have room; what is left over is shared, so that the end of a row stays near its name. */
export function fitting(keys: readonly ColumnKey[], room: number): Column[] {
  let columns = columnsOf(keys);
  while (columns.length > 2 && widthOf(columns) > room) {
    const least = columns.reduce((a, b) => (b.keep < a.keep ? b : a));
    columns = columns.filter((column) => column !== least);
  }
  // Beside the panel the name needs the room more than "for 3 h" does.
  if (columns.length <= 2) columns = columns.map((column) => (column.key === 'status' ? { ...column, width: 156 } : column));
  const total = widthOf(columns);
  // The name comes first, then all share.
  const spare = room - total - 160;
  const stretch = Number.isFinite(room) && spare > 0 && columns.length > 2 ? 1 + (spare * 0.75) / total : 1;
  return columns.map((column) => ({ ...column, width: Math.floor(column.width * stretch) }));
}
