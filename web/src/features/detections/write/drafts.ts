import * as all from '@/data/session/drafts';

/** Texts that were begun and not saved: they stay while somebody looks elsewhere in the console. */
export interface Draft {
  text: string;
  /** The version that the text began from; null for a new one. */
  etag: string | null;
}

const named = (key: string): string => `rule ${key}`;

export const draftOf = (key: string): Draft | undefined => all.draftOf<Draft>(named(key));
export function keepDraft(key: string, draft: Draft): void {
  all.keepDraft(named(key), draft);
}
export function dropDraft(key: string): void {
  all.dropDraft(named(key));
}

export const template = `title: What happened
status: experimental
description: Why it matters, and what the reader should do about it.
logsource:
    product: onepassword
    service: signinattempts
detection:
    selection:
        category: credentials_failed
    condition: selection
falsepositives:
    - Whatever does the same for a good reason.
level: medium
`;

/** The text of a rule as the beginning of another: an id belongs to one rule only, and examples come along. */
export const withoutId = (text: string): string => text.replace(/^id:.*\r?\n/gm, '').replace(/^(title:\s*.*?)\s*$/m, '$1 (own)');
