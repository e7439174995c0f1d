import { useCallback, useEffect, useState } from 'react';
import type { RuleCheck, RuleProblem } from '@/api/types';
import { checkText } from '@/data/detections/changes';

export interface Check {
  /** What the server said last; of an older text while `checking`. */
  answer: RuleCheck | null;
  checking: boolean;
  /** The check itself failed: the server did not answer, say. */
  error: Error | null;
  /** Asks again about the same text. */
  again: () => void;
}

const restMs = 350;

export const errorsOf = (problems: readonly RuleProblem[]): number => problems.filter((one) => one.severity === 'error').length;

/** Asks the server about a text as soon as the hand rests. Only the answer to the newest text counts. */
export function useCheck(text: string, ownRuleId: string | null): Check {
  const [known, setKnown] = useState<{ text: string; answer: RuleCheck | null; error: Error | null }>({ text: '\0', answer: null, error: null });
  const [round, setRound] = useState(0);
  const again = useCallback(() => {
    setKnown({ text: '\0', answer: null, error: null });
    setRound((n) => n + 1);
  }, []);
  useEffect(() => {
    if (text.trim() === '') return;
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      checkText(text, ownRuleId, abort.signal)
        .then((answer) => {
          setKnown({ text, answer, error: null });
        })
        .catch((error: unknown) => {
          if (abort.signal.aborted) return;
          // What was wrong with an older text says nothing of this one.
          setKnown({ text, answer: null, error: error instanceof Error ? error : new Error(String(error)) });
        });
    }, restMs);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [text, ownRuleId, round]);
  if (text.trim() === '') return { answer: null, checking: false, error: null, again };
  return { answer: known.answer, checking: known.text !== text, error: known.text === text ? known.error : null, again };
}
