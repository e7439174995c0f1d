import { openStream, unreachable } from './client';

export interface ServerEvent {
  event: string;
  data: string;
}

/** The most that one message may hold before its end: a server gone wrong must not fill the memory. */
const longestMessage = 64 * 1024 * 1024;

/** Cuts a text that arrives in pieces into server-sent events. */
export class EventParser {
  private rest = '';

  push(piece: string): ServerEvent[] {
    this.rest += piece;
    const messages = this.rest.split(/\r?\n\r?\n/);
    this.rest = messages.pop() ?? '';
    if (this.rest.length > longestMessage) throw unreachable();
    return messages.flatMap((message) => {
      let event = 'message';
      const data: string[] = [];
      for (const line of message.split(/\r?\n/)) {
        if (line.startsWith('event:')) event = line.slice(6).trim();
        else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
      }
      return data.length === 0 ? [] : [{ event, data: data.join('\n') }];
    });
  }
}

/**
 * Server-sent events of one request: a GET, or a POST where it has a body. Unlike EventSource it never connects again by itself; leaving
 * the loop ends it.
 */
export async function* serverEvents(path: string, signal: AbortSignal, body?: unknown): AsyncGenerator<ServerEvent> {
  const response = await openStream(path, 'text/event-stream', signal, body);
  const reader = response.body?.getReader();
  if (!reader) return;
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      let piece: ReadableStreamReadResult<Uint8Array>;
      try {
        piece = await reader.read();
      } catch (error) {
        if (signal.aborted) throw error;
        throw unreachable();
      }
      if (piece.done) return;
      yield* parser.push(decoder.decode(piece.value, { stream: true }));
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

export interface Bytes {
  text: string;
  /** Bytes read so far; the text may end in the middle of the record. */
  read: number;
  /** Of the whole, where the server tells. */
  size: number | null;
  complete: boolean;
}

/** The beginning of an answer as text, at most `limit` bytes of it; the rest is not fetched. */
export async function firstBytes(path: string, limit: number, signal: AbortSignal): Promise<Bytes> {
  const response = await openStream(path, '*/*', signal);
  const reader = response.body?.getReader();
  if (!reader) return { text: '', read: 0, size: 0, complete: true };
  const told = response.headers.get('content-encoding') === null ? response.headers.get('content-length') : null;
  const size = told === null ? null : Number(told);
  const decoder = new TextDecoder();
  let text = '';
  let read = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { text: text + decoder.decode(), read, size, complete: true };
      const kept = value.subarray(0, Math.max(0, limit - read));
      read += kept.length;
      text += decoder.decode(kept, { stream: true });
      if (kept.length < value.length) return { text, read, size, complete: false };
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw unreachable();
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
