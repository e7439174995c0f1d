/** Wall clocks: what a moment is called in the person's time zone, and back. */
import { useSyncExternalStore } from 'react';
import { sortedByText } from '@/collate';

export interface Wall {
  year: number;
  /** 1 to 12 */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** The person's choice; undefined while it is whatever the computer says. */
let chosen: string | undefined;
const listeners = new Set<() => void>();

/** Whether the browser knows a zone of this name. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Every time on the page is told in this zone from now on; `system`, and what the browser does not know, is the computer's. */
export function setZone(name: string | undefined): void {
  const next = name === undefined || name === 'system' || !isZone(name) ? undefined : name;
  if (next === chosen) return;
  chosen = next;
  for (const listener of listeners) listener();
}

/** As `Intl` takes it. */
export const zone = (): string | undefined => chosen;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** What prints times calls this, so that it prints them anew when the person chooses another zone. */
export function useZone(): string | undefined {
  return useSyncExternalStore(subscribe, zone);
}

/**
 * A formatter in the person's zone, whichever that is at the time, or in the zone of the options. Its first use in a page costs it 20 to 40 ms:
 * for what a page shows first there is `timeText`.
 */
export function zoned(options: Intl.DateTimeFormatOptions): { format: (at: Date | number) => string } {
  let made: { zone: string | undefined; format: Intl.DateTimeFormat } | undefined;
  return {
    format: (at) => {
      const wanted = options.timeZone ?? chosen;
      if (made?.zone !== wanted || made === undefined) {
        made = { zone: wanted, format: new Intl.DateTimeFormat('en-GB', { ...options, timeZone: wanted }) };
      }
      const text = made.format.format(at);
      // Older browsers write "Thu, 2 Jul", newer ones "Thu 2 Jul".
      return options.weekday === undefined ? text : text.replace(',', '');
    },
  };
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(name: string): Intl.DateTimeFormat {
  let clock = clocks.get(name);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone: name, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', era: 'narrow',
      year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    clocks.set(name, clock);
  }
  return clock;
}

/** The wall read as if it were UTC's. */
function asUtc(wall: Wall): number {
  const at = new Date(Date.UTC(2000, 0, 1, wall.hour, wall.minute, wall.second));
  at.setUTCFullYear(wall.year, wall.month - 1, wall.day);
  return at.getTime();
}

/** How far the clock of a zone (the person's, unless told) is ahead of UTC at that moment, in milliseconds. */
export function zoneOffset(ms: number, name: string | undefined = chosen): number {
  if (name === undefined) return -new Date(ms).getTimezoneOffset() * 60_000;
  if (name === 'UTC') return 0;
  if (Number.isNaN(ms)) return NaN;
  const read: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of clockOf(name).formatToParts(ms)) read[type] = value;
  const year = Number(read.year);
  const wall = {
    year: read.era === 'B' ? 1 - year : year,
    month: Number(read.month),
    day: Number(read.day),
    hour: Number(read.hour),
    minute: Number(read.minute),
    second: Number(read.second),
  };
  return asUtc(wall) - Math.floor(ms / 1000) * 1000;
}

/** The moment's name on the wall clock of a zone, the person's unless told. */
export function wallOf(ms: number, name?: string): Wall {
  const at = new Date(ms + zoneOffset(ms, name));
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
  };
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * The moment that the wall clock shows so. Days and months may overflow: the 32nd is the 1st of the next month. What the clock
 * shows twice is the first of both; what it leaves out is as much later as it leaves out. Both as `Date` does.
 */
export function momentOf(wall: Wall): number {
  const naive = asUtc(wall);
  const before = zoneOffset(naive - dayMs);
  const after = zoneOffset(naive + dayMs);
  if (zoneOffset(naive - before) === before) return naive - before;
  if (zoneOffset(naive - after) === after) return naive - after;
  return naive - before;
}

/** 0 is Sunday. */
export const weekdayOf = (wall: Wall): number => new Date(asUtc(wall)).getUTCDay();

/** The first moment of the day, `days` later. */
export function startOfDay(ms: number, days = 0): number {
  const wall = wallOf(ms);
  return momentOf({ ...wall, day: wall.day + days, hour: 0, minute: 0, second: 0 });
}

const two = (n: number): string => String(n).padStart(2, '0');

/** "2026-11-17" */
export function dateText(ms: number): string {
  const { year, month, day } = wallOf(ms);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** "2026-11-17T22:24:59" */
export function inputText(ms: number): string {
  return `${dateText(ms)}T${clockText(ms)}`;
}

/** undefined where the text is no moment. */
export function fromInput(text: string): number | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number, number];
  const ms = momentOf({ year, month, day, hour, minute, second: Number.isNaN(second) ? 0 : second });
  return Number.isNaN(ms) ? undefined : ms;
}

export const clockOfWall = ({ hour, minute, second }: Wall): string => `${two(hour)}:${two(minute)}:${two(second)}`;

/** "22:24:59" */
export const clockText = (ms: number): string => clockOfWall(wallOf(ms));

/** "UTC+01:00" */
export function offsetText(ms: number, name?: string): string {
  const minutes = Math.round(zoneOffset(ms, name ?? chosen) / 60_000);
  const abs = Math.abs(minutes);
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
}

let system: string | undefined;
/** The computer's own zone, asked once, as the formatters do. */
export const systemZone = (): string => (system ??= Intl.DateTimeFormat().resolvedOptions().timeZone);

/** Browsers list some places under a name that they no longer have; all know both. */
const renamed: Record<string, string> = {
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Godthab': 'America/Nuuk',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
};

/** Every zone the browser knows, UTC included, by name. */
export function zoneNames(): string[] {
  const known = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
  const names = [...known, systemZone(), 'UTC'].map((name) => {
    const now = renamed[name];
    return now !== undefined && isZone(now) ? now : name;
  });
  return sortedByText(new Set(names), (name) => name);
}
