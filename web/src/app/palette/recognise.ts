import { guidPattern } from '@/data/devices/find';
import { filterText } from '@/ui/filters/filters';

/** A search in Events that fits what was typed or pasted. */
export interface EventSearch {
  label: string;
  /** The value, shown apart from the label: it is foreign text. */
  value: string;
  search: Record<string, string>;
  /** The text has this form and no other: the search is what is meant. */
  sure: boolean;
}

const range = '30d';
const longest = 300;

function isAddress(text: string): boolean {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (v4) return v4.slice(1).every((part) => Number(part) <= 255);
  // Whether it is a good one the server says; what has two colons and hexadecimal digits is meant as one.
  return /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(text) && /[0-9a-f]/i.test(text) && !text.includes(':::') && text.length <= 45;
}

/** An event's own words: what a search over records is for. */
const mention = (value: string, sure: boolean): EventSearch => ({
  label: 'Events that mention',
  value,
  search: { text: /\s/.test(value) ? `"${value.replaceAll('"', '')}"` : value, range },
  sure,
});

/** An e-mail address, an IP address, a GUID, or an id as 1Password writes them; else the plain text. */
export function recognise(typed: string): EventSearch[] {
  const text = typed.trim().slice(0, longest);
  if (text.length < 2) return [];
  const by = (label: string, field: string): EventSearch => ({
    label,
    value: text,
    search: { [field]: filterText({ not: false, values: [text] }) ?? text, range },
    sure: true,
  });
  if (/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(text)) return [by('Events by', 'actor'), mention(text, false)];
  if (isAddress(text)) return [by('Events from', 'address'), mention(text, false)];
  if (guidPattern.test(text)) return [mention(text, true), by('Events by', 'actor'), by('Events on', 'target')];
  if (/^[A-Z2-7]{26}$/.test(text)) return [by('Events by', 'actor'), by('Events on', 'target'), mention(text, false)];
  return [mention(text, false)];
}
