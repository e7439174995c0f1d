import { expect, test } from 'vitest';
import { actionWords, eventTitle, kindWords } from './action';

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

test('a code is said in words, with its target where the target matters; what is not known stays', () => {
  expect(actionWords('itemusages', 'reveal')).toBe('Revealed an item');
  expect(actionWords('auditevents', 'ssotknv')).toBe('Verified an SSO token');
  expect(actionWords('auditevents', 'create')).toBe('Created');
  expect(actionWords('auditevents', 'create', 'vault')).toBe('Created a vault');
  expect(actionWords('auditevents', 'grant')).toBe('Granted vault access');
  expect(actionWords('auditevents', 'create', 'constructor')).toBe('Created');
  expect(actionWords('auditevents', 'suspend', 'user')).toBe('Suspended a user');
  expect(actionWords('auditevents', 'constructor')).toBe('constructor');
  expect(actionWords('elsewhere', 'reveal')).toBe('reveal');
  expect(kindWords('gva')).toBe("Group's access to a vault");
  expect(kindWords('new-kind')).toBe('new-kind');
});
