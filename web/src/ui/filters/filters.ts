/**
 * Filters as they stand in an address and read on the screen: `status=unhealthy,attention` is "Status is Unhealthy or Needs attention",
 * `status=!healthy` is "Status is not Healthy". A comma or backslash inside a value has a backslash before it.
 */

export interface FilterChoice {
  value: string;
  label: string;
  /** How many rows have it, where that is known. */
  count?: number;
}

export interface FilterField {
  /** The name of its search parameter. */
  key: string;
  label: string;
  /** What can be chosen; without it the value is typed. */
  choices?: FilterChoice[];
  /** What a value is called, where that is known without the choices. */
  labelOf?: (value: string) => string;
  /** Between the label and the value; "is" unless told. */
  verb?: string;
  /** The verb turned round; "is not" unless told, null where the server cannot do it. */
  notVerb?: string | null;
  /** Only one value at a time. */
  single?: boolean;
  placeholder?: string;
  /** A sentence about what is wrong with a typed value, or null. */
  check?: (value: string) => string | null;
}

export interface Filter {
  not: boolean;
  values: string[];
}

const mostValues = 50;

/** Reads a filter out of an address; undefined where there is none. */
export function parseFilter(text: string | undefined): Filter | undefined {
  if (text === undefined) return undefined;
  const not = text.startsWith('!');
  const values: string[] = [];
  let value = '';
  const rest = not ? text.slice(1) : text;
  for (let i = 0; i < rest.length; i += 1) {
    const c = rest.charAt(i);
    if (c === '\\' && i + 1 < rest.length) {
      i += 1;
      value += rest.charAt(i);
    } else if (c === ',') {
      values.push(value);
      value = '';
    } else {
      value += c;
    }
  }
  values.push(value);
  const kept = [...new Set(values.map((one) => one.trim()).filter((one) => one !== ''))].slice(0, mostValues);
  return kept.length === 0 ? undefined : { not, values: kept };
}

/** The address's form of a filter; undefined when nothing is chosen. */
export function filterText(filter: Filter | undefined): string | undefined {
  if (filter === undefined || filter.values.length === 0) return undefined;
  const text = filter.values.map((value) => value.replace(/[\\,]/g, '\\$&')).join(',');
  // A first value that begins with "!" must not turn the filter round.
  return filter.not ? `!${text}` : text.replace(/^!/, '\\!');
}

export function accepts(filter: Filter | undefined, value: string): boolean {
  return filter === undefined || filter.values.includes(value) !== filter.not;
}

export function choiceLabel(field: FilterField, value: string): string {
  return field.labelOf?.(value) ?? field.choices?.find((choice) => choice.value === value)?.label ?? value;
}

export interface FilterWords {
  label: string;
  verb: string;
  value: string;
}

/** A filter in words, in its three parts. */
export function filterWords(field: FilterField, filter: Filter): FilterWords {
  const labels = filter.values.map((value) => choiceLabel(field, value));
  const shown = labels.length > 3 ? [...labels.slice(0, 2), `${String(labels.length - 2)} more`] : labels;
  const last = shown.at(-1) ?? '';
  const or = filter.not ? 'nor' : 'or';
  return {
    label: field.label,
    verb: filter.not ? (field.notVerb ?? 'is not') : (field.verb ?? 'is'),
    value: shown.length > 1 ? `${shown.slice(0, -1).join(', ')} ${or} ${last}` : last,
  };
}

/** What an address says without its filters. */
export function withoutFilters<S extends object, K extends keyof S & string>(search: S, keys: readonly K[]): Omit<S, K> {
  const left = new Set<string>(keys);
  return Object.fromEntries(Object.entries(search).filter(([key]) => !left.has(key))) as Omit<S, K>;
}
