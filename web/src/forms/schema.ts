import type { ApiProblem } from '@/api/client';
import type { FormField } from '@/api/types';
import { noDay, readWall } from '@/ui/dateText';

/** The values of a form by the path of their field. */
export type Values = Record<string, string>;
export type Errors = Record<string, string>;

/** As the server counts: characters, not units of two bytes. */
const atMost200 = { pattern: '.{1,200}', pattern_message: 'At most 200 characters.' };

export const commonFields: FormField[] = [
  {
    name: 'name',
    path: 'name',
    label: 'Name',
    type: 'text',
    required: true,
    help: 'How people here will find this device.',
    ...atMost200,
  },
  {
    name: 'location',
    path: 'location',
    label: 'Location',
    type: 'text',
    required: true,
    help: 'Where it runs or whom it serves, in your own words.',
    ...atMost200,
  },
];

function matchesPattern(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  } catch {
    // A pattern that this browser cannot read must not lock anybody out; the server judges anyway.
    return true;
  }
}

/** The complaint about one value, or null. */
export function complaint(field: FormField, value: string): string | null {
  const text = value.trim();
  if (text === '') return field.required ? `${field.label} is needed.` : null;
  if (field.type === 'date' && readWall(text, false) !== text) return noDay;
  if (field.pattern && !matchesPattern(field.pattern, text)) {
    return field.pattern_message ?? `This does not look like ${field.label.toLowerCase()}.`;
  }
  if (field.type === 'choice' && field.choices && !field.choices.some((choice) => choice.value === text)) {
    return `Choose one of the list.`;
  }
  return null;
}

export function initialValues(fields: FormField[]): Values {
  return Object.fromEntries(fields.map((field) => [field.path, field.default ?? '']));
}

/** Puts the values at their places: `secrets.device_info.api_token` becomes three objects deep. Empty ones are left out. */
export function bodyOf(fields: FormField[], values: Values): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    const value = (values[field.path] ?? '').trim();
    if (value === '') continue;
    const keys = field.path.split('.');
    const last = keys.pop();
    if (last === undefined) continue;
    let place = body;
    for (const key of keys) {
      const inner = place[key];
      place = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : (place[key] = {});
    }
    place[last] = value;
  }
  return body;
}

/** What stands at a path such as `device_spec.server`, as text. */
export function valueAt(body: unknown, path: string): string {
  let place = body;
  for (const key of path.split('.')) {
    if (typeof place !== 'object' || place === null) return '';
    place = (place as Record<string, unknown>)[key];
  }
  return typeof place === 'string' ? place : '';
}

/** `/data/attributes/device_spec/server` belongs to the field at `device_spec.server`. */
function fieldFor(pointer: string, fields: FormField[]): FormField | undefined {
  const path = pointer
    .replace(/^\/data(?=\/)/, '')
    .replace(/^\/attributes(?=\/)/, '')
    .replace(/^\//, '')
    .replaceAll('/', '.');
  if (path === '') return undefined;
  return (
    fields.find((field) => field.path === path) ??
    fields.find((field) => field.path.endsWith(`.${path}`) || path.startsWith(`${field.path}.`)) ??
    fields.find((field) => field.path.split('.').at(-1) === path.split('.').at(-1))
  );
}

/** Spreads the server's complaints over the fields; what belongs to no field is returned as text for the whole form. */
export function placeProblems(problems: ApiProblem[], fields: FormField[]): { errors: Errors; rest: string[] } {
  const errors: Errors = {};
  const rest: string[] = [];
  for (const problem of problems) {
    const field = problem.pointer === null ? undefined : fieldFor(problem.pointer, fields);
    if (field && errors[field.path] === undefined) errors[field.path] = problem.detail;
    else rest.push(problem.detail);
  }
  return { errors, rest };
}
