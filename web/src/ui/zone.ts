/** Wall clocks: what a moment is called in the person's time zone, and back. */

export interface Wall {
  year: number;
  /** 1 to 12 */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** The moment's name on this browser's wall clock. */
export function wallOf(ms: number): Wall {
  const at = new Date(ms);
  return {
    year: at.getFullYear(),
    month: at.getMonth() + 1,
    day: at.getDate(),
    hour: at.getHours(),
    minute: at.getMinutes(),
    second: at.getSeconds(),
  };
}

/** The moment that a wall clock shows so. Days and months may overflow: the 32nd is the 1st of the next month. */
export function momentOf(wall: Wall): number {
  const at = new Date(2000, 0, 1, wall.hour, wall.minute, wall.second);
  at.setFullYear(wall.year, wall.month - 1, wall.day);
  return at.getTime();
}

/** The first moment of the day, `days` later. */
export function startOfDay(ms: number, days = 0): number {
  const wall = wallOf(ms);
  return momentOf({ ...wall, day: wall.day + days, hour: 0, minute: 0, second: 0 });
}

const two = (n: number): string => String(n).padStart(2, '0');

/** As `<input type="datetime-local">` wants it. */
export function inputText(ms: number): string {
  const { year, month, day, hour, minute, second } = wallOf(ms);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
}

/** undefined where the text is no moment. */
export function fromInput(text: string): number | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number, number];
  const ms = momentOf({ year, month, day, hour, minute, second: Number.isNaN(second) ? 0 : second });
  return Number.isNaN(ms) ? undefined : ms;
}

/** "22:24:59" */
export function clockText(ms: number): string {
  const { hour, minute, second } = wallOf(ms);
  return `${two(hour)}:${two(minute)}:${two(second)}`;
}
