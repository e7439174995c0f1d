import { screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { StandIn } from '@/gallery/server';
import { answersFor } from '@/gallery/world';
import { glossary } from '@/glossary';
import { openAt } from '@/test/app';

// A picture outside of the console's folder, which no label needs.
vi.mock('../../../connectors/onepassword/logo.svg?url', () => ({ default: '' }));

/** Words that say all there is to say, beside which a tooltip would only repeat them. */
const plain = new Set([
  // Of a rule.
  'Author', 'References', 'Used by',
  // Of a device.
  'Name', 'Reason', 'Token issued', 'Token stored', 'Created', 'Updated',
  // Of its rules: a title on hover says what they count.
  'Rule', '24 h', '7 days', '30 days', 'Last match',
  // Of its polls.
  'Started', 'Took', 'Events', 'Size',
]);

interface Shown {
  name: string;
  address: string;
  /** What is there when the last of its labels is. */
  whole: () => Promise<unknown>;
}

const panel = (text: string | RegExp) => () => screen.findAllByText(text);
const shown: Shown[] = [
  { name: 'Events', address: '/events?range=7d', whole: () => screen.findByRole('columnheader', { name: 'Device' }) },
  // One event of each stream: the fields of records differ.
  { name: 'an audit event', address: '/events/e0?range=7d', whole: panel('Picket event ID') },
  { name: 'an event of an item', address: '/events/e1?range=7d', whole: panel('Vault') },
  { name: 'a sign-in', address: '/events/e2?range=7d', whole: panel('App') },
  { name: 'Detections', address: '/detections', whole: () => screen.findByRole('columnheader', { name: /Cost/ }) },
  { name: 'a rule', address: '/detections/r-export', whole: () => screen.findByRole('table', { name: 'Recent matches' }) },
  { name: 'a device', address: '/settings/security-devices/d-receiving', whole: () => Promise.all([screen.findByRole('table', { name: 'Rules that matched on this device' }), screen.findAllByText('GUID')]) },
];

test.each(shown)('every heading of a table and every label of a field is a word of the glossary: $name', async ({ address, whole }) => {
  new StandIn(answersFor()).install();
  openAt(address);
  await whole();
  await waitFor(() => expect(document.querySelectorAll('[aria-busy="true"]')).toHaveLength(0));
  const labels = [...document.querySelectorAll('thead th, dt')];
  expect(labels.length).toBeGreaterThan(4);
  const unexplained = labels.filter((label) => {
    const key = (label.closest('[data-meaning]') ?? label.querySelector('[data-meaning]'))?.getAttribute('data-meaning');
    return key === undefined || key === null ? !plain.has(label.textContent) : !Object.hasOwn(glossary, key);
  });
  expect(unexplained.map((label) => label.textContent)).toEqual([]);
});
