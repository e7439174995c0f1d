import { screen, waitFor, within } from '@testing-library/dom';
import { ago } from '@/gallery/clock';
import { extremes, inEveryState } from '@/gallery/devices';
import { refused } from '@/gallery/server';
import { type Scene, scenes } from '@/gallery/story';

const root = '/settings/security-devices';
const whole = 2500;
const health = () => screen.findAllByRole('slider');
const at = (id: string) => `${root}/${id}`;
const shown = (id: string, more: Partial<Scene> = {}) => ({ at: at(id), height: whole, play: health, ...more });
const receiving = inEveryState.filter((one) => one.id === 'd-receiving');
const gone = receiving.map((one) => ({ ...one, attributes: { ...one.attributes, deleted_at: ago(3_600_000) } }));

/** A state that no version of the console knows. */
const asleep = receiving.map((one) => ({ ...one, id: 'elsewhere', attributes: { ...one.attributes, status_details: { ...one.attributes.status_details, level: 'asleep' } } }))[0];

export default [
  ...scenes('Panel', {
    // Each sentence of the table "Health in words".
    ...Object.fromEntries(inEveryState.map((device) => [device.attributes.status_details?.code.replaceAll('_', ' ') ?? '', shown(device.id)])),
    ...Object.fromEntries(extremes.map((device) => [`names and numbers: ${device.id.slice(2)}`, shown(device.id, { devices: extremes })])),
    'deleted': shown('d-receiving', { devices: gone }),
    'not there': { at: at('nowhere') },
    'still loading': { at: at('elsewhere'), answers: { 'GET /api/v2/security_devices/elsewhere': 'never' }, waits: true },
    'could not be loaded': { at: at('elsewhere'), answers: { 'GET /api/v2/security_devices/elsewhere': refused(500, 'internal', 'The store is busy. Try again in a moment.') } },
    'without the right': { at: at('elsewhere'), answers: { 'GET /api/v2/security_devices/elsewhere': refused(403, 'forbidden', 'Your role does not include seeing this device.') } },
    'numbers still loading': {
      at: at('d-receiving'),
      height: whole,
      answers: { 'GET /api/v2/security_devices/*/polls': 'never', 'GET /api/v2/events/counts': 'never', 'GET /api/v2/security_device_histories': 'never' },
      waits: true,
    },
    'numbers that failed': {
      at: at('d-receiving'),
      height: whole,
      answers: {
        'GET /api/v2/security_devices/*/polls': refused(500, 'internal', 'The store is busy.'), 'GET /api/v2/events/counts': refused(500, 'internal', 'The store is busy.'),
        'GET /api/v2/security_device_histories': refused(500, 'internal', 'The store is busy.'),
      },
    },
    'an answer that could not be read': { at: at('elsewhere'), answers: { 'GET /api/v2/security_devices/elsewhere': { body: { data: { id: 'elsewhere', attributes: null } } } } },
    'it broke': { at: at('elsewhere'), answers: { 'GET /api/v2/security_devices/elsewhere': { body: { data: asleep } } }, breaks: true },
    '30 days': shown('d-receiving', {
      play: async ({ user }) => {
        await user.click(await screen.findByRole('button', { name: '30 days' }));
        await screen.findByRole('slider', { name: /30 days/ });
      },
    }),
    'a change opened': shown('d-unauthorized', {
      play: async ({ user }) => {
        const [first] = await screen.findAllByText('Before and after');
        if (first) await user.click(first);
      },
    }),
    'polls that worked': shown('d-receiving', {
      play: async ({ user }) => {
        await user.click(await screen.findByRole('button', { name: /^Show the .* that worked/ }));
      },
    }),
    'what a word means': {
      at: at('d-receiving'),
      play: async ({ user }) => {
        const [word] = await within(await screen.findByRole('complementary')).findAllByText('Last data received');
        if (word) await user.hover(word);
        await screen.findByRole('tooltip');
      },
    },
    'the setup guide': {
      at: at('d-receiving'),
      play: async ({ user }) => {
        await user.click(await within(await screen.findByRole('complementary')).findByRole('button', { name: 'Setup guide' }));
        await waitFor(() => screen.getByText('Create the 1Password token'));
      },
    },
  }),
];
