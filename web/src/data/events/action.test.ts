import { expect, test } from 'vitest';
import { actionWords, eventTitle } from './action';

test('what a record says only by how it went, is said with what went so', () => {
  expect(actionWords('signinattempts', 'success')).toBe('Sign-in: success');
  expect(actionWords('signinattempts', 'mfa_failed')).toBe('Sign-in: MFA failed');
  expect(actionWords('auditevents', 'join_mfa')).toBe('join_mfa');
  expect(actionWords(null, 'success')).toBe('success');
});

test('an event without an action says why', () => {
  const named = { stream: 'signinattempts', action: 'credentials_failed', unreadable: false };
  expect(eventTitle(named)).toBe('Sign-in: credentials failed');
  expect(eventTitle({ ...named, action: null })).toBe('No action named');
  expect(eventTitle({ ...named, action: null, unreadable: true })).toBe('Unreadable record');
});
