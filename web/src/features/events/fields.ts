import { sortedByText } from '@/collate';
import { eventFields, recordStates, type EventField, type EventRow, type RecordState } from '@/data/events/types';
import type { FilterChoice, FilterField } from '@/ui/filters/filters';
import { countryCodes } from './countries';
import { countryName, outcomeWords, type Names } from './names';
import { onlyWanted, shapeOf } from './search';

export const fieldWords: Record<EventField, string> = {
  device: 'Device',
  stream: 'Stream',
  action: 'Action',
  outcome: 'Outcome',
  actor: 'Actor',
  address: 'Address',
  country: 'Country',
  target: 'Target',
  record: 'Record',
};

const recordWords: Record<RecordState, string> = { readable: 'Readable', unreadable: 'Unreadable' };

/** What a value is called on the screen. */
export function valueWords(names: Names, field: EventField, value: string): string {
  if (field === 'device') return names.device(value);
  if (field === 'stream') return names.stream(value);
  if (field === 'country') return countryName(value);
  if (field === 'outcome') return outcomeWords[value as keyof typeof outcomeWords];
  if (field === 'record') return recordWords[value as RecordState];
  return value;
}

/** The value of a row in a field, as a filter takes it. */
export function valueOf(row: EventRow, field: EventField): string | null {
  if (field === 'device') return row.deviceId;
  if (field === 'actor') return row.actorEmail ?? row.actorUid;
  if (field === 'record') return row.unreadable ? 'unreadable' : 'readable';
  return row[field];
}

/** What a typed value may be, by the values that stand beside it. */
function check(value: string): string | null {
  if (value.length > 500) return 'At most 500 characters.';
  if (shapeOf(value) === 'whole' && value.includes('*')) return 'A star stands at the end, or at both ends.';
  return null;
}

const placeholders: Partial<Record<EventField, string>> = {
  actor: 'ana@example.com, or ana*',
  address: '203.0.113.7, or 203.0.113.*',
  action: 'login, or *vault*',
  target: 'The id, or the beginning*',
};

const byLabel = (choices: Iterable<FilterChoice>): FilterChoice[] => sortedByText(choices, ({ label }) => label);

/** The fields one can filter by; what the rows in view have comes first. */
export function filterFields(names: Names, streamCounts: Map<string, number>, events: readonly EventRow[]): FilterField[] {
  return eventFields.map((key): FilterField => {
    const field: FilterField = { key, label: fieldWords[key] };
    if (onlyWanted.includes(key)) field.notVerb = null;
    if (key === 'device') {
      // Thousands are put in order when somebody looks.
      let choices: FilterChoice[] | undefined;
      return {
        ...field,
        labelOf: names.device,
        get choices() {
          return (choices ??= byLabel([...names.devices].map(([value, label]) => ({ value, label }))));
        },
      };
    }
    if (key === 'stream') {
      return {
        ...field,
        choices: names.streams.map((one) => {
          const count = streamCounts.get(one.value);
          return count === undefined ? one : { ...one, count };
        }),
      };
    }
    if (key === 'outcome') {
      return { ...field, choices: Object.entries(outcomeWords).map(([value, label]) => ({ value, label })) };
    }
    if (key === 'record') {
      return { ...field, single: true, choices: recordStates.map((value) => ({ value, label: recordWords[value] })) };
    }
    if (key === 'country') {
      const seen = new Set(events.flatMap((event) => (event.country === null ? [] : [event.country])));
      const name = (value: string): FilterChoice => ({ value, label: countryName(value) });
      const others = countryCodes.filter((code) => !seen.has(code));
      return { ...field, choices: [...byLabel([...seen].map(name)), ...byLabel(others.map(name))] };
    }
    return { ...field, placeholder: placeholders[key] ?? '', check };
  });
}
