import type { EventField, EventFilter, EventWindow } from './types';

/** The names of the filters on the screen and in the API. */
const parameters: Record<EventField, string> = {
  device: 'filter[security_device][id]',
  stream: 'filter[stream]',
  action: 'filter[action]',
  outcome: 'filter[outcome]',
  actor: 'filter[actor]',
  address: 'filter[source_ip]',
  country: 'filter[country]',
  target: 'filter[target]',
  record: 'filter[unreadable]',
};

const iso = (ms: number): string => new Date(ms).toISOString();

/** `vault*` is a beginning, `*vault*` a part; a star on its own is a star. */
function positive(value: string): string {
  const part = /^\*(.+)\*$/s.exec(value);
  if (part) return `:${part[1] ?? ''}`;
  const beginning = /^([^*].*)\*$/s.exec(value);
  if (beginning) return `^${beginning[1] ?? ''}`;
  // What begins like an operator of the API is asked for as a beginning, which leaves it as it is.
  return /^[!:^<>\0]/.test(value) ? `^${value}` : value;
}

function operand({ field, not }: EventFilter, value: string): string {
  if (field === 'record') return String(value === 'unreadable');
  return not ? `!${value}` : positive(value);
}

/** The words of a search text: each must occur in the record. Quotation marks keep words together. */
export function literals(text: string): string[] {
  return [...text.matchAll(/"([^"]+)"(?=\s|$)|\S+/g)].map((match) => match[1] ?? match[0]);
}

/** What a question to `/api/v2/events…` says, without paging. */
export function parametersOf(asked: EventWindow): [string, string][] {
  const query: [string, string][] = [];
  if (asked.from !== null) query.push(['filter[time]', `>=${iso(asked.from)}`]);
  if (asked.to !== null) query.push(['filter[time]', `<${iso(asked.to)}`]);
  for (const filter of asked.filters) {
    for (const value of filter.values) query.push([parameters[filter.field], operand(filter, value)]);
  }
  for (const literal of literals(asked.text)) query.push(['filter[text]', literal]);
  return query;
}

export function pathOf(path: string, query: [string, string][]): string {
  return `${path}?${new URLSearchParams(query).toString()}`;
}

/** Where the browser downloads what a list shows, newest first. */
export function exportPath(asked: EventWindow, format: 'csv' | 'jsonl', limit: number): string {
  return pathOf('/api/v2/events/export', [
    ['format', format],
    ...parametersOf(asked),
    ['sort', '-time'],
    ['page[limit]', String(limit)],
  ]);
}
