import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt } from '@/test/app';
import { eventLink, list, several, withEvents } from '@/test/events';

const bars = () => screen.findByRole('slider', { name: /^Bars of Events over time/ });
const box = () => document.querySelector<HTMLElement>('.histogram, [class*="histogram"]');
/** Events that are asked for again are answered when a test says so. */
function held(server: ReturnType<typeof withEvents>, total: number): { answer: () => void; asked: () => number } {
  const waiting: (() => void)[] = [];
  server.on('GET /api/v2/events/counts', (call) => new Promise((resolve) => {
    waiting.push(() => {
      resolve({ body: { data: [{ start: new Date(Date.now() - 3_600_000).toISOString(), count: total, stream: 'auditevents' }], meta: { total, width: call.query.get('width') } } });
    });
  }));
  return { answer: () => { waiting.splice(0).forEach((go) => { go(); }); }, asked: () => waiting.length };
}

test('its last bars stay, busy, while they are asked anew', async () => {
  const server = withEvents(several(3));
  const app = openAt('/events?range=7d');
  expect(await screen.findByText(/^Events over time, 3 in all: /)).toBeTruthy();
  await bars();
  expect(box()?.getAttribute('aria-busy')).toBe('false');
  const again = held(server, 5);
  await app.user.click(screen.getByRole('button', { name: 'Refresh' }));
  await waitFor(() => expect(again.asked()).toBe(1));
  expect(screen.getByText(/^Events over time, 3 in all: /)).toBeTruthy();
  expect(box()?.getAttribute('aria-busy')).toBe('true');
  expect(box()?.dataset['stale']).toBe('true');
  again.answer();
  expect(await screen.findByText(/^Events over time, 5 in all: /)).toBeTruthy();
  expect(box()?.getAttribute('aria-busy')).toBe('false');
  // Another filter is another question, and no other place.
  await app.user.click(screen.getAllByTitle('Leave out: Actor is ana@example.test')[0] as HTMLElement);
  await waitFor(() => expect(again.asked()).toBe(1));
  expect(screen.getByText(/^Events over time, 5 in all: /)).toBeTruthy();
  again.answer();
});

test('without events it is empty and keeps its room', async () => {
  withEvents([]);
  openAt('/events?range=all');
  expect(await screen.findByText('Events over time, 0 in all: no events.')).toBeTruthy();
  expect(box()?.textContent).toContain('No events');
});

test('dragging over its bars shows only their time', async () => {
  const server = withEvents(several(3));
  const app = openAt('/events?range=2026-11-01..2026-11-02&action=create');
  const slider = await bars();
  slider.setPointerCapture = () => undefined;
  slider.getBoundingClientRect = () => ({ left: 0, width: 38 + 960 }) as DOMRect;
  const wide = 960 / Number(slider.getAttribute('aria-valuemax'));
  // jsdom's pointer events know no place.
  const pointer = (kind: string, bar: number): void => {
    fireEvent(slider, new MouseEvent(kind, { bubbles: true, clientX: 38 + (bar + 0.5) * wide }));
  };
  pointer('pointerdown', 4);
  pointer('pointermove', 7);
  pointer('pointerup', 7);
  await waitFor(() => expect(app.address()).not.toContain('range=2026-11-01..2026-11-02'));
  const search = new URLSearchParams(app.address().split('?')[1]);
  const [from, to] = (search.get('range') ?? '').split('..').map(Date.parse) as [number, number];
  const step = 86_400_000 / Number(slider.getAttribute('aria-valuemax'));
  expect(to - from).toBe(4 * step);
  expect(from).toBeGreaterThan(Date.parse('2026-11-01'));
  expect(search.get('action')).toBe('create');
  await waitFor(() => {
    expect(list(server).at(-1)?.query.getAll('filter[time]')).toEqual([`>=${new Date(from).toISOString()}`, `<${new Date(to).toISOString()}`]);
  });
});

test('a view of Events is saved under a name, opened again and deleted', async () => {
  let preferences: unknown = { time_zone: 'Europe/Oslo' };
  withEvents(several(1))
    .on('GET /api/v2/user_accounts/u1', () => ({ body: { data: { attributes: { preferences } } }, headers: { etag: '"1"' } }))
    .on('PATCH /api/v2/user_accounts/u1', (call) => {
      ({ preferences } = (call.body as { data: { attributes: { preferences: unknown } } }).data.attributes);
      return { body: {} };
    });
  const app = openAt('/events?range=7d&actor=ana@example.test');
  await eventLink('action-0');
  await app.user.click(screen.getByRole('button', { name: 'Saved views' }));
  await app.user.type(await screen.findByLabelText('Save what is shown as'), 'Ana');
  await app.user.click(screen.getByRole('button', { name: 'Save view' }));
  await waitFor(() => expect(preferences).toEqual({
    time_zone: 'Europe/Oslo',
    saved_filters: [{ area: 'events', name: 'Ana', search: { range: '7d', actor: 'ana@example.test' } }],
  }));
  await app.user.click(await screen.findByRole('button', { name: /^Remove filter: Actor is/ }));
  await waitFor(() => expect(app.address()).toBe('/events?range=7d'));
  await app.user.click(screen.getByRole('button', { name: 'Saved views' }));
  await app.user.click(await screen.findByRole('button', { name: 'Ana' }));
  await waitFor(() => expect(new URLSearchParams(app.address().split('?')[1]).get('actor')).toBe('ana@example.test'));
  await app.user.click(screen.getByRole('button', { name: 'Saved views, Ana is open' }));
  await app.user.click(await screen.findByRole('button', { name: 'Delete view Ana' }));
  await waitFor(() => expect(preferences).toEqual({ time_zone: 'Europe/Oslo', saved_filters: [] }));
});
