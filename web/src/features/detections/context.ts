import { createContext, useContext } from 'react';
import type { DetectionRule } from '@/api/types';
import type { RulesSearch } from './search';

export interface RulesView {
  /** The rules that are shown, in their order. */
  ids: string[];
  rules: Map<string, DetectionRule>;
  search: RulesSearch;
  open: (id: string, replace: boolean) => void;
  close: () => void;
}

export const RulesViewContext = createContext<RulesView | null>(null);

export function useRulesView(): RulesView {
  const view = useContext(RulesViewContext);
  if (view === null) throw new Error('outside of the area of detections');
  return view;
}
