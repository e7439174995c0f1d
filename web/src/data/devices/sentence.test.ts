import { expect, test } from 'vitest';
import { faultFirst } from './sentence';

test('a sentence that is cut begins with the fault', () => {
  expect(faultFirst('Receiving item usage and sign-in attempts. Audit events: 1Password asked to wait until 09:03 UTC.')).toBe(
    'Audit events: 1Password asked to wait until 09:03 UTC. Receiving item usage and sign-in attempts.',
  );
  expect(faultFirst('Receiving. Newest event 67 min ago. The token expires in 11 days, on 11 Dec 07:08 UTC. Issue a new one and replace it here.')).toBe(
    'The token expires in 11 days, on 11 Dec 07:08 UTC. Issue a new one and replace it here. Receiving. Newest event 67 min ago.',
  );
  expect(faultFirst('Reading history: Fri 27 Nov 11:14 UTC, 62 %. New events follow when it is done. The token expires in 3 days.')).toMatch(/^The token expires/);
  expect(faultFirst('Receiving audit events and sign-in attempts. Item usage is missing: the token does not include it.')).toMatch(/^Item usage is missing/);
});

test('any other sentence stays as it is', () => {
  for (const sentence of [
    'Receiving. Newest event 40 s ago.',
    'Receiving. The newest event is dated 3 min in the future.',
    'Connected. No new events for 25 min, normal for this hour.',
    'Connected. No events yet.',
    'Connected, but silent for 6 h; a Sunday like this brings about 40 events.',
    'Reading history: 3 Nov 14:00 UTC, 62 %, about 4 min left. New events follow when it is done.',
    'The token belongs to events.1password.eu, the device asks events.1password.com.',
    '',
  ])
    expect(faultFirst(sentence)).toBe(sentence);
});
