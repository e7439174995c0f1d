import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openAt, type TestApp } from '@/test/app';
import { several, withEvents } from '@/test/events';
import { problem, session } from '@/test/server';

/** What the browser was told to download. */
function downloads(): { path: string; name: string }[] {
  const begun: { path: string; name: string }[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    begun.push({ path: this.getAttribute('href') ?? '', name: this.download });
  });
  return begun;
}
afterEach(() => {
  vi.restoreAllMocks();
});

const exported = 'GET /api/v2/events/export';
async function exportAs(app: TestApp, format: string): Promise<void> {
  await app.user.click(await screen.findByRole('button', { name: 'Export' }));
  await app.user.click(await screen.findByRole('menuitem', { name: format }));
}

describe('an export', () => {
  test('is what is shown; the server is asked first, with no event in its answer', async () => {
    const server = withEvents(several(3)).on(exported, { raw: 'time,received_at\r\n' });
    const begun = downloads();
    const app = openAt('/events?action=a%2Cb&range=2026-11-01..2026-11-02');
    await screen.findByText('3 events match');
    await exportAs(app, 'CSV, for a spreadsheet');
    expect(await screen.findByText(/^The download has begun\./)).toBeTruthy();
    const [asked, ...more] = server.asked(exported);
    expect(more).toEqual([]);
    expect(asked?.query.get('page[limit]')).toBe('0');
    expect(begun).toHaveLength(1);
    const url = new URL(begun[0]?.path ?? '', 'http://x');
    expect(url.pathname).toBe('/api/v2/events/export');
    expect(url.searchParams.get('format')).toBe('csv');
    expect(url.searchParams.get('page[limit]')).toBe('3');
    expect(url.searchParams.getAll('filter[action]')).toEqual(['a', 'b']);
    expect(url.searchParams.getAll('filter[time]')).toEqual(['>=2026-11-01T00:00:00.000Z', '<2026-11-02T00:00:00.000Z']);
  });

  test('that the server refuses is told in its sentence, and nothing is downloaded', async () => {
    withEvents(several(1)).on(exported, { status: 429, body: problem('429', 'rate_limited', 'Two exports are running already. Try again when one of them is done.') });
    const begun = downloads();
    const app = openAt('/events');
    await screen.findByText('1 event');
    await exportAs(app, 'JSON lines, with the records');
    expect(await screen.findByText('Nothing was downloaded. Two exports are running already. Try again when one of them is done.')).toBeTruthy();
    expect(begun).toEqual([]);
  });

  test('from a server that is gone is told, and what to do', async () => {
    withEvents(several(1)).on(exported, () => Promise.reject(new TypeError('Failed to fetch')));
    const begun = downloads();
    const app = openAt('/events');
    await screen.findByText('1 event');
    await exportAs(app, 'CSV, for a spreadsheet');
    expect(await screen.findByText(/^Nothing was downloaded\. Picket cannot be reached\. Check your network/)).toBeTruthy();
    expect(begun).toEqual([]);
  });

  test('goes on after a sign-in over the page, where the last one had ended', async () => {
    let expired = true;
    const server = withEvents(several(1))
      .on(exported, () => (expired ? { status: 401, body: problem('401', 'unauthorized', 'Your session has ended.') } : { raw: '' }))
      .on('POST /auth/v0/session', () => {
        expired = false;
        return { body: session };
      });
    const begun = downloads();
    const app = openAt('/events?range=7d');
    await screen.findByText('1 event');
    await exportAs(app, 'JSON lines, with the records');
    const dialog = within(await screen.findByRole('dialog', { name: 'Sign in again' }));
    expect(begun).toEqual([]);
    await app.user.type(dialog.getByLabelText('Password'), 'x');
    await app.user.type(dialog.getByLabelText('One-time code'), '123456');
    await app.user.click(dialog.getByRole('button', { name: 'Sign in' }));
    await waitFor(() => expect(begun).toHaveLength(1));
    expect(begun[0]?.path).toContain('format=jsonl');
    expect(server.asked(exported)).toHaveLength(2);
    expect(app.address()).toBe('/events?range=7d');
  });
});

describe('the exact bytes of a record', () => {
  test('are the browser’s own download, once the server gives them', async () => {
    withEvents(several(1));
    const begun = downloads();
    const app = openAt('/events/e0');
    await app.user.click(await screen.findByRole('button', { name: 'Exact bytes' }));
    await waitFor(() => expect(begun).toEqual([{ path: '/api/v2/events/e0/raw', name: 'e0.json' }]));
  });

  test('that are no more are told', async () => {
    const server = withEvents(several(1));
    const begun = downloads();
    const app = openAt('/events/e0');
    const button = await screen.findByRole('button', { name: 'Exact bytes' });
    server.on('GET /api/v2/events/e0/raw', { status: 404, body: problem('404', 'not_found', 'This event is no more.') });
    await app.user.click(button);
    expect(await screen.findByText('Nothing was downloaded. This event is no more.')).toBeTruthy();
    expect(begun).toEqual([]);
  });
});
