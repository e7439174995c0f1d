/** Tells whoever watches that events have come in. The live feed calls it; the list of events listens. */

export interface Arrival {
  deviceId: string;
  stream: string;
}

/** null: something may have been missed, anything may have come. */
type Listener = (arrivals: Arrival[] | null) => void;

const listeners = new Set<Listener>();

export function tellArrivals(arrivals: Arrival[] | null): void {
  for (const listener of listeners) listener(arrivals);
}

export function onArrivals(listener: Listener): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
