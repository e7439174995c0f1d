import { fireEvent, screen, within } from '@testing-library/dom';
import type { UserEvent } from '@testing-library/user-event';
import type { Device } from '@/api/types';
import { extremes, inEveryState } from '@/gallery/devices';
import { refused } from '@/gallery/server';
import { scenes } from '@/gallery/story';

const at = '/settings/security-devices';
const every = '?columns=name,technology,location,status,reason,poll,data,newest,next,expires,added,events,usual,stored';

async function menu(user: UserEvent, item?: string): Promise<void> {
  await user.click(screen.getByRole('button', { name: 'Actions for Finance 03' }));
  await screen.findByRole('menuitem', { name: 'View details' });
  if (item !== undefined) await user.click(screen.getByRole('menuitem', { name: item }));
}
async function select(user: UserEvent, many = 2): Promise<void> {
  for (const box of (await screen.findAllByRole('checkbox', { name: /^Select (?!all)/ })).slice(0, many)) await user.click(box);
  await screen.findByRole('toolbar', { name: 'Selected devices' });
}
const crowd = (many: number): Device[] =>
  Array.from({ length: Math.ceil(many / inEveryState.length) }, (_, n) => inEveryState.map((one) => ({ ...one, id: `${one.id}-${String(n)}` }))).flat().slice(0, many);
const check = (name: string, ok: boolean | null, sentence: string) => ({ name, ok, code: ok === false ? 'unauthorized' : 'ok', sentence });
const tested = (ok: boolean) => ({
  ok, code: ok ? 'ok' : 'unauthorized', sentence: ok ? 'Connected. All three event kinds can be read.' : 'Not authorised: 1Password refuses the token.',
  checks: [
    check('token', true, 'It is an Events API token.'), check('address', true, 'The token belongs to events.1password.com.'), check('connection', true, 'events.1password.com answers in 84 ms.'),
    check('authorization', ok, ok ? '1Password accepts the token.' : '1Password refuses the token: it was revoked or expired.'),
    ...['auditevents', 'itemusages', 'signinattempts'].map((name) => check(name, ok ? true : null, ok ? 'Can be read.' : 'Not tried.')),
  ],
  server: 'events.1password.com', account_uuid: 'NZQ', features: [], expires_at: null, duration_ms: 212,
});
const paused = { body: { data: inEveryState[0] } };
const test = 'POST /api/v2/security_devices/*/test';
const patch = 'PATCH /api/v2/security_devices/*';

export default [
  ...scenes('List', {
    'every state': { at, height: 950 },
    'every column': { at: at + every, height: 950 },
    'names and numbers without end': { at: at + every, devices: extremes },
    'filtered and sorted': { at: `${at}?status=unhealthy,attention&sort=-data&location=!Oslo` },
    'saved view': { at: `${at}?status=unhealthy`, preferences: { saved_filters: [{ area: 'security-devices', name: 'What needs me', search: { status: 'unhealthy' } }] } },
    'no device yet': { at, devices: [] },
    'no device that matches': { at: `${at}?q=zzz` },
    'an address that could not be read': { at: `${at}?status=sleepy&sort=colour&columns=name,mood` },
    'still loading': { at, answers: { 'GET /api/v2/security_devices': 'never', 'GET /api/v2/plugins': 'never' }, waits: true },
    'the server broke': { at, answers: { 'GET /api/v2/security_devices': refused(500, 'internal', 'The store is busy. Try again in a moment.') } },
    'without the right': { at, answers: { 'GET /api/v2/security_devices': refused(403, 'forbidden', 'Your role does not include seeing devices.') } },
    'two thousand': { at, devices: crowd(2000) },
    'why a status is what it is': {
      at,
      play: async () => {
        const cell = document.querySelector('[data-reason="d-unauthorized"]');
        if (cell !== null) fireEvent.mouseOver(cell);
        await new Promise((done) => setTimeout(done, 350));
      },
    },
  }),
  ...scenes('Doing something with devices', {
    'menu of a row': { at, play: ({ user }) => menu(user) },
    'columns to choose': {
      at,
      play: async ({ user }) => {
        const button = screen.queryByRole('button', { name: /^Columns/ });
        if (button !== null) await user.click(button);
      },
    },
    'columns without room': {
      at: at + every,
      play: async ({ user }) => {
        const button = screen.queryByRole('button', { name: /^Columns/ });
        if (button !== null) await user.click(button);
      },
    },
    'export': {
      at,
      play: async ({ user }) => {
        await user.click(screen.getByRole('button', { name: /^Export/ }));
        await screen.findByRole('menuitem', { name: /CSV/ });
      },
    },
    'filter to choose': {
      at,
      play: async ({ user }) => {
        await user.click(screen.getByRole('button', { name: 'Filter' }));
        await user.click(within(await screen.findByRole('dialog', { name: 'Filter' })).getByRole('button', { name: 'Status' }));
      },
    },
    'some selected': { at, play: ({ user }) => select(user, 3) },
    'a test under way': {
      at,
      answers: { [test]: 'never' },
      waits: true,
      play: async ({ user }) => {
        await menu(user, 'Test now');
        await screen.findByRole('dialog');
      },
    },
    'a test that passed': {
      at,
      answers: { [test]: { body: tested(true) } },
      play: async ({ user }) => {
        await menu(user, 'Test now');
        await screen.findByText('Connected. All three event kinds can be read.');
      },
    },
    'a test that failed': {
      at,
      answers: { [test]: { body: tested(false) } },
      play: async ({ user }) => {
        await menu(user, 'Test now');
        await screen.findByText(/1Password refuses the token\.$/);
      },
    },
    'deleting one': {
      at,
      play: async ({ user }) => {
        await menu(user, 'Delete');
        await screen.findByRole('dialog', { name: /^Delete/ });
        await screen.findByText(/watch(es)? it[:.]/);
      },
    },
    'pausing many, asked first': {
      at,
      devices: crowd(60),
      play: async ({ user }) => {
        await user.click(await screen.findByRole('checkbox', { name: 'Select all devices' }));
        await user.click(within(screen.getByRole('toolbar')).getByRole('button', { name: 'Pause' }));
        await screen.findByRole('dialog');
      },
    },
    'pausing some': {
      at,
      answers: { [patch]: ({ path }) => (path.endsWith('unauthorized') ? refused(500, 'internal', 'The store is busy. Try again in a moment.') : paused) },
      play: async ({ user }) => {
        await select(user, 4);
        await user.click(within(screen.getByRole('toolbar')).getByRole('button', { name: 'Pause' }));
        await screen.findByRole('button', { name: 'Done' });
      },
    },
  }),
];
