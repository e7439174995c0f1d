import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { openAt } from '@/test/app';
import { eventLink, makeEvent, several, withEvents } from '@/test/events';
import { problem } from '@/test/server';

describe('the panel', () => {
  test('opens one event at its own address, walks the list by keys, and closes with Esc', async () => {
    withEvents(several(3));
    const app = openAt('/events?range=7d');
    await eventLink('action-0');
    await app.user.keyboard('jj');
    await waitFor(() => {
      expect(document.activeElement?.textContent).toMatch(/ action-1$/);
    });
    await app.user.keyboard('{Enter}');
    const panel = await screen.findByRole('complementary', { name: 'Event' });
    expect(app.address()).toBe('/events/e1?range=7d');
    expect(within(panel).getByText('2 of 3')).toBeTruthy();
    await app.user.keyboard('j');
    expect(await within(panel).findByRole('heading', { name: 'action-2' })).toBeTruthy();
    await app.user.keyboard('[[');
    expect(await within(panel).findByRole('heading', { name: 'action-1' })).toBeTruthy();
    await app.user.keyboard('[[');
    expect(await within(panel).findByRole('heading', { name: 'action-0' })).toBeTruthy();
    expect(within(panel).getByRole('button', { name: 'Previous event' })).toHaveProperty('disabled', true);
    await app.user.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('complementary')).toBeNull();
    });
    expect(app.address()).toBe('/events?range=7d');
  });

  test('shows the record with its numbers as written, OCSF, and what is around', async () => {
    withEvents(several(1));
    const app = openAt('/events/e0');
    const panel = await screen.findByRole('complementary', { name: 'Event' });
    expect(await within(panel).findByText('9007199254740993')).toBeTruthy();
    expect(within(panel).getByText('Sweden (SE)')).toBeTruthy();
    expect(within(panel).getByText('2 s later', { exact: false })).toBeTruthy();
    await app.user.click(within(panel).getByRole('tab', { name: 'OCSF' }));
    expect(await within(panel).findByText('3004')).toBeTruthy();
    await app.user.click(within(panel).getByRole('link', { name: 'This actor' }));
    await waitFor(() => {
      expect(new URLSearchParams(app.address().split('?')[1]).get('actor')).toBe('ana@example.test');
    });
    expect(app.address()).toMatch(/^\/events\/e0\?range=/);
    await app.user.click(within(panel).getByRole('link', { name: 'This address' }));
    await waitFor(() => {
      expect(new URLSearchParams(app.address().split('?')[1]).get('address')).toBe('192.0.2.7');
    });
    const around = new URLSearchParams(app.address().split('?')[1]);
    expect([...around.keys()].sort()).toEqual(['address', 'range']);
    const [from, to] = (around.get('range') ?? '').split('..').map(Date.parse);
    const at = Date.parse(makeEvent(0).attributes.time);
    expect([at - (from ?? 0), (to ?? 0) - at]).toEqual([15 * 60_000, 15 * 60_000]);
    await app.user.click(await within(panel).findByRole('button', { name: 'Leave out this Action' }));
    await waitFor(() => {
      expect(new URLSearchParams(app.address().split('?')[1]).get('action')).toBe('!action-0');
    });
  });

  test("a sign-in says what it is; its filter and its address keep the vendor's word", async () => {
    withEvents([makeEvent(0, { stream: 'signinattempts', action: 'mfa_failed', outcome: 'failure' }), makeEvent(1)]);
    const app = openAt('/events?range=7d');
    await app.user.click(await eventLink('Sign-in: MFA failed'));
    const panel = within(await screen.findByRole('complementary', { name: 'Event' }));
    expect(panel.getByRole('heading', { name: 'Sign-in: MFA failed' })).toBeTruthy();
    expect(document.title).toMatch(/^Sign-in: MFA failed/);
    expect((await panel.findByText('mfa_failed')).closest('dd')?.textContent).toBe('mfa_failed');
    await app.user.click(panel.getByRole('button', { name: 'Show only this Action' }));
    await waitFor(() => {
      expect(new URLSearchParams(app.address().split('?')[1]).get('action')).toBe('mfa_failed');
    });
    expect(await screen.findByTitle('Action is mfa_failed. Change it')).toBeTruthy();
  });

  test('a sign-in says each thing once, and how it went in words; what could not be read is one line', async () => {
    const server = withEvents([
      makeEvent(0, { stream: 'signinattempts', action: 'success' }),
      makeEvent(1, { stream: 'signinattempts', action: null, outcome: 'unknown', actor_email: null, actor_uid: null, source_ip: null, country: null, target: null, unreadable: true }),
    ]);
    server.on('GET /api/v2/events/e0/raw', { raw: '{"category":"success","type":"mfa_ok","details":null}' });
    const app = openAt('/events/e0?range=7d');
    const panel = within(await screen.findByRole('complementary', { name: 'Event' }));
    expect((await panel.findByText('mfa_ok')).parentElement?.textContent).toBe('Second factor accepted mfa_ok');
    expect(panel.getAllByText(/^success$/i)).toHaveLength(1);
    expect(panel.queryByText('Not known')).toBeNull();
    await app.user.keyboard(']');
    expect((await panel.findByText('Not known')).nextElementSibling?.textContent).toBe('action, actor, actor\u2019s ID, address, country, target');
    // Who cannot point at a row's own value finds the way to all such records here.
    await app.user.click(panel.getByRole('button', { name: 'Show only such records' }));
    await waitFor(() => { expect(app.address()).toContain('record=unreadable'); });
    expect(screen.queryByRole('button', { name: 'Show only such records' })).toBeNull();
  });

  test('codes are words, and what only the record knows stands among the fields', async () => {
    const server = withEvents([makeEvent(0, { stream: 'auditevents', action: 'create' }), makeEvent(1, { stream: 'itemusages', action: 'reveal', class_uid: 6003 })]);
    server.on('GET /api/v2/events/e0/raw', { raw: '{"object_type":"gva","actor_details":{"name":"Ana Ruiz"}}' });
    server.on('GET /api/v2/events/e1/raw', { raw: '{"vault_uuid":"VAULT9","client":{"app_name":"1Password CLI"}}' });
    const app = openAt('/events?range=7d');
    await app.user.click(await eventLink('Created'));
    const panel = within(await screen.findByRole('complementary', { name: 'Event' }));
    expect(await panel.findByRole('heading', { name: "Created a group's access to a vault" })).toBeTruthy();
    await panel.findByText('Ana Ruiz');
    const value = (label: string): string | null | undefined => panel.getByText(label).closest('dt')?.parentElement?.querySelector('dd > span')?.textContent;
    expect([value('Action'), value('Target'), value("Actor's name"), value('Kind of event')]).toEqual([
      'create', "vault-1 Group's access to a vault", 'Ana Ruiz', 'Change',
    ]);
    expect(value('1Password event ID')).toBe('V0');
    expect(panel.queryByText('Vault')).toBeNull();
    expect(screen.getByTitle('Show only: Action is Revealed an item (reveal)').textContent).toBe('Revealed an item');
    await app.user.keyboard(']');
    await panel.findByText('VAULT9');
    expect([value('Target'), value('App'), value("Actor's name"), value('Kind of event')]).toEqual(['vault-1 Item', '1Password CLI', '–', 'Use of an API']);
  });

  test('the next event begins at its title', async () => {
    withEvents(several(2));
    const app = openAt('/events?range=7d');
    await app.user.click(await eventLink('action-0'));
    const panel = await screen.findByRole('complementary', { name: 'Event' });
    expect(await within(panel).findByRole('tab', { name: 'As received' })).toBeTruthy();
    const scroller = within(panel).getByRole('heading', { name: 'action-0' }).parentElement?.parentElement as HTMLElement;
    scroller.scrollTop = 300;
    fireEvent.scroll(scroller);
    await app.user.keyboard(']');
    expect(await within(panel).findByRole('heading', { name: 'action-1' })).toBeTruthy();
    expect(scroller.isConnected).toBe(true);
    expect(scroller.scrollTop).toBe(0);
  });

  test("the next event is shown in the same form, and never with the record before it", async () => {
    const server = withEvents(several(2));
    const answer: { second?: () => void } = {};
    server.on('GET /api/v2/events/e0/raw', { raw: '{"mark":"of the first"}' });
    server.on('GET /api/v2/events/e1/raw', () => new Promise((done) => {
      answer.second = () => {
        done({ raw: '{"mark":"of the second"}' });
      };
    }));
    const app = openAt('/events?range=7d');
    await app.user.click(await eventLink('action-0'));
    const panel = within(await screen.findByRole('complementary', { name: 'Event' }));
    expect(await panel.findByText(/of the first/)).toBeTruthy();
    await app.user.keyboard(']');
    await waitFor(() => {
      expect(panel.queryByText(/of the first/)).toBeNull();
    });
    answer.second?.();
    expect(await panel.findByText(/of the second/)).toBeTruthy();
    await app.user.click(panel.getByRole('tab', { name: 'OCSF' }));
    expect(await panel.findByText('3004')).toBeTruthy();
    await app.user.keyboard('[[');
    expect(await panel.findByRole('heading', { name: 'action-0' })).toBeTruthy();
    expect(panel.getByRole('tab', { name: 'OCSF', selected: true })).toBeTruthy();
    expect(await panel.findByText('3004')).toBeTruthy();
  });

  test('a long record is fetched in part, and the rest when asked', async () => {
    const server = withEvents(several(1));
    const long = JSON.stringify({ text: 'x'.repeat(5 * 1024 * 1024) });
    server.on('GET /api/v2/events/e0/raw', { raw: long, headers: { 'content-length': String(long.length) } });
    const { user } = openAt('/events/e0');
    const panel = await screen.findByRole('complementary', { name: 'Event' });
    expect(await within(panel).findByText('This record is long')).toBeTruthy();
    expect(within(panel).getByText(/The first 256 KiB/).textContent).toContain('of 5.0 MiB');
    expect(panel.textContent.length).toBeLessThan(60_000);
    expect(within(panel).getByRole('button', { name: 'Exact bytes' })).toBeTruthy();
    expect(within(panel).getByRole('button', { name: 'Show up to 2.0 MiB' })).toBeTruthy();
    await user.click(within(panel).getByRole('button', { name: 'Copy the record' }));
    expect(await screen.findByText('Copied the record.')).toBeTruthy();
    expect((await navigator.clipboard.readText()) === long).toBe(true);
    server.on('GET /api/v2/events/e0/raw', { status: 404, body: problem('404', 'not_found', 'This event is no more.') });
    await user.click(within(panel).getByRole('button', { name: 'Copy the record' }));
    expect(await screen.findByText('Nothing was copied. This event is no more.')).toBeTruthy();
  });

  test('versions tell what changed', async () => {
    const server = withEvents([makeEvent(0, { versions: 2 })]);
    server.on('GET /api/v2/events/e0/versions', {
      body: { data: [{ received_at: '2026-11-01T10:00:00.000Z', raw: { a: 1, b: 2 } }, { received_at: '2026-11-02T10:00:00.000Z', raw: { a: 1, b: 3 } }] },
    });
    const app = openAt('/events/e0');
    await app.user.click(await screen.findByRole('tab', { name: '2 versions' }));
    expect(await screen.findByRole('row', { name: 'b 2 3' })).toBeTruthy();
  });

  test('an event that is gone is said so', async () => {
    withEvents(several(1));
    openAt('/events/nothing');
    expect(await screen.findByText('This event does not exist')).toBeTruthy();
  });
});
