import { act, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { openAt } from '@/test/app';
import { three } from '@/test/devices';
import { signedIn } from '@/test/server';
import { FakeEventSource } from '@/test/setup';

const waiting = vi.hoisted(() => new Set<() => void>());
vi.mock('@/api/secondFrame', () => ({
  secondFrame: (then: () => void) => {
    waiting.add(then);
    return () => waiting.delete(then);
  },
}));
const paint = (): void => {
  act(() => {
    const due = [...waiting];
    waiting.clear();
    for (const then of due) then();
  });
};

test('rows are seen before the tools above them, and the live feed waits for neither', async () => {
  signedIn(three());
  const app = openAt('/settings/security-devices');
  const row = await screen.findByRole('link', { name: 'Alpha' });
  const bar = screen.getByRole('banner');
  expect(screen.queryByRole('searchbox')).toBeNull();
  expect(bar.querySelector('button')).toBeNull();
  expect(FakeEventSource.all).toHaveLength(1);
  paint();
  const search = screen.getByRole('searchbox', { name: 'Search devices' });
  const follows = (a: Element, b: Element): boolean => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  expect(follows(search, row)).toBe(true);
  expect(follows(screen.getByRole('button', { name: /^Profile of / }), search)).toBe(true);
  await app.user.keyboard('/');
  expect(document.activeElement).toBe(search);
  search.blur();
  await app.user.keyboard('f');
  expect(await screen.findByRole('dialog', { name: 'Filter' })).toBeTruthy();
  await app.user.keyboard('{Escape}{Control>}k{/Control}');
  expect(await screen.findByRole('dialog', { name: 'Search and commands' })).toBeTruthy();
  expect(FakeEventSource.all).toHaveLength(1);
});
