import type { Poll } from '@/api/types';

/** Polls that failed one after another in the same way. */
export interface FailureRun {
  newest: Poll;
  oldest: Poll;
  times: number;
}

/** Gathers what failed in the same way without a poll that worked, or failed otherwise, in between. `polls` are newest first. */
export function failureRuns(polls: readonly Poll[]): FailureRun[] {
  const runs: FailureRun[] = [];
  let open: FailureRun | null = null;
  for (const poll of polls) {
    const { outcome, error } = poll.attributes;
    if (outcome === 'ok') {
      open = null;
    } else if (open && open.newest.attributes.outcome === outcome && open.newest.attributes.error === error) {
      open.oldest = poll;
      open.times += 1;
    } else {
      open = { newest: poll, oldest: poll, times: 1 };
      runs.push(open);
    }
  }
  return runs;
}
