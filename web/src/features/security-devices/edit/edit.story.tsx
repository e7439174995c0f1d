import { fireEvent, screen, within } from '@testing-library/dom';
import type { UserEvent } from '@testing-library/user-event';
import { inEveryState } from '@/gallery/devices';
import { refused, type StandIn } from '@/gallery/server';
import { scenes } from '@/gallery/story';
import { ana } from '@/test/fixtures';

const id = 'd-receiving';
const at = `/settings/security-devices?edit=${id}`;
const height = 1000;
const form = async () => within(await screen.findByRole('dialog', { name: /^Edit/ }));
const inspected = { ok: true, code: 'ok', sentence: 'A token of events.1password.eu for three event kinds. It never expires.', server: 'events.1password.eu', features: ['auditevents', 'itemusages', 'signinattempts'], expires_at: null, issued_at: null, account_uuid: 'NZQ', last_four: 'b77z', fingerprint: '1', proposals: { server: 'https://events.1password.eu' } };

/** Somebody else saves first. */
async function late(user: UserEvent, server: StandIn): Promise<void> {
  const box = await form();
  await user.type(await box.findByLabelText('Name'), ', second floor');
  const [theirs] = inEveryState;
  if (theirs === undefined) return;
  const changed = { ...theirs, attributes: { ...theirs.attributes, name: 'Sales and Marketing', location: 'Malmö' }, meta: { version: 5 } };
  server.say({
    [`PATCH /api/v2/security_devices/${id}`]: refused(412, 'stale', 'Somebody else changed this device.'),
    [`GET /api/v2/security_devices/${id}`]: { body: { data: changed, included: [ana] }, headers: { etag: '"5"' } },
  });
  await user.click(box.getByRole('button', { name: 'Save' }));
  await box.findByRole('alert');
}

export default scenes('Edit', {
  'as it opens': { at, height, play: async () => (await form()).findByLabelText('Name') },
  'nothing in a field that is needed': {
    at,
    height,
    play: async ({ user }) => {
      const box = await form();
      await user.clear(await box.findByLabelText('Name'));
      await user.click(box.getByRole('button', { name: 'Save' }));
    },
  },
  'another was faster': { at, height: 1200, play: ({ user, server }) => late(user, server) },
  'a token of another region': {
    at,
    height: 1100,
    answers: { 'POST /api/v2/plugins/*/inspect': { body: inspected } },
    play: async ({ user }) => {
      const box = await form();
      await user.click(await box.findByLabelText('API token'));
      await user.paste('x.y.z');
      await box.findByRole('button', { name: 'Use https://events.1password.eu' });
    },
  },
  'reading again': {
    at,
    height,
    play: async () => {
      const box = await form();
      const day = await box.findByLabelText('Read again from');
      fireEvent.change(day, { target: { value: '1 Nov 2026' } });
      fireEvent.blur(day);
      await box.findByText(/costs about 42 requests/);
    },
  },
  'leaving with changes': {
    at,
    height,
    play: async ({ user }) => {
      const box = await form();
      await user.type(await box.findByLabelText('Name'), '!');
      await user.click(box.getByRole('button', { name: 'Cancel' }));
      await screen.findByRole('button', { name: 'Discard' });
    },
  },
  'not there': { at: '/settings/security-devices?edit=nowhere' },
});
