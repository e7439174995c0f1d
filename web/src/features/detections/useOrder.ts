import { useMemo, useState } from 'react';
import type { DetectionRule } from '@/api/types';
import { arrange } from './order';
import type { RulesSearch } from './search';

/**
 * The ids of a view in their order. While somebody reads, counts move and states change: rows stay where they are, what is new joins at
 * the end. A changed address, or `again`, arranges them anew.
 */
export function useOrder(rules: Map<string, DetectionRule> | undefined, search: RulesSearch): string[] {
  const key = JSON.stringify(search);
  const [kept, setKept] = useState<{ key: string; rules: typeof rules; ids: string[] }>({ key: '', rules: undefined, ids: [] });
  if (rules !== undefined && (kept.key !== key || kept.rules !== rules)) {
    const fresh = arrange([...rules.values()], search).map((rule) => rule.id);
    if (kept.key !== key || kept.rules === undefined) {
      setKept({ key, rules, ids: fresh });
    } else {
      const before = new Set(kept.ids);
      const known = kept.rules;
      const stay = kept.ids.filter((id) => rules.has(id));
      // One that was there all along and only now fits is not new.
      setKept({ key, rules, ids: [...stay, ...fresh.filter((id) => !before.has(id) && !known.has(id))] });
    }
  }
  return useMemo(() => (rules === undefined ? [] : kept.ids.filter((id) => rules.has(id))), [kept.ids, rules]);
}
