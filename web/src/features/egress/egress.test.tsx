import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt } from '@/test/app';
import { session, signedIn } from '@/test/server';

const withAddresses = (egress_addresses: string[]) => ({ body: { ...session, server: { ...session.server, egress_addresses } } });

test('every address can be copied for a vendor’s allow list', async () => {
  signedIn([]).on('GET /auth/v0/session', withAddresses(['203.0.113.7', '2001:db8::8']));
  const app = openAt('/settings/egress-addresses');
  await screen.findByRole('heading', { name: 'Egress addresses' });
  expect(within(screen.getByRole('main')).getAllByRole('listitem').map((item) => item.textContent)).toEqual(['203.0.113.7', '2001:db8::8']);
  await app.user.click(screen.getByRole('button', { name: 'Copy 2001:db8::8' }));
  expect(await navigator.clipboard.readText()).toBe('2001:db8::8');
});

test('where none are set it says who sets them, and how; the rail leads there all the same', async () => {
  signedIn([]).on('GET /auth/v0/session', withAddresses([]));
  openAt('/settings/egress-addresses');
  await screen.findByRole('heading', { name: 'None are set' });
  expect(screen.getByText(/^egress_addresses = \[/)).toBeTruthy();
  const rail = within(screen.getByRole('navigation', { name: 'Main' }));
  expect(rail.getByRole('link', { name: 'Egress addresses' }).getAttribute('aria-current')).toBe('page');
  expect(within(screen.getByRole('main')).queryAllByRole('listitem')).toEqual([]);
});
