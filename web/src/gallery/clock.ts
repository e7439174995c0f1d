/** A Tuesday, late in the morning of a working day: what the gallery takes for now. */
export const now = Date.parse('2026-11-24T10:24:36.000Z');

let passed = 0;

/** Lets time pass at once, for what is shown only after a while. */
export function advance(ms: number): void {
  passed += ms;
}

export const ago = (ms: number): string => new Date(now - ms).toISOString();

/** From here on it is always the same moment, so that a picture differs from the last only where the console does. Timers still run. */
export function stopTheClock(): void {
  const Running = Date;
  class Stopped extends Running {
    constructor(...given: [] | ConstructorParameters<DateConstructor>) {
      if (given.length === 0) super(now + passed);
      else super(...given);
    }
    static override now(): number {
      return now + passed;
    }
  }
  globalThis.Date = Stopped as DateConstructor;
}
