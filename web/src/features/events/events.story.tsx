import { screen, within } from '@testing-library/dom';
import { advance, ago } from '@/gallery/clock';
import { inEveryState } from '@/gallery/devices';
import { refused } from '@/gallery/server';
import { scenes } from '@/gallery/story';
import { eventNumber, events } from '@/gallery/world';

const at = '/events?range=7d';
const none = { 'GET /api/v2/events': { body: { data: [], meta: { page: { total: 0 } }, links: {} } }, 'GET /api/v2/events/counts': { body: { data: [], meta: { total: 0, width: 'hour' } } } };
const strange = [
  eventNumber(0, { action: 'W'.repeat(300), actor_email: `${'w'.repeat(180)}@example.test`, target: 'W'.repeat(300) }),
  eventNumber(1, { action: 'حذف.خزنة', actor_email: 'مستخدم@example.test', target: 'خزنة كلمات المرور (القديمة)' }),
  eventNumber(2, { action: '🔐.reveal', actor_email: null, actor_uid: null, target: '👩‍👩‍👧‍👦' }),
  eventNumber(3, { action: '<script>alert(1)</script>', actor_email: '"><img src=x>@example.test', target: '{{7*7}}' }),
  eventNumber(4, { action: null, outcome: 'unknown', actor_email: null, actor_uid: null, source_ip: null, country: null, target: null, unreadable: true }),
  eventNumber(5, { source_ip: '2001:db8:85a3:8d3:1319:8a2e:370:7348', country: 'Somewhere', versions: 1234 }),
];
const message = (event: string, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
const found = events.filter((_, n) => n % 7 === 0);
const search = (ending: string) => ({
  'GET /api/v2/events/search': { raw: found.map((event) => message('row', event)).join('') + ending, headers: { 'content-type': 'text/event-stream' } },
});
/** Rows and a progress come, and then nothing more. */
const goesOn = () => ({
  raw: new ReadableStream({
    start: (stream) => {
      stream.enqueue(new TextEncoder().encode(found.map((event) => message('row', event)).join('') + message('progress', { scanned: 412_000, of: 1_250_000, reached: ago(3 * 86_400_000) })));
    },
  }),
  headers: { 'content-type': 'text/event-stream' },
});
const panel = () => screen.findByRole('complementary', { name: 'Event' });

export default [
  ...scenes('Events', {
    'a week': { at },
    filtered: { at: `${at}&outcome=failure,unknown&actor=!bo@example.test&stream=signinattempts&address=198.51.100.*` },
    'strange values': { at, answers: { 'GET /api/v2/events': { body: { data: strange, meta: { page: { total: 6 } }, links: {} } } } },
    'none at all': { at: '/events', answers: none, devices: [] },
    'none in this time': { at: '/events', answers: none },
    'none that matches': { at: '/events?outcome=failure', answers: none },
    'still loading': { at, answers: { 'GET /api/v2/events': 'never', 'GET /api/v2/events/counts': 'never' }, waits: true },
    'without the right': { at, answers: { 'GET /api/v2/events': refused(403, 'forbidden', 'Your role does not include reading events.') } },
    'counts that failed': { at, answers: { 'GET /api/v2/events/counts': refused(500, 'internal', 'The store is busy. Try again in a moment.') } },
    'older ones that failed': {
      at,
      answers: {
        'GET /api/v2/events': ({ url }) => url.searchParams.has('page[after]')
          ? refused(500, 'internal', 'The store is busy. Try again in a moment.')
          : { body: { data: events.slice(0, 9), meta: { page: { total: 60 } }, links: { next: '/api/v2/events?page%5Bafter%5D=9' } } },
      },
      play: () => screen.findByText(/Older events could not be loaded/),
    },
    'an address that could not be read': { at: '/events?range=yesterdayish&outcome=maybe' },
    'the time range': {
      at,
      play: async ({ user }) => {
        await user.click(screen.getByRole('button', { name: /^Time range/ }));
        await screen.findByRole('list', { name: 'Quick ranges' });
      },
    },
    'what can be exported': {
      at,
      play: async ({ user }) => {
        await user.click(screen.getByRole('button', { name: 'Export' }));
        await screen.findByRole('menuitem', { name: /CSV/ });
      },
    },
    'a search under way': { at: `${at}&text=vault`, answers: { 'GET /api/v2/events/search': goesOn }, waits: true, play: async () => {
      advance(5_000);
      await screen.findByText(/looked through/);
    } },
    'a search that was cancelled': { at: `${at}&text=vault`, waits: true, answers: { 'GET /api/v2/events/search': goesOn, 'GET /api/v2/events/counts': 'never' }, play: async ({ user }) => {
      advance(5_000);
      await user.click(await screen.findByRole('button', { name: 'Cancel' }));
      await screen.findByText(/before its events were counted/);
    } },
    'an export that was refused': {
      at,
      answers: { 'GET /api/v2/events/export': refused(429, 'rate_limited', 'Two exports are running already. Try again when one of them is done.') },
      play: async ({ user }) => {
        await user.click(screen.getByRole('button', { name: 'Export' }));
        await user.click(await screen.findByRole('menuitem', { name: /CSV/ }));
        await screen.findByText(/Nothing was downloaded/);
      },
    },
    'a search that ended': { at: `${at}&text=vault`, answers: search(message('progress', { scanned: 1_250_000, of: 1_250_000, reached: null }) + message('done', { sent: found.length })) },
    'a search that broke off': { at: `${at}&text=vault`, answers: search(message('progress', { scanned: 412_000, of: 1_250_000, reached: ago(3 * 86_400_000) }) + message('error', { code: 'store', detail: 'The store is busy. Try again in a moment.' })) },
  }),
  ...scenes('Event', {
    'as it came': { at: '/events/e3?range=7d', height: 1300, play: panel },
    'as OCSF': {
      at: '/events/e3?range=7d',
      height: 1300,
      play: async ({ user }) => {
        await user.click(await within(await panel()).findByRole('tab', { name: 'OCSF' }));
      },
    },
    'two versions': {
      at: '/events/e3?range=7d',
      height: 1300,
      play: async ({ user }) => {
        await user.click(await within(await panel()).findByRole('tab', { name: '2 versions' }));
      },
    },
    'strange values': {
      at: '/events/e0',
      height: 1300,
      answers: {
        'GET /api/v2/events': { body: { data: strange, meta: { page: { total: 6 } }, links: {} } },
        'GET /api/v2/events/e0': { body: { data: strange[0] } },
        'GET /api/v2/events/e0/raw': { raw: JSON.stringify({ action: 'W'.repeat(300), list: Array.from({ length: 300 }, (_, n) => n) }) },
      },
      play: panel,
    },
    'unreadable': { at: '/events/e4', height: 1000, answers: { 'GET /api/v2/events': { body: { data: strange, meta: { page: { total: 6 } }, links: {} } }, 'GET /api/v2/events/e4': { body: { data: strange[4] } }, 'GET /api/v2/events/e4/raw': { raw: '{"time": "yesterdayish", ' } }, play: panel },
    'not there': { at: '/events/nowhere' },
    'another device that is gone': { at: '/events/e3?range=7d', devices: inEveryState.slice(1, 3), play: panel },
  }),
];
