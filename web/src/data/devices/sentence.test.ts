import { expect, test } from 'vitest';
import { makeDevice } from '@/test/server';
import { faultFirst } from './sentence';

type Details = NonNullable<Parameters<typeof faultFirst>[0]>;

/** A device whose streams say these things. */
function details(sentence: string, streams: [Details['streams'][number]['level'], string, string][]): Details {
  const [stream] = makeDevice('a', 'a').attributes.status_details?.streams ?? [];
  if (!stream) throw new Error('no stream');
  return { level: 'warning', code: 'retrying', sentence, since: '2026-11-22T08:00:00Z', streams: streams.map(([level, title, told]) => ({ ...stream, level, title, sentence: told })) };
}

test('where some streams work, a sentence that is cut begins with the one that does not', () => {
  const limited = 'Receiving item usage and sign-in attempts. Audit events: 1Password asked to wait until 09:03 UTC.';
  expect(faultFirst(details(limited, [['ok', 'Item usage', 'Receiving.'], ['warning', 'Audit events', '1Password asked to wait until 09:03 UTC.']]))).toBe(
    'Audit events: 1Password asked to wait until 09:03 UTC.',
  );
  const missing = 'Receiving audit events. Item usage is missing: the token does not include it.';
  expect(faultFirst(details(missing, [['ok', 'Audit events', 'Receiving.'], ['warning', 'Item usage', 'Item usage is missing: the token does not include it.']]))).toBe(
    'Item usage is missing: the token does not include it.',
  );
  expect(faultFirst(details(limited, [['warning', 'Item usage', 'Slow.'], ['error', 'Audit events', 'Gone.'], ['ok', 'Sign-in attempts', 'Receiving.']]))).toBe('Audit events: Gone.');
});

test('what all streams or none say stays the sentence of the device', () => {
  const sentence = 'Not authorised since 09:12 UTC.';
  expect(faultFirst(details(sentence, [['error', 'Item usage', sentence], ['error', 'Audit events', sentence]]))).toBe(sentence);
  expect(faultFirst(details('Receiving.', [['ok', 'Item usage', 'Receiving.'], ['ok', 'Audit events', 'Receiving.']]))).toBe('Receiving.');
  expect(faultFirst(details('Verifying.', []))).toBe('Verifying.');
  expect(faultFirst(null)).toBe('');
});

