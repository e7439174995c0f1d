import type { EventRow } from './types';

/** What the records of a stream are about that name no action, only how it went: 1Password's sign-ins (their `category`). */
const about: Partial<Record<string, string>> = { signinattempts: 'Sign-in' };

/** An action as a person reads it without knowing its stream: "Sign-in: MFA failed" for `mfa_failed`. Filters and addresses keep the vendor's word. */
export function actionWords(stream: string | null, action: string): string {
  const subject = stream === null ? undefined : about[stream];
  return subject === undefined ? action : `${subject}: ${action.replaceAll('_', ' ').replace(/\b(mfa|sso)\b/g, (short) => short.toUpperCase())}`;
}

/** What an event is called. */
export function eventTitle({ stream, action, unreadable }: Pick<EventRow, 'stream' | 'action' | 'unreadable'>): string {
  if (action !== null) return actionWords(stream, action);
  return unreadable ? 'Unreadable record' : 'No action named';
}
