import type { HistoryRow } from '@/api/types';

const fallback: Record<HistoryRow['attributes']['action'], string> = {
  CREATED: 'Device added',
  UPDATED: 'Settings changed',
  UPDATED_SECRETS: 'API token replaced',
  DELETED: 'Device deleted',
};

/** What happened, in words. What stands in quotes is a name: its direction must not turn the words beside it around. */
export function sentenceOf(row: HistoryRow, tell = (sentence: string, _said: number): string => sentence): string {
  const { value, action, created_at: said } = row.attributes;
  if (!value?.sentence) return fallback[action];
  // Only a sentence about health speaks of moments; in others stand names.
  const sentence = value.kind === 'health' ? tell(value.sentence, Date.parse(said)) : value.sentence;
  return sentence.replace(/"(.*)"/s, '"\u2068$1\u2069"');
}

/** The level that a change of health led to; empty for other changes, and when it does not say. */
export function levelAfter(row: HistoryRow): string {
  const { value } = row.attributes;
  if (value?.kind !== 'health') return '';
  const level = value.after?.['level'];
  if (typeof level === 'string') return level;
  const status = value.after?.['status'];
  return status === 'healthy' ? 'ok' : status === 'unhealthy' ? 'error' : '';
}
