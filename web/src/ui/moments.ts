/** Sentences of the server name moments by UTC's clock; people read them by their own. */
import { serverNow } from '@/api/clock';
import { startOfDay, type Wall, wallOf } from './zone';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** As `docs/api.md` says that sentences write them: "09:12 UTC", "Tue 24 Nov 09:12 UTC", "24 Nov 2025 09:12 UTC". */
const written = /(?:((?:Sun|Mon|Tue|Wed|Thu|Fri|Sat) )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)( \d{4})? )?\b([01]\d|2[0-3]):([0-5]\d) UTC\b/g;
const dayMs = 24 * 60 * 60 * 1000;
const two = (n: number): string => String(n).padStart(2, '0');

const dayOf = (wall: Wall): string => days[new Date(Date.UTC(wall.year, wall.month - 1, wall.day)).getUTCDay()] ?? '';

/** A clock without a date is within a day of when it was said. */
function nearest(hour: number, minute: number, said: number): number {
  const today = new Date(said);
  const at = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate(), hour, minute);
  return [at - dayMs, at, at + dayMs].reduce((best, one) => (Math.abs(one - said) < Math.abs(best - said) ? one : best));
}

/** As people read a sentence of the server: moments by their own clock, a number and its percent sign on one line. */
export const told = (sentence: string, said?: number): string => inZone(sentence, said).replace(/(\d) %/g, '$1\u00a0%');

/** The sentence with its moments on the person's wall clock. `said`: when it was said, for what is left out of a date. */
export function inZone(sentence: string, said: number = serverNow()): string {
  if (!sentence.includes(' UTC')) return sentence;
  return sentence.replace(written, (...parts: (string | undefined)[]) => {
    const [, weekday, day, month, year, hour, minute] = parts;
    if (day === undefined || month === undefined) {
      const at = nearest(Number(hour), Number(minute), said);
      const wall = wallOf(at);
      const clock = `${two(wall.hour)}:${two(wall.minute)}`;
      // The same day by UTC may be another one here: without its name a clock would be taken for today's.
      return startOfDay(at) === startOfDay(said) ? clock : `${dayOf(wall)} ${clock}`;
    }
    const at = Date.UTC(Number(year ?? new Date(said).getUTCFullYear()), months.indexOf(month), Number(day), Number(hour), Number(minute));
    const wall = wallOf(at);
    return `${weekday === undefined ? '' : `${dayOf(wall)} `}${String(wall.day)} ${months[wall.month - 1] ?? ''}${year === undefined ? '' : ` ${String(wall.year)}`} ${two(wall.hour)}:${two(wall.minute)}`;
  });
}
