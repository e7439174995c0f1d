import type { ComponentType, ReactNode } from 'react';

export interface Entry {
  id: string;
  group: string;
  label: string;
  /** Drawn in place of the label where that has parts. */
  content?: ReactNode;
  hint?: string;
  /** Drawn in place of the hint. */
  badge?: ReactNode;
  /** What else it is found by. */
  words?: string;
  Icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  run: () => void;
}

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** 0 is best; undefined where a word is missing. */
export function rank(entry: Pick<Entry, 'label' | 'words'>, words: readonly string[]): number | undefined {
  const label = folded(entry.label);
  const hay = `${label} ${folded(entry.words ?? '')}`;
  let worst = 0;
  for (const word of words) {
    const at = hay.indexOf(word);
    if (at < 0) return undefined;
    const begins = at === 0 || /[\s/:,-]/.test(hay.charAt(at - 1));
    worst = Math.max(worst, at === 0 ? 0 : at < label.length && begins ? 1 : begins ? 2 : 3);
  }
  return worst;
}

/** What fits the words: the groups in their order, the best of each first. */
export function narrow(entries: readonly Entry[], text: string): Entry[] {
  const words = folded(text).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...entries];
  const groups = [...new Set(entries.map((entry) => entry.group))];
  return entries
    .flatMap((entry) => {
      const value = rank(entry, words);
      return value === undefined ? [] : [{ entry, value }];
    })
    .sort((a, b) => groups.indexOf(a.entry.group) - groups.indexOf(b.entry.group) || a.value - b.value)
    .map(({ entry }) => entry);
}
