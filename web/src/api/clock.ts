/** The server's clock as seen from here, so that "40 s ago" is right on a computer whose clock is wrong. */
let offsetMs = 0;

export function learnServerTime(iso: string): void {
  const server = Date.parse(iso);
  // A second or two is the way there and back, not a wrong clock.
  if (!Number.isNaN(server)) offsetMs = Math.abs(server - Date.now()) < 2000 ? 0 : server - Date.now();
}

export function serverNow(): number {
  return serverTime(Date.now());
}

/** The server's time at a moment of this browser's clock, in milliseconds. */
export function serverTime(local: number): number {
  return local + offsetMs;
}
