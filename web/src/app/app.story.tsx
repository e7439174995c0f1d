import { screen, within } from '@testing-library/dom';
import { advance } from '@/gallery/clock';
import { refused } from '@/gallery/server';
import { scenes } from '@/gallery/story';
import { session } from '@/test/fixtures';

const list = '/settings/security-devices';
const ended = refused(401, 'unauthorized', 'Your session has ended.');
const searchCommands = () => screen.getByRole('button', { name: 'Search and commands' });

export default [
  ...scenes('Frame', {
    'while nobody knows who is signed in': {
      at: '/',
      answers: {
        'GET /auth/v0/session': () => {
          advance(1_000); // the page of waiting comes after a while, by the clock
          return 'never';
        },
      },
      waits: true,
    },
    'no page at this address': { at: '/there-is-no-such-page' },
    'the server is gone': {
      at: list,
      play: async ({ server }) => {
        server.leave();
        await screen.findByText(/Picket does not answer/);
      },
    },
    'the server is gone before anybody is signed in': { at: list, answers: { 'GET /auth/v0/session': { status: 502, raw: '<h1>Bad Gateway</h1>', headers: { 'content-type': 'text/html' } } }, breaks: true },
    'a page that broke': { at: '/settings/egress-addresses', answers: { 'GET /auth/v0/session': { body: { ...session, server: { ...session.server, egress_addresses: 7 } } } }, breaks: true },
    'the frame broke': { at: list, answers: { 'GET /auth/v0/session': { body: { ...session, organization: null } } }, breaks: true },
    'the sign-in ended': {
      at: '/profile',
      answers: { 'GET /api/v2/user_sessions': ended },
      waits: true,
      play: () => screen.findByRole('dialog', { name: 'Sign in again' }),
    },
    'the drawer': {
      at: '/',
      narrow: true,
      play: async ({ user }) => {
        await user.click(screen.getByRole('button', { name: 'Menu' }));
        await screen.findByRole('navigation', { name: 'Main menu' });
      },
    },
    'the profile menu': {
      at: '/',
      play: async ({ user }) => {
        await user.click(screen.getByRole('button', { name: 'Profile of Ana Ruiz' }));
        await screen.findByRole('menuitem', { name: 'Profile' });
      },
    },
    'the keys': {
      at: list,
      play: async ({ user }) => {
        await user.keyboard('?');
        await screen.findByRole('dialog');
      },
    },
  }),
  ...scenes('Palette', {
    'what it offers first': { at: '/', play: async ({ user }) => { await user.click(searchCommands()); await screen.findByRole('combobox'); } },
    'a device by its name': {
      at: '/',
      play: async ({ user }) => {
        await user.click(searchCommands());
        await user.type(await screen.findByRole('combobox'), 'finance');
        await within(await screen.findByRole('listbox')).findAllByText(/Finance/);
      },
    },
    'nothing found': {
      at: '/',
      play: async ({ user }) => {
        await user.click(searchCommands());
        await user.type(await screen.findByRole('combobox'), 'خزنة zzz');
        await new Promise((done) => setTimeout(done, 400));
      },
    },
  }),
];
