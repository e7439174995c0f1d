import { actionsOf, kinds, objectsOf, signInDetails } from './actionWords';
import type { EventRow } from './types';

/** What the records of a stream are about that name no action, only how it went: 1Password's sign-ins (their `category`). */
const about: Partial<Record<string, string>> = { signinattempts: 'Sign-in' };

/**
 * An action as a person reads it without knowing the vendor's codes: "Sign-in: MFA failed" for `mfa_failed`, "Revealed an item" for `reveal`; with
 * the kind of its target also "Created a vault" for `create`. What is not known stays as it is. Filters and addresses keep the vendor's word.
 */
export function actionWords(stream: string | null, action: string, objectType?: string | null): string {
  if (stream === null) return action;
  const subject = about[stream];
  if (subject !== undefined) return `${subject}: ${action.replaceAll('_', ' ').replace(/\b(mfa|sso)\b/g, (short) => short.toUpperCase())}`;
  const words = actionsOf.get(stream)?.get(action);
  if (words === undefined) return action;
  if (typeof words === 'string') return words;
  const object = objectType ? objectsOf.get(objectType) : undefined;
  return object === undefined ? words.alone : `${words.verb} ${object}`;
}

/** What a target is, "Vault" for `vault`; the code where no word is known. */
export const kindWords = (objectType: string): string => kinds.get(objectType) ?? objectType;

/** How exactly something went, in words where the code is known. */
export const detailWords = (code: string): string | null => signInDetails.get(code) ?? null;

/** What an event is called. */
export function eventTitle({ stream, action, unreadable }: Pick<EventRow, 'stream' | 'action' | 'unreadable'>, objectType?: string | null): string {
  if (action !== null) return actionWords(stream, action, objectType);
  return unreadable ? 'Unreadable record' : 'No action named';
}
