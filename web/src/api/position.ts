/**
 * Where the live feed stood before this page first read anything, as the server's answers tell. A feed that begins there leaves no gap between
 * what was read and what is told. Place: `api/client` notes it, `data/live` begins with it.
 */
let first: { epoch: string; number: number } | null = null;

function parse(position: string): { epoch: string; number: number } | null {
  const at = position.lastIndexOf('-');
  const number = Number(position.slice(at + 1));
  return at > 0 && Number.isSafeInteger(number) ? { epoch: position.slice(0, at), number } : null;
}

/** The server's process; what follows it stands for the organization. */
const processOf = (epoch: string): string => epoch.slice(0, Math.max(0, epoch.indexOf('.')));

/**
 * Of answers that come in any order the least counts. What another process of the server says later is no earlier place; another organization's
 * begins anew.
 */
export function notePosition(position: string | null): void {
  const told = position === null ? null : parse(position);
  if (told === null) return;
  const other = first !== null && first.epoch !== told.epoch;
  if (first === null || (other ? processOf(first.epoch) === processOf(told.epoch) : told.number < first.number)) first = told;
}

export const firstPosition = (): string | null => (first === null ? null : `${first.epoch}-${String(first.number)}`);

/** Whether this message came after that position; also where nobody can tell. */
export function isAfter(message: string, position: string | null): boolean {
  const [a, b] = [parse(message), position === null ? null : parse(position)];
  return a === null || b === null || a.epoch !== b.epoch || a.number > b.number;
}
