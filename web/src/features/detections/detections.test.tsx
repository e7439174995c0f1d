import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DetectionRule } from '@/api/types';
import { checked, own, rules, ruleText } from '@/gallery/rules';
import { openAt, type TestApp } from '@/test/app';
import { problem, signedIn, type TestServer } from '@/test/server';
import { quoted } from '@/ui/announce';
import { dayTime } from '@/ui/timeText';

const list = 'GET /api/v2/detection_rules';
const at = (id: string) => `/api/v2/detection_rules/${encodeURIComponent(id)}`;
const backtests = 'POST /api/v2/detection_backtests';
const paged = (data: unknown[]) => ({ body: { data, meta: { page: { offset: 0, limit: 1000, total: data.length } }, links: {} } });

/** A server with these rules, each with a text and without matches. */
function withRules(all: DetectionRule[] = rules): TestServer {
  const server = signedIn([]).on(list, paged(all));
  for (const rule of all) {
    const whole = { ...rule, attributes: { ...rule.attributes, text: ruleText, words: 'Matches when action is "export".', examples: { matching: [], not_matching: [] }, inputs: [], used_by: [] } };
    server
      .on(`GET ${at(rule.id)}`, { body: { data: whole }, headers: { etag: '"7"' } })
      .on(`GET ${at(rule.id)}/matches`, paged([]))
      .on(`GET ${at(rule.id)}/counts`, { body: { data: [], meta: { total: 0, width: 'day' } } })
      .on(`GET ${at(rule.id)}/histories`, paged([]));
  }
  return server;
}
const titles = (): string[] => within(screen.getByRole('table', { name: 'Rules' })).getAllByRole('rowheader').map((one) => one.textContent);
async function openRule(id: string): Promise<TestApp> {
  const app = openAt(`/detections/${id}`);
  await screen.findByText('Matches when action is "export".');
  return app;
}

describe('the list of rules', () => {
  test('search, filters and sort stand in the address, and come out of it', async () => {
    withRules();
    const app = openAt('/detections?level=high,medium&sort=title');
    await screen.findByRole('link', { name: 'Vault exported' });
    expect(titles()).toEqual(['Never matched', 'Vault exported', 'Vault read in the night']);
    await app.user.type(screen.getByRole('searchbox', { name: 'Search rules' }), 't1567 vault');
    await waitFor(() => expect(titles()).toEqual(['Vault exported', 'Vault read in the night']));
    expect(new URLSearchParams(app.address().split('?')[1]).get('q')).toBe('t1567 vault');
    await app.user.click(within(screen.getByRole('columnheader', { name: 'Rule' })).getByRole('button'));
    await waitFor(() => expect(titles()).toEqual(['Vault read in the night', 'Vault exported']));
    expect(app.address()).toContain('sort=-title');
    expect(screen.getByText('2 of 7 rules')).toBeTruthy();
  });

  test('a technology has its own name in the list, the chip of its filter and the panel; the address has the word of the rules', async () => {
    withRules();
    const app = openAt('/detections/r-export?technology=onepassword');
    const panel = within(await screen.findByRole('complementary', { name: 'Vault exported' }));
    expect(panel.getByText('1Password / Audit events')).toBeTruthy();
    // The name of a state is there for a screen reader also where only its icon has room.
    expect(within(screen.getByRole('table', { name: 'Rules' })).getAllByTitle('Running')[0]?.textContent).toBe('Running');
    expect(screen.getByTitle(/^Technology is 1Password/)).toBeTruthy();
    const row = screen.getByRole('link', { name: 'Vault exported' }).closest('tr') as HTMLElement;
    expect(within(row).getByText('1Password')).toBeTruthy();
    expect(app.address()).toContain('technology=onepassword');
  });

  test('a title that begins with its technology has room for the rest, and is whole for a screen reader', async () => {
    withRules([{ ...rules[0], id: 'r-long', attributes: { ...rules[0]?.attributes, title: '1Password Vault Exported' } } as DetectionRule]);
    openAt('/detections');
    const link = await screen.findByRole('link', { name: '1Password Vault Exported' });
    expect(link.querySelector('.pk-hidden')?.textContent).toBe('1Password ');
  });

  test('a rule that filters narrow says so in the list; its panel says which, and leads to those written here', async () => {
    withRules();
    openAt('/detections/r-base');
    const panel = within(await screen.findByRole('complementary', { name: 'Sign-in with wrong credentials' }));
    expect(panel.getByRole('link', { name: 'The nightly backup' }).getAttribute('href')).toBe('/detections/write/o-backup');
    expect(panel.getByText('Known robots')).toBeTruthy();
    expect(panel.getByText('/etc/picket/rules/filters/robots.yml, line 12')).toBeTruthy();
    const [tag, ...others] = screen.getAllByText('filtered');
    expect(others).toEqual([]);
    expect(tag?.parentElement?.dataset['moment']).toBe('Narrowed by 2 filters: The nightly backup, Known robots. Filters take matches away from the rule.');
    expect(tag?.closest('tr')?.textContent).toContain('Sign-in with wrong credentials');
  });

  test('how many rules are in which state, each a filter that is taken back by the same click', async () => {
    withRules();
    const app = openAt('/detections?level=!high');
    const counts = within(await screen.findByRole('group', { name: 'Rules by state' }));
    await screen.findByRole('link', { name: 'Never matched' });
    expect(counts.getAllByRole('button').map((one) => one.textContent)).toEqual(['1 broken', '1 new', '1 off', '4 running']);
    await app.user.click(counts.getByRole('button', { name: '1 broken' }));
    await waitFor(() => expect(titles()).toEqual(['not-a-rule.yml']));
    expect(app.address()).toContain('state=broken');
    expect(app.address()).toContain('level=');
    expect(counts.getByRole('button', { name: '1 broken' }).getAttribute('aria-pressed')).toBe('true');
    await app.user.click(counts.getByRole('button', { name: '1 broken' }));
    await waitFor(() => expect(app.address()).not.toContain('state='));
  });

  test('what nothing fits, what is not there yet and what failed each say so, with a way on', async () => {
    const server = withRules();
    const app = openAt('/detections?q=zzz');
    expect(await screen.findByText('None of 7 rules fits this search.')).toBeTruthy();
    await app.user.click(await screen.findByRole('button', { name: 'Show all rules' }));
    expect(await screen.findByRole('link', { name: 'Vault exported' })).toBeTruthy();
    expect(app.address()).toBe('/detections');
    cleanup();
    server.on(list, { status: 403, body: problem('403', 'forbidden', 'Your role does not include reading rules.') });
    openAt('/detections');
    expect(await screen.findByText(/Your role does not include reading rules\./)).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'Write a rule' })).toBeNull();
    expect(screen.queryByText(/\d rules/)).toBeNull();
  });
});

test('a view of the rules is saved under a name, opened again and deleted', async () => {
  let preferences: unknown = { time_zone: 'Europe/Oslo', saved_filters: [] };
  withRules()
    .on('GET /api/v2/user_accounts/u1', () => ({ body: { data: { attributes: { preferences } } }, headers: { etag: '"1"' } }))
    .on('PATCH /api/v2/user_accounts/u1', (call) => {
      ({ preferences } = (call.body as { data: { attributes: { preferences: unknown } } }).data.attributes);
      return { body: {} };
    });
  const app = openAt('/detections?level=high&q=vault&sort=title');
  await screen.findByRole('link', { name: 'Vault exported' });
  await app.user.click(screen.getByRole('button', { name: 'Saved views' }));
  await app.user.type(await screen.findByLabelText('Save what is shown as'), 'Vaults');
  await app.user.click(screen.getByRole('button', { name: 'Save view' }));
  await waitFor(() => expect(preferences).toMatchObject({ saved_filters: [{ area: 'detections', name: 'Vaults', search: { level: 'high', q: 'vault', sort: 'title' } }] }));
  await app.user.click(await screen.findByRole('button', { name: 'Remove filter: Level is High' }));
  await waitFor(() => expect(app.address()).not.toContain('level='));
  await app.user.click(screen.getByRole('button', { name: 'Saved views' }));
  await app.user.click(await screen.findByRole('button', { name: 'Vaults' }));
  await waitFor(() => expect(Object.fromEntries(new URLSearchParams(app.address().split('?')[1]))).toEqual({ level: 'high', q: 'vault', sort: 'title' }));
  await app.user.click(screen.getByRole('button', { name: 'Saved views, Vaults is open' }));
  await app.user.click(await screen.findByRole('button', { name: 'Delete view Vaults' }));
  await waitFor(() => expect(preferences).toEqual({ time_zone: 'Europe/Oslo', saved_filters: [] }));
});

describe('switching a rule', () => {
  async function switchOff(app: TestApp, reason: string): Promise<void> {
    await app.user.click(screen.getByRole('button', { name: 'Switch off' }));
    await app.user.type(screen.getByRole('textbox', { name: /Why switch it off/ }), reason);
    await app.user.click(screen.getByRole('button', { name: 'Switch off' }));
  }

  test('off only with a reason; on the version that was seen', async () => {
    const server = withRules().on(`PATCH ${at('r-export')}`, (call) => ({
      body: { data: { ...rules[0], attributes: { ...rules[0]?.attributes, state: 'off', enabled: false, reason: (call.body as { data: { attributes: { reason: string } } }).data.attributes.reason } } },
    }));
    const app = await openRule('r-export');
    await app.user.click(screen.getByRole('button', { name: 'Switch off' }));
    await app.user.click(screen.getByRole('button', { name: 'Switch off' }));
    const field = screen.getByRole('textbox', { name: /Why switch it off/ });
    expect(document.activeElement).toBe(field);
    expect(screen.getByText(/^Give a reason/)).toBeTruthy();
    expect(server.asked(`PATCH ${at('r-export')}`)).toHaveLength(0);
    await app.user.type(field, 'Too many for a Monday.');
    await app.user.click(screen.getByRole('button', { name: 'Switch off' }));
    expect(await screen.findByText(`${quoted('Vault exported')} is off.`)).toBeTruthy();
    const [call] = server.asked(`PATCH ${at('r-export')}`);
    expect(call?.body).toEqual({ data: { type: 'detection_rules', id: 'r-export', attributes: { enabled: false, reason: 'Too many for a Monday.' } } });
    expect(call?.headers.get('if-match')).toBe('"1"');
  });

  test('a reason that was begun is still there after a refusal and after looking elsewhere', async () => {
    withRules().on(`PATCH ${at('r-export')}`, { status: 412, body: problem('412', 'precondition_failed', 'It is at version 8.') });
    const app = await openRule('r-export');
    await switchOff(app, 'Begun');
    expect((await screen.findByRole('alert')).textContent).toContain('Somebody else changed this rule');
    await app.user.click(screen.getByRole('button', { name: 'Next rule' }));
    await waitFor(() => expect(screen.getByRole('complementary').getAttribute('aria-label')).not.toBe('Vault exported'));
    await app.user.click(screen.getByRole('button', { name: 'Previous rule' }));
    expect(await screen.findByDisplayValue('Begun')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Leave it on' }));
  });

  test('what was refused once is no complaint of the next try', async () => {
    withRules().on(`PATCH ${at('r-export')}`, { status: 400, body: problem('400', 'invalid_input', 'The reason has a control character.') });
    const app = await openRule('r-export');
    await switchOff(app, 'Odd');
    expect((await screen.findByRole('alert')).textContent).toContain('control character');
    await app.user.click(screen.getByRole('button', { name: 'Leave it on' }));
    await app.user.click(screen.getByRole('button', { name: 'Switch off' }));
    expect(screen.getByRole('textbox', { name: /Why switch it off/ })).toHaveProperty('value', '');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.queryByText(/^Give a reason/)).toBeNull();
  });

  test('is shown as the answer says, before anything is asked for again', async () => {
    const off = { data: { ...rules[0], attributes: { ...rules[0]?.attributes, state: 'off', enabled: false, reason: 'Loud' }, meta: { version: 2 } } };
    const server = withRules().on(`PATCH ${at('r-export')}`, { body: off });
    const app = await openRule('r-export');
    server.on(`GET ${at('r-export')}`, () => new Promise(() => undefined));
    await switchOff(app, 'Loud');
    expect(await screen.findByText('Reason: Loud')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Switch off' })).toBeNull();
  });

  test('a new one alerts when somebody says so, and nothing else is sent with it', async () => {
    const server = withRules().on(`PATCH ${at('r-new')}`, { body: { data: { ...rules[3], attributes: { ...rules[3]?.attributes, state: 'running' } } } });
    const app = await openRule('r-new');
    await app.user.click(screen.getByRole('button', { name: 'Alert from now on' }));
    expect(await screen.findByText(`${quoted('Vault read in the night')} raises alerts from now on.`)).toBeTruthy();
    expect(server.asked(`PATCH ${at('r-new')}`)[0]?.body).toMatchObject({ data: { attributes: { alert_now: true } } });
    expect(Object.keys((server.asked(`PATCH ${at('r-new')}`)[0]?.body as { data: { attributes: object } }).data.attributes)).toEqual(['alert_now']);
  });

  test('a new one says once from when it alerts, and from when its matches count', async () => {
    withRules();
    await openRule('r-new');
    const panel = within(screen.getByRole('complementary'));
    const from = dayTime(rules[3]?.attributes.alert_from ?? '');
    expect(panel.getByText('will raise an alert when the rule is no longer new')).toBeTruthy();
    expect(panel.getByText(/^It raises alerts from /).textContent).toContain(from);
    // Once is enough.
    expect(panel.getAllByText(new RegExp(from))).toHaveLength(1);
    expect(panel.getByText(/^This version of the rule watches since/).textContent).toContain(dayTime(new Date(Date.parse(rules[3]?.attributes.alert_from ?? '') - 48 * 3_600_000).toISOString()));
    expect(panel.getByRole('link', { name: 'T1567' }).getAttribute('href')).toBe('https://attack.mitre.org/techniques/T1567/');
  });

  test('parts that failed are small and each asks again for itself; the history looks like a timeline', async () => {
    const failed = { status: 500, body: problem('500', 'internal', 'The store is busy.') };
    const server = withRules();
    for (const part of ['matches', 'counts', 'histories']) server.on(`GET ${at('r-export')}/${part}`, failed);
    const app = await openRule('r-export');
    await screen.findByText(/^The history could not be loaded: The store is busy\./);
    expect(screen.getAllByText(/^The (counts|matches|history) could not be loaded/)).toHaveLength(3);
    const change = (n: number, sentence: string) => ({ type: 'detection_rule_histories', id: String(n), attributes: { action: 'UPDATED', kind: 'enabled', sentence, reason: null, before: null, after: null, actor: { id: 'a', display_name: 'Ana' }, created_at: new Date(Date.now() - n * 60_000).toISOString() } });
    server.on(`GET ${at('r-export')}/histories`, paged([change(1, 'Switched on'), change(2, 'Text changed')]));
    const buttons = screen.getAllByRole('button', { name: 'Try again' });
    expect(buttons).toHaveLength(3);
    await app.user.click(buttons[2] as HTMLElement);
    await screen.findByText('Every change, newest first.');
    expect(screen.getAllByRole('button', { name: 'Try again' })).toHaveLength(2);
  });

  test('a broken one shows where, and claims nothing of what it would do', async () => {
    withRules();
    openAt('/detections/problem%3A1');
    const panel = within(await screen.findByRole('complementary', { name: 'not-a-rule.yml' }));
    expect(panel.getByText(/^Line 12, column 30: The condition names "known_good"/)).toBeTruthy();
    expect(panel.getByRole('group', { name: /^Line 12/ }).textContent).toMatch(/known_good\n +\^/);
    for (const absent of ['What it means', 'Matches', 'Backtest', 'History']) expect(panel.queryByRole('heading', { name: absent })).toBeNull();
  });
});

describe('a backtest', () => {
  /** What a server sends, piece by piece. */
  function sending(server: TestServer): { say: (event: string, data: unknown) => void; end: () => void } {
    let to: ReadableStreamDefaultController<Uint8Array> | undefined;
    const raw = new ReadableStream<Uint8Array>({ start: (controller) => { to = controller; } });
    server.on(backtests, { raw, headers: { 'content-type': 'text/event-stream' } });
    return {
      say: (event, data) => to?.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)),
      end: () => to?.close(),
    };
  }
  const match = { event_id: 'e-1', time: new Date().toISOString(), security_device: { id: 'd', name: 'Oslo' }, stream: 'signinattempts', actor: 'ana@example.test', action: 'success', rule: { id: 'r-export', title: 'Vault exported' } };

  test('tells how far it is, ends when it is told to, and keeps what it found', async () => {
    const server = withRules();
    const stream = sending(server);
    const app = await openRule('r-export');
    await app.user.click(await screen.findByRole('button', { name: 'Run backtest' }));
    expect(await screen.findByText('Looking for the events of this period.')).toBeTruthy();
    stream.say('progress', { scanned: 1000, of: 4000, matched: 1, reached: null });
    stream.say('match', match);
    expect(await screen.findByText('1 match so far, 1,000 of 4,000 events tried.')).toBeTruthy();
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('25');
    const [call] = server.asked(backtests);
    expect(call?.body).toMatchObject({ rule_ids: ['r-export'] });
    expect(call?.signal?.aborted).toBe(false);
    await app.user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(await screen.findByText('Cancelled: 1 match in the first 1,000 of 4,000 events.')).toBeTruthy();
    expect(call?.signal?.aborted).toBe(true);
    const rows = within(screen.getByRole('table', { name: 'Matches of the backtest' }));
    expect(rows.getByRole('link', { name: 'Sign-in: success' }).getAttribute('href')).toBe('/events/e-1?range=all');
  });

  test('of more matches than it shows the newest are one click away', async () => {
    const server = withRules();
    const stream = sending(server);
    const app = await openRule('r-export');
    await app.user.click(await screen.findByRole('button', { name: 'Run backtest' }));
    const hour = (n: number): string => new Date(Date.now() - n * 3_600_000).toISOString();
    stream.say('match', match);
    stream.say('match', { ...match, event_id: 'e-2' });
    stream.say('buckets', { width_seconds: 3600, buckets: [{ start: hour(9), count: 40 }, { start: hour(5), count: 1 }, { start: hour(3), count: 1 }] });
    stream.say('done', { scanned: 4000, of: 4000, matched: 42, sent: 2, unread: 0, missed: 0, rules: [{ id: 'r-export', title: 'Vault exported', matches: 42 }] });
    stream.end();
    expect(await screen.findByText(/^The 2 oldest of 42 matches, the newest of them first\./)).toBeTruthy();
    const rows = within(screen.getByRole('table', { name: 'Matches of the backtest' })).getAllByRole('link');
    expect(rows.map((one) => one.getAttribute('href'))).toEqual(['/events/e-2?range=all', '/events/e-1?range=all']);
    sending(server);
    await app.user.click(screen.getByRole('button', { name: 'try the end of this one' }));
    await waitFor(() => expect(server.asked(backtests)).toHaveLength(2));
    const [first, second] = server.asked(backtests).map(({ body }) => body as { from: string; to: string });
    expect(Date.now() - Date.parse(second?.from ?? '')).toBeLessThan(6 * 3_600_000);
    expect(second?.to).toBe(first?.to);
  });

  test('goes no further when nobody looks any more', async () => {
    const server = withRules();
    const stream = sending(server);
    const app = await openRule('r-export');
    await app.user.click(await screen.findByRole('button', { name: 'Run backtest' }));
    stream.say('progress', { scanned: 1, of: 4000, matched: 0, reached: null });
    await screen.findByText(/so far/);
    await app.user.keyboard('{Escape}');
    await waitFor(() => expect(server.asked(backtests)[0]?.signal?.aborted).toBe(true));
  });

  test('one that is refused was not started, and claims no count; it can be run then', async () => {
    const server = withRules().on(backtests, { status: 429, body: problem('429', 'busy', 'Two backtests run already. Wait until one has ended.') });
    const app = await openRule('r-export');
    await app.user.click(await screen.findByRole('button', { name: 'Run backtest' }));
    expect(await screen.findByText('Not started: Two backtests run already. Wait until one has ended.')).toBeTruthy();
    expect(screen.queryByText(/0 matches|could not be finished/)).toBeNull();
    await app.user.click(screen.getByRole('button', { name: 'Run backtest' }));
    await waitFor(() => expect(server.asked(backtests)).toHaveLength(2));
  });

  test('one that stops without its end is not called done', async () => {
    const stream = sending(withRules());
    const app = await openRule('r-export');
    await app.user.click(await screen.findByRole('button', { name: 'Run backtest' }));
    stream.say('progress', { scanned: 1000, of: 4000, matched: 0, reached: null });
    stream.end();
    expect(await screen.findByText('The backtest broke off before its end. Try again.')).toBeTruthy();
    expect(screen.getByText('Broken off: 0 matches in the first 1,000 of 4,000 events.')).toBeTruthy();
  });
});

describe('writing', () => {
  // The first one to be written would wait for its page to be read, too.
  beforeAll(() => import('./write/WritePage'));
  const check = 'POST /api/v2/detection_rules/check';
  const field = () => screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Text of the rule' });
  const wrong = { severity: 'error', line: 2, column: 5, message: 'There is no modifier "startwith".', rule: null };

  test('errors at their line and column lead there, and keep it from being saved', async () => {
    const server = withRules().on(check, { body: { problems: [wrong], rules: [] } });
    const app = openAt('/detections/write');
    fireEvent.change(await field(), { target: { value: 'title: x\nab: startwith\n' } });
    await app.user.click(await screen.findByRole('button', { name: /Line 2, column 5:/ }));
    expect(document.activeElement).toBe(await field());
    expect((await field()).selectionStart).toBe('title: x\n'.length + 4);
    const save = screen.getByRole('button', { name: 'Save' });
    expect(save.getAttribute('aria-disabled')).toBe('true');
    await app.user.click(save);
    expect(server.asked('POST /api/v2/own_rules')).toHaveLength(0);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Run backtest' }).disabled).toBe(true);
  });

  test('what could not be checked is not saved before it is; the check is one click away', async () => {
    const server = withRules().on(check, { status: 503, body: problem('503', 'busy', 'Too much at once. Try again in a moment.') });
    const app = openAt('/detections/write');
    fireEvent.change(await field(), { target: { value: 'title: mine\n' } });
    await screen.findByRole('button', { name: 'Check again' });
    const save = screen.getByRole('button', { name: 'Save' });
    expect(save.getAttribute('aria-disabled')).toBe('true');
    await app.user.click(save);
    expect(server.asked('POST /api/v2/own_rules')).toHaveLength(0);
    // It was asked once more, and in vain.
    await waitFor(() => expect(server.asked(check)).toHaveLength(2));
    const again = await screen.findByRole('button', { name: 'Check again' });
    server.on(check, { body: checked });
    await app.user.click(again);
    await screen.findByText('Nothing is wrong with it.');
    expect(screen.getByRole('button', { name: 'Save' }).getAttribute('aria-disabled')).toBeNull();
  });

  test('what was typed stays while one looks elsewhere, and goes once it is saved', async () => {
    const server = withRules().on(check, { body: checked }).on('POST /api/v2/own_rules', { status: 201, body: { data: own } });
    const app = openAt('/detections/write');
    fireEvent.change(await field(), { target: { value: 'title: mine\n' } });
    await screen.findByText('Nothing is wrong with it.');
    await app.user.click(screen.getByRole('link', { name: 'Leave it for later' }));
    await app.user.click(await screen.findByRole('link', { name: 'Write a rule' }));
    expect((await field()).value).toBe('title: mine\n');
    await screen.findByText('Nothing is wrong with it.');
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText(`${quoted('Vault read in the night')} is saved.`)).toBeTruthy();
    expect(server.asked('POST /api/v2/own_rules')[0]?.body).toEqual({ data: { type: 'own_rules', attributes: { text: 'title: mine\n' } } });
    await app.user.click(await screen.findByRole('link', { name: 'Write a rule' }));
    expect((await field()).value).toContain('title: What happened');
  });

  test('a text that somebody else changed is not overwritten unseen; both are at hand', async () => {
    const newer = { ...own, relationships: { updated_by: { data: { type: 'actors', id: 'a1' } } }, attributes: { ...own.attributes, text: 'title: theirs\n' }, meta: { version: 4 } };
    const server = withRules().on(check, { body: checked }).on(`GET /api/v2/own_rules/${own.id}`, { body: { data: own }, headers: { etag: '"3"' } });
    server.on(`PATCH /api/v2/own_rules/${own.id}`, (call) =>
      call.headers.get('if-match') === '"4"' ? { body: { data: { ...newer, meta: { version: 5 } } } } : { status: 412, body: problem('412', 'precondition_failed', 'It is at version 4.') });
    const app = openAt(`/detections/write/${own.id}`);
    fireEvent.change(await field(), { target: { value: 'title: mine\n' } });
    await screen.findByText('Nothing is wrong with it.');
    server.on(`GET /api/v2/own_rules/${own.id}`, { body: { data: newer, included: [{ type: 'actors', id: 'a1', attributes: { display_name: 'Ana Ruiz' }, relationships: {} }] }, headers: { etag: '"4"' } });
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    const conflict = await screen.findByRole('alert');
    expect(conflict.textContent).toContain('Ana Ruiz changed this rule');
    // Above the editor, where it is seen.
    expect(conflict.compareDocumentPosition(await field()) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    await app.user.click(await screen.findByRole('button', { name: 'Go on with the stored version' }));
    expect((await field()).value).toBe('title: theirs\n');
    await app.user.click(screen.getByRole('button', { name: 'Bring it back' }));
    expect((await field()).value).toBe('title: mine\n');
    await screen.findByText('Nothing is wrong with it.');
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(server.asked(`PATCH /api/v2/own_rules/${own.id}`).at(-1)?.headers.get('if-match')).toBe('"4"'));
    expect(server.asked(`PATCH /api/v2/own_rules/${own.id}`).at(-1)?.body).toMatchObject({ data: { attributes: { text: 'title: mine\n' } } });
  });
});
