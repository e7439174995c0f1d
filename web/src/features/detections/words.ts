import type { DetectionRule, RuleState } from '@/api/types';
import { sortedByText } from '@/collate';
import type { FilterChoice } from '@/ui/filters/filters';
import { count } from '@/ui/timeText';

/** From the gravest down; a rule without a level comes last. */
export const levels = ['critical', 'high', 'medium', 'low', 'informational'] as const;
export type Level = (typeof levels)[number];

export const levelWords: Record<Level, string> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  informational: 'Informational',
};

export const stateWords: Record<RuleState, string> = { running: 'Running', new: 'New', off: 'Off', broken: 'Broken' };
export const originWords = { shipped: 'Shipped with Picket', folder: 'From the folder of rules', own: 'Written here' } as const;

/** The tactics of MITRE ATT&CK in the order in which an attack goes. */
const tactics: Record<string, string> = {
  reconnaissance: 'Reconnaissance',
  'resource-development': 'Resource Development',
  'initial-access': 'Initial Access',
  execution: 'Execution',
  persistence: 'Persistence',
  'privilege-escalation': 'Privilege Escalation',
  'defense-evasion': 'Defense Evasion',
  stealth: 'Stealth',
  'defense-impairment': 'Defense Impairment',
  'credential-access': 'Credential Access',
  discovery: 'Discovery',
  'lateral-movement': 'Lateral Movement',
  collection: 'Collection',
  'command-and-control': 'Command and Control',
  exfiltration: 'Exfiltration',
  impact: 'Impact',
};
const order = Object.keys(tactics);

/** "Credential Access" for `credential-access`; one that is not known here reads as it is written. */
export const tacticName = (slug: string): string => tactics[slug] ?? slug.replace(/[-_]/g, ' ');
export function inOrder(slugs: readonly string[]): string[] {
  const place = (slug: string): number => (order.includes(slug) ? order.indexOf(slug) : order.length);
  return sortedByText(slugs, (slug) => slug).sort((a, b) => place(a) - place(b));
}

/** "2 filters: Robots, Night backup": what takes matches away from the rule; null where nothing does. */
export function filtersText({ attributes: { filters } }: DetectionRule): string | null {
  if (filters.length === 0) return null;
  return `${filters.length === 1 ? '1 filter' : `${String(filters.length)} filters`}: ${filters.map(({ title }) => title).join(', ')}`;
}

/** "4.2 ns", "142 ns", "1.3 ms": processor time for one event, in at most three digits and a unit. */
export function costText(ns: number): string {
  if (ns < 1000) return `${ns < 10 ? ns.toFixed(1) : String(Math.round(ns))} ns`;
  return scaled(ns / 1000, ['µs', 'ms', 's']);
}

/** "1,312", "12.3 M", "988 M": as much of a number as a column has room for. */
export const countBrief = (n: number): string => (n < 1_000_000 ? count(n) : scaled(n / 1_000_000, ['M', 'G', 'T']));

/** `value` in the largest of these units, each a thousand of the one before. */
function scaled(value: number, units: [string, ...string[]]): string {
  const [unit, ...larger] = units;
  const [next, ...rest] = larger;
  // 999.6 would be "1000".
  if (Math.round(value) >= 1000 && next !== undefined) return scaled(value / 1000, [next, ...rest]);
  return `${value < 99.95 ? value.toFixed(1) : String(Math.round(value))} ${unit}`;
}

/** The technology by the name that people know it by; one that Picket does not know, as the rule writes it. */
export const technologyOf = ({ attributes }: DetectionRule): string | null => attributes.technology ?? attributes.product;

/** "1Password / Audit events": what the rule looks at. */
export function sourceOf(rule: DetectionRule): string {
  const { stream_title, service, category } = rule.attributes;
  return [technologyOf(rule), stream_title ?? service ?? category].filter((part) => part !== null && part !== '').join(' / ');
}

export const choicesOf = <K extends string>(words: Record<K, string>): FilterChoice[] =>
  Object.entries<string>(words).map(([value, label]) => ({ value, label }));
