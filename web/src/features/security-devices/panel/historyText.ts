import { codeText } from './remedies';
import { levelWords, type ShownLevel } from '@/ui/StatusBadge';
import { absolute } from '@/ui/timeText';

export interface Difference {
  key: string;
  label: string;
  before: string;
  after: string;
}

const labels: Record<string, string> = {
  is_verifying_status: 'Verifying',
  'device_spec.server': 'Server address',
  status_updated_at: 'Status since',
  start_time: 'Read from',
  level: 'Health',
  code: 'Reason',
  sentence: 'What it said',
};

/** Values that the API names and a person would say otherwise. */
const said: Record<string, (value: string) => string> = {
  level: (value) => levelWords[value as ShownLevel] ?? value,
  code: codeText,
};

function labelOf(key: string): string {
  const words = (labels[key] ?? key.replaceAll(/[._]/g, ' ')).trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function text(value: unknown, key: string): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string' && said[key]) return said[key](value);
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? absolute(value) : value;
  if (typeof value === 'number') return String(value);
  return JSON.stringify(value);
}

function flat(value: Record<string, unknown>, prefix = ''): Map<string, unknown> {
  const out = new Map<string, unknown>();
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
      for (const [deep, deepest] of flat(inner as Record<string, unknown>, path)) out.set(deep, deepest);
    } else {
      out.set(path, inner);
    }
  }
  return out;
}

const shortest = 40;

/** "Location changed" says from what to what where that is one short value. */
export function withValues(sentence: string, changed: readonly Difference[]): string {
  const [only] = changed;
  if (changed.length !== 1 || only === undefined || !/^[A-Z][a-z ]+ changed\.?$/.test(sentence)) return sentence;
  const { before, after } = only;
  if ([before, after].some((value) => value === '–' || value.length > shortest)) return sentence;
  // Isolated, so that a name from the right to the left leaves the words in their place.
  return `${sentence.replace(/\.$/, '')} from \u2068${before}\u2069 to \u2068${after}\u2069`;
}

/** What differs between two states, member by member. */
export function differences(
  before: Record<string, unknown> | null | undefined,
  after: Record<string, unknown> | null | undefined,
): Difference[] {
  const old = flat(before ?? {});
  const now = flat(after ?? {});
  const keys = new Set([...old.keys(), ...now.keys()]);
  return [...keys]
    // The level says the same as the status, and more.
    .filter((key) => !(key === 'status' && keys.has('level')))
    .map((key) => ({ key, label: labelOf(key), before: text(old.get(key), key), after: text(now.get(key), key) }))
    .filter((change) => change.before !== change.after);
}
