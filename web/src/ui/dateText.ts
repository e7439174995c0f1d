import { useState, type ChangeEvent } from 'react';
import { dateOf } from './timeText';

const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const wallText = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d(?::\d\d)?))?$/;

/** "17 Nov 2026", or "17 Nov 2026, 11:24:36", of what the wall shows as "2026-11-17T11:24:36"; other text, and a day that no month has, is what it is. */
export function wallWords(text: string): string {
  if (readWall(text, true) === null) return text;
  const parts = wallText.exec(text);
  if (!parts) return text;
  const day = dateOf({ year: Number(parts[1]), month: Number(parts[2]), day: Number(parts[3]) });
  return parts[4] === undefined ? day : `${day}, ${parts[4]}`;
}

/** What is said of text that is no day. */
export const noDay = 'Write a day like 17 Nov 2026.';

/**
 * The way back, for what a person types: also without the time, and as ISO 8601. Null where it is no day or no time of the clock, and where a time is
 * given that nobody asks for.
 */
export function readWall(text: string, withTime: boolean): string | null {
  const parts = /^(?:(\d{4})-(\d\d)-(\d\d)|(\d{1,2})\.? +([a-z]{3,})\.?,? +(\d{4}))(?:(?:T|,? +)(\d{1,2}):(\d\d)(?::(\d\d))?)?$/i.exec(text.trim());
  if (!parts) return null;
  const [, isoYear, isoMonth, isoDay, day, month, year, hour = '0', minute = '0', second = '0'] = parts;
  if (!withTime && parts[7] !== undefined) return null;
  const y = Number(isoYear ?? year);
  const m = isoMonth === undefined ? months.findIndex((name) => name.startsWith((month ?? '').toLowerCase())) : Number(isoMonth) - 1;
  const d = Number(isoDay ?? day);
  const at = new Date(Date.UTC(y, m, d, Number(hour), Number(minute), Number(second)));
  const same = at.getUTCFullYear() === y && at.getUTCMonth() === m && at.getUTCDate() === d;
  if (!same || at.getUTCHours() !== Number(hour) || at.getUTCMinutes() !== Number(minute)) return null;
  return at.toISOString().slice(0, withTime ? 19 : 10);
}

interface DateText {
  value: string;
  onChange: (event: ChangeEvent<HTMLInputElement>) => void;
  onBlur: () => void;
}

/**
 * A text field for a day or a moment, written as the console writes them everywhere; a browser's own field follows the browser's language. `value`
 * is what the wall shows ("2026-11-17"), or what was typed as long as nobody can read it; what is being typed stays as it is.
 */
export function useDateText(value: string, onValue: (value: string) => void, withTime = false): DateText {
  const [typed, setTyped] = useState<{ text: string; means: string } | null>(null);
  return {
    value: typed?.means === value ? typed.text : wallWords(value),
    onChange: (event) => {
      const text = event.currentTarget.value;
      const means = readWall(text, withTime) ?? text;
      setTyped({ text, means });
      onValue(means);
    },
    onBlur: () => {
      setTyped(null);
    },
  };
}
