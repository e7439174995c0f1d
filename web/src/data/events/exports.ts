import { firstBytes } from '@/api/stream';
import { rawPath } from './events';
import { exportPath } from './query';
import type { EventWindow } from './types';

/**
 * What the browser downloads by itself tells the console nothing: neither that the sign-in had ended, nor that the server refused. So the same
 * question is put through the console's own door first. Both reject with a sentence, and an ended sign-in is mended on the way.
 */

/** Whether an export would begin now: admitted as one, it brings its head and no event. */
export async function askExport(asked: EventWindow, format: 'csv' | 'jsonl'): Promise<void> {
  await firstBytes(exportPath(asked, format, 0), Infinity, new AbortController().signal);
}

/** Whether the record can be had; none of it is read. */
export async function askRaw(id: string): Promise<void> {
  await firstBytes(rawPath(id), 0, new AbortController().signal);
}
