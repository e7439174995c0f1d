import { eventFields, recordStates, type EventField, type EventFilter } from '@/data/events/types';
import { filterText, parseFilter } from '@/ui/filters/filters';
import { tellBroken, type Broken } from '@/ui/BrokenAddress';
import { parseRange, presetRange } from '@/ui/range/range';

/** Everything about the view that a link carries. A filter is `a,b` or `!a,b`; see ui/filters. */
export type EventsSearch = { range?: string; text?: string } & Partial<Record<EventField, string>>;

/** The name under which broken addresses of this area are remembered. */
export const area = 'events';

const longestText = 1000;
const longestFilter = 8000;

const known: Partial<Record<EventField, readonly string[]>> = { outcome: ['success', 'failure', 'unknown'], record: recordStates };
/** The server compares these whole, and only asks for what is wanted. Of a record's two states each is the other one excluded. */
export const onlyWanted: readonly EventField[] = ['device', 'stream', 'record'];

function whyNot(filter: EventFilter): string | null {
  const { field, not, values } = filter;
  if (not && onlyWanted.includes(field)) return 'it can be wanted, not excluded';
  const allowed = known[field];
  if (allowed && values.some((value) => !allowed.includes(value))) return `left out; it is one of ${allowed.join(', ')}`;
  if (onlyWanted.includes(field) && values.some((value) => !/^[\w.-]+$/.test(value))) return 'left out; it is no id';
  const parts = values.filter((value) => shapeOf(value) !== 'whole');
  if (parts.length > 0 && not) return 'a part of a value can be wanted, not excluded';
  if (new Set(values.map(shapeOf)).size > 1) return 'whole values and parts of values cannot be mixed';
  return null;
}

/** Whether a value is meant whole, as a beginning (`vault*`) or as a part (`*vault*`). */
export function shapeOf(value: string): 'whole' | 'beginning' | 'part' {
  if (/^\*.+\*$/s.test(value)) return 'part';
  return /^[^*].*\*$/s.test(value) ? 'beginning' : 'whole';
}

function readFilter(field: EventField, text: string): EventFilter | string {
  if (text.length > longestFilter) return 'it is too long';
  const parsed = parseFilter(text);
  if (!parsed) return 'it is empty';
  // A country is two capitals, or the vendor's own word for it.
  const code = (value: string): string => (/^[a-z]{2}$/.test(value) ? value.toUpperCase() : value);
  const values = field === 'country' ? parsed.values.map(code) : parsed.values;
  const filter = { field, not: parsed.not, values };
  return whyNot(filter) ?? filter;
}

/** Reads an address. What cannot be read is left out of the view, and told. */
export function readSearch(raw: Record<string, unknown>): { search: EventsSearch; broken: Broken[] } {
  const search: EventsSearch = {};
  const broken: Broken[] = [];
  const refuse = (key: string, value: string, why: string): void => {
    broken.push({ key, value, why });
  };
  const { range, text } = raw;
  if (typeof range === 'string' && range !== '') {
    if (!parseRange(range)) refuse('range', range, 'the last 24 hours are shown instead');
    else if (range !== presetRange) search.range = range;
  }
  if (typeof text === 'string' && text.trim() !== '') {
    search.text = text.slice(0, longestText);
    if (text.length > longestText) refuse('text', text, `only its first ${String(longestText)} characters are searched for`);
  }
  for (const field of eventFields) {
    const value = raw[field];
    if (typeof value !== 'string' || value === '') continue;
    const read = readFilter(field, value);
    if (typeof read === 'string') refuse(field, value, read);
    else search[field] = filterText(read) ?? '';
  }
  return { search, broken };
}

export function validateEventsSearch(raw: Record<string, unknown>): EventsSearch {
  const { search, broken } = readSearch(raw);
  if (broken.length > 0) tellBroken(area, broken);
  return search;
}

export function filtersOf(search: EventsSearch): EventFilter[] {
  return eventFields.flatMap((field) => {
    const text = search[field];
    const read = text === undefined ? 'none' : readFilter(field, text);
    return typeof read === 'string' ? [] : [read];
  });
}

/** The text of a field's filter when one value is wanted, or one more is excluded. */
export function withValue(text: string | undefined, value: string, exclude: boolean): string {
  const now = parseFilter(text);
  const others = now?.values.filter((one) => one !== value) ?? [];
  if (!exclude) return filterText({ not: false, values: [value] }) ?? '';
  if (now?.not) return filterText({ not: true, values: [...others, value] }) ?? '';
  // One of several that are wanted is simply wanted no more.
  const left = now && others.length > 0 && others.length < now.values.length;
  return filterText(left ? { not: false, values: others } : { not: true, values: [value] }) ?? '';
}
