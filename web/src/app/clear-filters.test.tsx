import { act, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { rules } from '@/gallery/rules';
import { openAt } from '@/test/app';
import { makeDevice, signedIn } from '@/test/server';

const page = (data: unknown[]) => ({ body: { data, meta: { page: { total: data.length } }, links: {} } });

/** Where the console can be narrowed by filters: its address, two and three of them, and what stays. */
const lists = [
  ['Events, two filters', '/events', 'range=7d', 'action=create&outcome=failure'],
  ['Events, three filters', '/events', 'range=7d', 'action=create&outcome=failure&country=!SE'],
  ['Detections, two filters', '/detections', 'sort=title', 'level=high&state=running'],
  ['Detections, three filters', '/detections', 'sort=title', 'level=high&state=running&origin=!own'],
] as const;
const open = (address: string) => {
  signedIn([makeDevice('a', 'Sales'), makeDevice('b', 'Legal')])
    .on('GET /api/v2/events', page([]))
    .on('GET /api/v2/detection_rules', page(rules));
  return openAt(address);
};
const parameters = (address: string) => new Set(new URLSearchParams(address.split('?')[1]).toString().split('&').sort());

test.each(lists)('"Clear filters" takes them all away in one step and leaves the rest of the view: %s', async (_, path, stays, filters) => {
  const app = open(`${path}?${stays}&${filters}`);
  await app.user.click(await screen.findByRole('button', { name: 'Clear filters' }));
  await waitFor(() => expect(app.address()).toBe(`${path}?${stays}`));
  expect(screen.queryByRole('group', { name: 'Filters' })).toBeNull();
  // One step forth is one step back.
  act(() => {
    app.back();
  });
  await waitFor(() => expect(parameters(app.address())).toEqual(parameters(`?${new URLSearchParams(`${stays}&${filters}`).toString()}`)));
});

test.each([
  ['two filters', 'status=healthy&technology=1password'],
  ['three filters', 'status=healthy&technology=1password&location=Oslo'],
])('"Clear filters" takes all of the device list away: %s', async (_, filters) => {
  const app = open(`/settings/security-devices?sort=-name&${filters}`);
  await app.user.click(await screen.findByRole('button', { name: 'Clear filters' }));
  await waitFor(() => expect(app.address()).toBe('/settings/security-devices?sort=-name'));
});
