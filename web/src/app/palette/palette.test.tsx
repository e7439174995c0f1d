import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { openAt } from '@/test/app';
import { makeDevice, problem, session, signedIn, type TestServer } from '@/test/server';
import { narrow, type Entry } from './entries';
import { recognise } from './recognise';

const guid = '1b4e28ba-2fa1-4d23-9c1f-0123456789ab';

/** A server that looks for names itself; nothing of that is in the console's cache. */
function withFleet(): TestServer {
  const fleet = [makeDevice(guid, 'Sales Oslo'), makeDevice('d2', 'Sales Berlin', { paused: true })];
  const server = signedIn(fleet);
  server.on('GET /api/v2/security_devices', (call) => {
    const name = call.query.get('filter[name]')?.replace(/^:/, '').toLowerCase();
    const data = name === undefined ? fleet : fleet.filter((one) => one.attributes.name.toLowerCase().includes(name));
    return { body: { data, meta: { page: { total: data.length } } } };
  });
  return server;
}

async function openPalette(app: ReturnType<typeof openAt>): Promise<HTMLElement> {
  await screen.findByRole('button', { name: 'Search and commands' });
  await app.user.keyboard('{Control>}k{/Control}');
  return screen.findByRole('combobox', { name: 'Search and commands' });
}

const options = (): string[] => screen.queryAllByRole('option').map((one) => one.textContent);
const active = (field: HTMLElement): string | null | undefined =>
  document.getElementById(field.getAttribute('aria-activedescendant') ?? '')?.textContent;

describe('the palette', () => {
  test('opens by key and by button, goes to an area, and is a combobox with a listbox', async () => {
    withFleet();
    const app = openAt('/settings/egress-addresses');
    const field = await openPalette(app);
    expect(document.activeElement).toBe(field);
    expect(field.getAttribute('aria-controls')).toBe(screen.getByRole('listbox').id);
    expect(options().slice(0, 6)).toEqual(['Home', 'Events', 'Detections', 'Security DevicesOrganization Settings', 'Egress addressesOrganization Settings', 'Profile']);
    expect(active(field)).toBe('Home');
    await app.user.keyboard('{ArrowUp}');
    expect(active(field)).toBe('Sign out');
    await app.user.keyboard('{ArrowDown}{ArrowDown}');
    expect(active(field)).toBe('Events');
    await app.user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('combobox')).toBeNull());
    await app.user.click(screen.getByRole('button', { name: 'Search and commands' }));
    await app.user.type(await screen.findByRole('combobox'), 'second fact{Enter}');
    expect(await screen.findByRole('heading', { name: 'Profile' })).toBeTruthy();
    expect(app.address()).toBe('/profile');
  });

  test('finds devices that the server knows, and opens the panel', async () => {
    const server = withFleet();
    const app = openAt('/settings/egress-addresses');
    const field = await openPalette(app);
    await app.user.type(field, 'sales');
    await screen.findByRole('option', { name: /Sales Berlin/ });
    expect(within(screen.getByRole('group', { name: 'Security Devices' })).getAllByRole('option').map((one) => one.textContent)).toEqual([
      'Sales OsloHealthy',
      'Sales BerlinPaused',
    ]);
    expect(server.asked('GET /api/v2/security_devices').at(-1)?.query.get('filter[name]')).toBe(':sales');
    await app.user.type(field, ' o');
    await waitFor(() => expect(screen.queryByRole('option', { name: /Sales Berlin/ })).toBeNull());
    await app.user.keyboard('{Enter}');
    expect(await screen.findByRole('complementary', { name: 'Sales Oslo' })).toBeTruthy();
    expect(app.address()).toBe(`/settings/security-devices/${guid}`);
  });

  test('finds rules by title and technique, and opens the panel', async () => {
    const rule = (id: string, title: string, techniques: string[]) => ({ type: 'detection_rules', id, attributes: { title, techniques } });
    withFleet().on('GET /api/v2/detection_rules', { body: { data: [rule('r1', 'Vault exported', ['T1567']), rule('r2', 'Owner changed', ['T1098'])] } });
    const app = openAt('/settings/egress-addresses');
    await app.user.type(await openPalette(app), 't1567');
    await screen.findByRole('option', { name: 'Vault exported' });
    expect(within(screen.getByRole('group', { name: 'Detections' })).getAllByRole('option')).toHaveLength(1);
    await app.user.keyboard('{Enter}');
    await waitFor(() => expect(app.address()).toBe('/detections/r1'));
  });

  test('a pasted GUID finds its device and the events that mention it', async () => {
    withFleet();
    const app = openAt('/settings/egress-addresses');
    const field = await openPalette(app);
    field.focus();
    await app.user.paste(` ${guid} `);
    await screen.findByRole('option', { name: /Sales Oslo/ });
    expect(options()).toEqual([`Events that mention ${guid}`, `Events by ${guid}`, `Events on ${guid}`, 'Sales OsloHealthy']);
  });

  test('a pasted e-mail offers its events first', async () => {
    withFleet();
    const app = openAt('/settings/egress-addresses');
    await openPalette(app);
    await app.user.paste('ana@example.test');
    await app.user.keyboard('{Enter}');
    await waitFor(() => expect(app.address()).toBe('/events?actor=ana%40example.test&range=30d'));
  });

  test('what fits nothing is said, and a failure of the search too', async () => {
    const server = withFleet();
    const app = openAt('/settings/egress-addresses');
    const field = await openPalette(app);
    await app.user.type(field, '~');
    expect(await screen.findByText(/^No device, rule, area or action was found/)).toBeTruthy();
    server.on('GET /api/v2/security_devices', { status: 500, body: problem('500', 'internal', 'The store is busy.') });
    await app.user.type(field, 'x');
    expect(await screen.findByText('Devices could not be looked for: The store is busy.')).toBeTruthy();
  });

  test('saved views and actions are found by name', async () => {
    const server = withFleet();
    const preferences = { saved_filters: [{ area: 'events', name: 'Failed sign-ins', search: { outcome: 'failure' } }] };
    server.on('GET /auth/v0/session', { body: { ...session, user: { ...session.user, preferences } } });
    const app = openAt('/settings/egress-addresses');
    let field = await openPalette(app);
    await app.user.type(field, 'failed{Enter}');
    await waitFor(() => expect(app.address()).toBe('/events?outcome=failure'));
    field = await openPalette(app);
    await app.user.type(field, 'add sec{Enter}');
    expect(await screen.findByLabelText('Search technology')).toBeTruthy();
    field = await openPalette(app);
    await app.user.type(field, 'shortcuts{Enter}');
    expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeTruthy();
    // Over a dialog it stays away.
    await app.user.keyboard('{Control>}k{/Control}');
    expect(screen.queryByRole('combobox', { name: 'Search and commands' })).toBeNull();
  });

  test('a view of rules opens Detections as it was saved, beside views of other areas by the same name', async () => {
    const server = withFleet();
    const search = { level: 'high,critical', q: 'vault', sort: 'title' };
    const preferences = {
      saved_filters: [
        { area: 'events', name: 'Grave ones', search: { outcome: 'failure' } },
        { area: 'detections', name: 'Grave ones', search },
      ],
    };
    server.on('GET /auth/v0/session', { body: { ...session, user: { ...session.user, preferences } } });
    const app = openAt('/settings/egress-addresses');
    await app.user.type(await openPalette(app), 'grave');
    const views = within(screen.getByRole('group', { name: 'Saved views' })).getAllByRole('option');
    expect(views.map((one) => one.textContent)).toEqual(['Grave onesEvents', 'Grave onesDetections']);
    await app.user.keyboard('{ArrowDown}{Enter}');
    expect(await screen.findByRole('heading', { name: 'Detections' })).toBeTruthy();
    const address = new URL(app.address(), 'http://x');
    expect(address.pathname).toBe('/detections');
    expect(Object.fromEntries(address.searchParams)).toEqual(search);
    expect(screen.queryByText('Part of this address could not be read')).toBeNull();
  });

  test('Enter belongs to a script that is being composed', async () => {
    withFleet();
    const app = openAt('/settings/egress-addresses');
    const field = await openPalette(app);
    fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
    expect(screen.getByRole('combobox')).toBe(field);
    expect(app.address()).toBe('/settings/egress-addresses');
  });
});

describe('what is recognised', () => {
  const labels = (text: string): string[] => recognise(text).map((one) => one.label);
  test.each([
    ['ana@example.test', 'actor'],
    ['203.0.113.7', 'address'],
    ['2001:db8::7', 'address'],
    ['::1', 'address'],
    ['::ffff:203.0.113.7', 'address'],
  ])('%s is an %s', (text, field) => {
    expect(recognise(text)[0]).toMatchObject({ sure: true, search: { [field]: text } });
  });
  test.each(['203.0.113.256', '1.2.3', '12:30', 'a b@c', 'sales', '::'])('%s is a text', (text) => {
    expect(labels(text)).toEqual(['Events that mention']);
    expect(recognise(text)[0]?.sure).toBe(false);
  });
  test('an id of 1Password, several words, one letter', () => {
    expect(labels('NZQDG4W5LLTZQLI3N4FVU2I5XX')).toEqual(['Events by', 'Events on', 'Events that mention']);
    expect(recognise('two words')[0]?.search['text']).toBe('"two words"');
    expect(recognise('x')).toEqual([]);
  });
  test('a comma does not make two of one', () => {
    expect(recognise('a,b@example.test')[0]?.search['actor']).toBe('a\\,b@example.test');
  });
});

test('what begins with the word comes before what has it somewhere', () => {
  const entry = (label: string, words = ''): Entry => ({ id: label, group: 'g', label, words, Icon: () => null, run: () => undefined });
  const all = [entry('Redo events'), entry('Éventail'), entry('Events'), entry('Other', 'events'), entry('Nothing')];
  expect(narrow(all, 'EVENT').map((one) => one.label)).toEqual(['Éventail', 'Events', 'Redo events', 'Other']);
  expect(narrow(all, 'ev re').map((one) => one.label)).toEqual(['Redo events']);
});
