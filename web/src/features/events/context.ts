import { createContext, useContext } from 'react';
import type { EventField } from '@/data/events/types';
import type { Names } from './names';
import type { EventsSearch } from './search';
import type { Rows } from './useRows';

/** What the list shares with the panel beside it. */
export interface EventsView {
  rows: Rows;
  names: Names;
  search: EventsSearch;
  /** How many events match in all, once that is known. */
  total: number | null;
  /** The words that were searched for, to make them stand out. */
  marks: string[];
  /** Shows only events with this value, or leaves them out. */
  narrow: (field: EventField, value: string, exclude: boolean) => void;
  /** Whether values of a field can be left out at all. */
  canExclude: (field: EventField, value: string) => boolean;
  open: (id: string, replace: boolean) => void;
  close: () => void;
}

export const EventsViewContext = createContext<EventsView | null>(null);

export function useEventsView(): EventsView {
  const view = useContext(EventsViewContext);
  if (view === null) throw new Error('EventsViewContext is missing');
  return view;
}
