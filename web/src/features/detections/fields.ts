import type { DetectionRule } from '@/api/types';
import { sortedByText } from '@/collate';
import type { FilterChoice, FilterField } from '@/ui/filters/filters';
import { valuesOf } from './order';
import type { FilterKey } from './search';
import { inOrder, levelWords, originWords, stateWords, tacticName, technologyOf } from './words';

export const fieldWords: Record<FilterKey, string> = {
  level: 'Level',
  state: 'State',
  tactic: 'Tactic',
  technology: 'Technology',
  service: 'Service',
  origin: 'Origin',
  alerts: 'Alerts',
};

/** What can be filtered by, with how many rules have it. */
export function filterFields(rules: readonly DetectionRule[]): FilterField[] {
  const countOf = (key: FilterKey): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const rule of rules) for (const value of valuesOf(rule, key)) counts.set(value, (counts.get(value) ?? 0) + 1);
    return counts;
  };
  const told = (key: FilterKey, words: Record<string, string>): FilterChoice[] => {
    const counts = countOf(key);
    return Object.entries(words).map(([value, label]) => ({ value, label, count: counts.get(value) ?? 0 }));
  };
  const found = (key: FilterKey, values: (known: string[]) => string[], label: (value: string) => string): FilterChoice[] => {
    const counts = countOf(key);
    return values([...counts.keys()]).map((value) => ({ value, label: label(value), count: counts.get(value) ?? 0 }));
  };
  const streams = new Map(rules.map(({ attributes }) => [attributes.service, attributes.stream_title]));
  const stream = (service: string): string => streams.get(service) ?? service;
  const technologies = new Map(rules.map((rule) => [rule.attributes.product, technologyOf(rule)]));
  const technology = (product: string): string => technologies.get(product) ?? product;
  const choices: Record<FilterKey, FilterChoice[]> = {
    level: told('level', { ...levelWords, none: 'No level' }),
    state: told('state', stateWords),
    tactic: found('tactic', inOrder, tacticName),
    technology: found('technology', (all) => sortedByText(all, technology), technology),
    service: found('service', (all) => sortedByText(all, stream), stream),
    origin: told('origin', originWords),
    alerts: told('alerts', { yes: 'Raises alerts', no: 'Only counts' }),
  };
  return (Object.keys(choices) as FilterKey[]).map((key) => ({ key, label: fieldWords[key], choices: choices[key] }));
}
