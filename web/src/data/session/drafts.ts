/**
 * What somebody began to write and has not saved. It stays while they look elsewhere in the console and when they sign in again; it goes when they sign
 * out or somebody else signs in. In memory only, since it may hold a token.
 */
const drafts = new Map<string, unknown>();
let writer: string | null = null;

const ask = (event: BeforeUnloadEvent): void => {
  event.preventDefault();
};

/** The browser asks before it throws the page away. Only while there is something to lose: a page that listens is not kept for going back to. */
function guard(): void {
  if (drafts.size > 0) window.addEventListener('beforeunload', ask);
  else window.removeEventListener('beforeunload', ask);
}

export function draftOf<T>(key: string): T | undefined {
  return drafts.get(key) as T | undefined;
}
export function keepDraft(key: string, draft: unknown): void {
  drafts.set(key, draft);
  guard();
}
export function dropDraft(key: string): void {
  drafts.delete(key);
  guard();
}
export const anyDrafts = (): boolean => drafts.size > 0;

export function dropAllDrafts(): void {
  drafts.clear();
  guard();
}

/** Told of everybody who is signed in: what one person wrote is not for the next. */
export function draftsAreOf(userId: string): void {
  if (writer !== null && writer !== userId) dropAllDrafts();
  writer = userId;
}
