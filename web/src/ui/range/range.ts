/** A span of time as it stands in an address: `24h`, `30d`, `all`, or `<from>..<to>` with either end left open. */
export type Range =
  | { kind: 'last'; seconds: number }
  | { kind: 'all' }
  | { kind: 'span'; from: number | null; to: number | null };

const unit = { m: 60, h: 3600, d: 86_400 } as const;

export const quickRanges = ['15m', '1h', '6h', '24h', '7d', '30d', '90d', 'all'] as const;
export const presetRange = '24h';

/** A moment: a date (its midnight in UTC) or a date and time; without a zone it is UTC. */
function moment(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return undefined;
  const at = Date.parse(/T/.test(text) && !/(Z|[+-]\d\d:\d\d)$/.test(text) ? `${text}Z` : text);
  return Number.isNaN(at) ? undefined : at;
}

/** undefined where the text is no range. */
export function parseRange(text: string): Range | undefined {
  if (text === 'all') return { kind: 'all' };
  const last = /^([1-9]\d{0,3})([mhd])$/.exec(text);
  if (last) return { kind: 'last', seconds: Number(last[1]) * unit[last[2] as keyof typeof unit] };
  const cut = text.indexOf('..');
  if (cut < 0) return undefined;
  const from = cut === 0 ? null : moment(text.slice(0, cut));
  const to = cut + 2 === text.length ? null : moment(text.slice(cut + 2));
  if (from === undefined || to === undefined || (from === null && to === null)) return undefined;
  if (from !== null && to !== null && from >= to) return undefined;
  return { kind: 'span', from, to };
}

/** Without milliseconds where there are none: addresses are read by people. */
function momentText(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString().replace('.000Z', 'Z');
}

export function spanText(from: number | null, to: number | null): string {
  return `${momentText(from)}..${momentText(to)}`;
}

export interface Ends {
  from: number | null;
  to: number | null;
}

/** The ends of a range. The end of a running one is open: what arrives belongs to it. */
export function endsOf(range: Range, now: number): Ends {
  if (range.kind === 'all') return { from: null, to: null };
  if (range.kind === 'span') return { from: range.from, to: range.to };
  return { from: now - range.seconds * 1000, to: null };
}

const words: Record<string, string> = {
  '15m': 'Last 15 minutes',
  '1h': 'Last hour',
  '6h': 'Last 6 hours',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  all: 'All time',
};

const unitWords = { m: 'minute', h: 'hour', d: 'day' } as const;

/** "Last 24 hours", "20 Nov 10:00 to 21 Nov 11:30", "Since 20 Nov 10:00". */
export function rangeWords(text: string, print: (ms: number) => string): string {
  const known = words[text];
  if (known) return known;
  const last = /^(\d+)([mhd])$/.exec(text);
  if (last) return `Last ${last[1] ?? ''} ${unitWords[last[2] as keyof typeof unitWords]}${last[1] === '1' ? '' : 's'}`;
  const range = parseRange(text);
  if (range?.kind !== 'span') return text;
  if (range.from === null) return `Before ${print(range.to ?? 0)}`;
  return range.to === null ? `Since ${print(range.from)}` : `${print(range.from)} to ${print(range.to)}`;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [minute, 2 * minute, 5 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 7 * day, 30 * day];
const mostBars = 100;

export interface Bars {
  /** Milliseconds a bar. */
  step: number;
  width: 'minute' | 'hour' | 'day';
}

/** How wide the bars of a histogram are. Counts by the minute are given for a day at most. */
export function barsFor(from: number, to: number): Bars {
  const step = steps.find((one) => (to - from) / one <= mostBars) ?? Math.ceil((to - from) / mostBars / day) * day;
  const fine = step < hour && to - from <= day;
  return { step: fine ? step : Math.max(step, hour), width: fine ? 'minute' : step < day ? 'hour' : 'day' };
}
