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
  name: { title: 'Name', width: 270, keep: 99 },
  technology: { title: 'Technology', term: 'technology', width: 90, keep: 5 },
  location: { title: 'Location', term: 'location', width: 90, keep: 4 },
  status: { title: 'Status', term: 'status', width: 208, keep: 98 },
  reason: { title: 'Reason', width: 250, keep: 6 },
  poll: { title: 'Last successful poll', term: 'last_successful_poll', width: 112, keep: 8 },
  data: { title: 'Last data received', term: 'last_data_received', width: 94, keep: 7 },
  newest: { title: 'Newest event', term: 'newest_event', width: 112, keep: 3 },
  next: { title: 'Next poll', term: 'next_poll', width: 100, keep: 1 },
  expires: { title: 'Token expiry', term: 'token_expiry', width: 112, keep: 2 },
  added: { title: 'Added', width: 104, keep: 0 },
  // Twenty-four bars of 3 px, the gap, a number of four digits, and the padding of a row's end.
  events: { title: 'Events in 24 h', term: 'events_24h', width: 160, keep: 9 },
  usual: { title: 'Usual in 24 h', term: 'usual', width: 112, keep: 1.5 },
  stored: { title: 'Stored', term: 'stored', width: 92, keep: 1.6 },
};

export const columnsOf = (keys: readonly ColumnKey[]): Column[] => keys.map((key) => ({ key, ...all[key] }));
export const everyColumn = columnsOf(columnKeys);

export const usualColumns: ColumnKey[] = ['name', 'technology', 'location', 'status', 'reason', 'poll', 'data', 'events'];

/** Which columns are asked for: the address, else the person's own choice, else the usual ones. */
export function useChosenColumns(): ColumnKey[] {
  const { columns } = useDevicesSearch();
  const preferences = usePreferences();
  const own = preferences.columns?.['security-devices'];
  return useMemo(() => parseColumns(columns?.split(',')) ?? parseColumns(own) ?? usualColumns, [columns, own]);
}

export const widthOf = (columns: readonly Column[]): number => columns.reduce((sum, column) => sum + column.width, 0);

/** Where only these two have room. */
const narrow: Partial<Record<ColumnKey, number>> = { name: 188, status: 168 };

/** Of room that is left, how much the name and then the reason take before the others share: words can use it, a time cannot. */
const nameTakes = 50;
const reasonTakes = 320;

/** Those of the columns that have room; what is left over then is shared, so that the end of a row stays near its name. */
export function fitting(keys: readonly ColumnKey[], room: number): Column[] {
  const asked = columnsOf(keys);
  const gone = new Set<Column>();
  const left = (): Column[] => asked.filter((column) => !gone.has(column));
  while (left().length > 2 && widthOf(left()) > room) gone.add(left().reduce((a, b) => (b.keep < a.keep ? b : a)));
  // Where a wide one had to go, narrower ones that went before it may have room again.
  for (const column of [...gone].sort((a, b) => b.keep - a.keep)) if (widthOf(left()) + column.width <= room) gone.delete(column);
  const columns = left();
  // Beside the panel the name needs the room more than "for 3 h" does.
  if (columns.length <= 2) return columns.map((column) => ({ ...column, width: narrow[column.key] ?? column.width }));
  if (!Number.isFinite(room)) return columns;
  const over = Math.max(0, room - widthOf(columns));
  const name = Math.min(nameTakes, over);
  const reason = columns.some(({ key }) => key === 'reason') ? Math.min(reasonTakes, over - name) : 0;
  const more: Partial<Record<ColumnKey, number>> = { name, reason };
  const total = widthOf(columns) + name + reason;
  const spare = room - total;
  // The name, which takes what is left, gets its part of it, too.
  const stretch = spare > 0 ? 1 + (spare * 0.75) / total : 1;
  return columns.map((column) => ({ ...column, width: Math.floor((column.width + (more[column.key] ?? 0)) * stretch) }));
}
