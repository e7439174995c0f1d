import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import { openAt } from '@/test/app';
import { eventLink, list, makeEvent, several, shown, withEvents } from '@/test/events';
import { problem, type TestServer } from '@/test/server';
import { FakeEventSource } from '@/test/setup';
import { setZone } from '@/ui/zone';

afterEach(() => {
  setZone(undefined);
});

describe('the list', () => {
  test('shows the last 24 hours, newest first, without asking for records', async () => {
    const server = withEvents(several(3));
    openAt('/events');
    await eventLink('action-0');
    expect(shown()).toEqual(['action-0', 'action-1', 'action-2']);
    const asked = list(server)[0]?.query;
    expect(asked?.get('flag[raw]')).toBe('false');
    const from = Date.parse(asked?.get('filter[time]')?.replace('>=', '') ?? '');
    expect(Math.abs(Date.now() - 86_400_000 - from)).toBeLessThan(60_000);
    expect(await screen.findByText('3 events')).toBeTruthy();
    expect(await screen.findByText(/that is all of the last 24 hours/)).toBeTruthy();
  });

  test('asks for the next page by the link of the last, and draws only what is in view', async () => {
    const server = withEvents(several(250));
    openAt('/events');
    await eventLink('action-0');
    expect(await screen.findByText('250 events')).toBeTruthy();
    expect(screen.getAllByRole('rowheader').length).toBeLessThan(60);
    // What is far below is not asked for before somebody comes near.
    expect(list(server)).toHaveLength(1);
    const scroller = screen.getByRole('table', { name: 'Events, newest first' }).parentElement as HTMLElement;
    const scrollTo = (row: number): void => {
      scroller.scrollTop = row * 36;
      fireEvent.scroll(scroller);
    };
    scrollTo(70);
    await waitFor(() => {
      expect(list(server).map((call) => [call.query.get('page[after]'), call.query.get('page[limit]')])).toEqual([[null, '100'], ['100', '300']]);
    });
    scrollTo(230);
    expect(await eventLink('action-249')).toBeTruthy();
    expect(screen.getAllByRole('rowheader').length).toBeLessThan(60);
    expect(screen.getByText(/^250 events: that is all/)).toBeTruthy();
    expect(list(server)).toHaveLength(2);
  });

  test('a value in a row becomes a filter, and so does its opposite', async () => {
    const server = withEvents(several(2));
    const app = openAt('/events?range=7d');
    const row = (await eventLink('action-0')).closest('tr') as HTMLElement;
    await app.user.click(within(row).getByRole('button', { name: '192.0.2.7' }));
    await waitFor(() => {
      expect(app.address()).toBe('/events?range=7d&address=192.0.2.7');
    });
    expect(await screen.findByTitle('Address is 192.0.2.7. Change it')).toBeTruthy();
    await waitFor(() => {
      expect(list(server).at(-1)?.query.get('filter[source_ip]')).toBe('192.0.2.7');
    });
    await app.user.click(screen.getAllByTitle('Leave out: Actor is ana@example.test')[0] as HTMLElement);
    await waitFor(() => {
      expect(list(server).at(-1)?.query.get('filter[actor]')).toBe('!ana@example.test');
    });
    expect(new URLSearchParams(app.address().split('?')[1]).get('actor')).toBe('!ana@example.test');
    // A stream cannot be left out on the server: the others are asked for.
    await app.user.click(screen.getAllByTitle('Leave out: Stream is Audit events')[0] as HTMLElement);
    await waitFor(() => {
      expect(list(server).at(-1)?.query.get('filter[stream]')).toBe('itemusages');
    });
  });

  test('so do its action, its outcome and its country; the time, or the row itself, opens it', async () => {
    const server = withEvents([makeEvent(0, { stream: 'itemusages', action: 'reveal', outcome: 'failure' })]);
    const app = openAt('/events?range=7d');
    const asked = (parameter: string) => list(server).at(-1)?.query.getAll(parameter);
    const click = async (title: string): Promise<void> => {
      await app.user.click(await screen.findByTitle(title));
    };
    await click('Show only: Action is Revealed an item (reveal)');
    await waitFor(() => expect(asked('filter[action]')).toEqual(['reveal']));
    await click('Leave out: Action is Revealed an item (reveal)');
    await waitFor(() => expect(asked('filter[action]')).toEqual(['!reveal']));
    await click('Show only: Outcome is Failure');
    await waitFor(() => expect(asked('filter[outcome]')).toEqual(['failure']));
    await click('Leave out: Outcome is Failure');
    await waitFor(() => expect(asked('filter[outcome]')).toEqual(['!failure']));
    await click('Leave out: Country is Sweden');
    await waitFor(() => expect(asked('filter[country]')).toEqual(['!SE']));
    expect(screen.queryByRole('complementary')).toBeNull();
    await app.user.click((await eventLink('Revealed an item')).closest('tr') as HTMLElement);
    await screen.findByRole('complementary', { name: 'Event' });
    await app.user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull());
    await app.user.click(await eventLink('Revealed an item'));
    await screen.findByRole('complementary', { name: 'Event' });
  });

  test('a broken address falls back and says so', async () => {
    const server = withEvents(several(1));
    const app = openAt('/events?range=soon&outcome=splendid&actor=ana@example.test');
    expect(await screen.findByText('Part of this address could not be read')).toBeTruthy();
    expect(screen.getByText(/the last 24 hours are shown instead/).textContent).toContain('soon');
    expect(screen.getByText(/it is one of success, failure, unknown/)).toBeTruthy();
    expect(list(server).at(-1)?.query.get('filter[actor]')).toBe('ana@example.test');
    await app.user.click(screen.getByRole('button', { name: 'Dismiss' }));
    await waitFor(() => {
      expect(screen.queryByText('Part of this address could not be read')).toBeNull();
    });
  });

  test('unreadable records can be asked for, in the words of the filter, and no longer', async () => {
    const server = withEvents([makeEvent(0, { action: null, unreadable: true })]);
    const app = openAt('/events?record=unreadable&range=all');
    await eventLink('Unreadable record');
    const filters = within(screen.getByRole('group', { name: 'Filters' }));
    expect(filters.getByRole('button', { name: 'Record is Unreadable' })).toBeTruthy();
    for (const call of [list(server).at(-1), server.asked('GET /api/v2/events/counts').at(-1)]) expect(call?.query.getAll('filter[unreadable]')).toEqual(['true']);
    await app.user.click(filters.getByRole('button', { name: 'Record is Unreadable' }));
    await app.user.click(await screen.findByRole('checkbox', { name: 'Readable' }));
    await waitFor(() => expect(app.address()).toBe('/events?range=all&record=readable'));
    await app.user.click(filters.getByRole('button', { name: 'Remove filter: Record is Readable' }));
    await waitFor(() => expect(app.address()).toBe('/events?range=all'));
    await waitFor(() => expect(list(server).at(-1)?.query.has('filter[unreadable]')).toBe(false));
    // As every value of a row, its own narrows the list.
    await app.user.click(screen.getByTitle('Show only: Record is Unreadable'));
    await waitFor(() => expect(app.address()).toBe('/events?range=all&record=unreadable'));
  });

  test('without any device the first one is offered, and what deleted ones left', async () => {
    withEvents([]).on('GET /api/v2/security_devices', { body: { data: [], meta: { page: { total: 0 } } } });
    openAt('/events');
    expect((await screen.findByRole('link', { name: 'Add Security Device' })).getAttribute('href')).toBe('/settings/security-devices/add');
    expect(document.querySelector('footer [data-walks]')?.getAttribute('data-walks')).toBe('false');
    fireEvent.click(screen.getByRole('button', { name: 'Look at all time' }));
    expect(await screen.findByText('No events yet')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Look at/ })).toBeNull();
  });

  test('without the right nothing is offered and nothing is counted', async () => {
    withEvents(several(2)).on('GET /api/v2/events', { status: 403, body: problem('403', 'forbidden', 'Your role does not include reading events.') });
    openAt('/events');
    await screen.findByText('You may not see this');
    expect(screen.queryByRole('button', { name: 'Export' })).toBeNull();
    expect(screen.queryByText(/\d events?$/)).toBeNull();
  });

  test('the first day is told as well, and where there are several devices each row says which', async () => {
    withEvents(several(2));
    openAt('/events');
    const row = (await eventLink('action-0')).closest('tr') as HTMLElement;
    expect(screen.getAllByText(/^(Today|Yesterday), \w+day \d+ \w+$/).length).toBeGreaterThan(0);
    expect(row.closest('table')?.dataset['oneDevice']).toBe('false');
    expect(within(row).getByRole('button', { name: 'Sales' })).toBeTruthy();
  });

  test('its range is told by the clock of another zone as soon as that is chosen', async () => {
    withEvents(several(1));
    openAt('/events?range=2026-01-05T10:00:00Z..2026-01-05T12:00:00Z');
    const range = await screen.findByRole('button', { name: /^Time range/ });
    const before = range.textContent;
    act(() => {
      setZone('Asia/Kathmandu');
    });
    expect(range.textContent).not.toBe(before);
    expect(range.textContent).toContain('15:45');
  });

  test('nothing found offers a longer time', async () => {
    withEvents([]);
    const app = openAt('/events?outcome=failure');
    await screen.findByText('No event matches');
    await app.user.click(screen.getByRole('button', { name: 'Look at the last 7 days' }));
    await waitFor(() => {
      expect(app.address()).toContain('range=7d');
    });
    await app.user.click(await screen.findByRole('button', { name: 'Clear search and filters' }));
    expect(await screen.findByText('No events in the last 7 days')).toBeTruthy();
  });

  test('a failure offers another try', async () => {
    const server = withEvents(several(1));
    server.on('GET /api/v2/events', { status: 500, body: problem('500', 'internal', 'The store is closed.') });
    const app = openAt('/events');
    expect(await screen.findByText('The store is closed.')).toBeTruthy();
    server.on('GET /api/v2/events', { body: { data: several(1), meta: { page: { limit: 100 } }, links: {} } });
    await app.user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await eventLink('action-0')).toBeTruthy();
  });

  test('new events wait in a pill and move nothing', async () => {
    const events = several(2);
    withEvents(events);
    const app = openAt('/events');
    await eventLink('action-0');
    act(() => {
      FakeEventSource.latest().open();
    });
    events.unshift(makeEvent(-1), makeEvent(-2));
    act(() => {
      FakeEventSource.latest().say('events', { security_device_id: 'a', stream: 'auditevents', new: 2, events_total: 4, events_24h: 4, events_unreadable: 0 });
    });
    const pill = await screen.findByRole('button', { name: '2 new' });
    expect(shown()).toEqual(['action-0', 'action-1']);
    await app.user.click(pill);
    expect(await eventLink('action--1')).toBeTruthy();
    expect(screen.queryByRole('button', { name: '2 new' })).toBeNull();
  });
});

describe('searching for a text', () => {
  const say = (event: string, data: unknown): Uint8Array => new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

  function streaming(server: TestServer) {
    const writers: ReadableStreamDefaultController<Uint8Array>[] = [];
    server.on('GET /api/v2/events/search', () => ({
      raw: new ReadableStream<Uint8Array>({
        start: (writer) => {
          writers.push(writer);
        },
      }),
    }));
    return writers;
  }

  test('shows rows and progress as they come, can be cancelled, and goes on where it was', async () => {
    const server = withEvents([]);
    const writers = streaming(server);
    const app = openAt('/events?text=vault%20%22two%20words%22');
    await waitFor(() => {
      expect(writers).toHaveLength(1);
    });
    const first = server.asked('GET /api/v2/events/search')[0];
    expect(first?.query.getAll('filter[text]')).toEqual(['vault', 'two words']);
    act(() => {
      writers[0]?.enqueue(say('row', makeEvent(0)));
      writers[0]?.enqueue(say('progress', { scanned: 400, of: 1000, matched: 1, reached: makeEvent(5).attributes.time }));
    });
    expect(await eventLink('action-0')).toBeTruthy();
    expect(await screen.findByText(/Searching: 1 found, 400 of 1,000 records looked through/)).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(first?.signal?.aborted).toBe(true);
    expect(await screen.findByText(/Search cancelled: 1 found/)).toBeTruthy();
    expect(screen.getByRole('link', { name: / action-0$/ })).toBeTruthy();
    await app.user.click(screen.getAllByRole('button', { name: 'Go on' })[0] as HTMLElement);
    await waitFor(() => {
      expect(writers).toHaveLength(2);
    });
    const border = Date.parse(makeEvent(5).attributes.time) + 1;
    expect(server.asked('GET /api/v2/events/search')[1]?.query.getAll('filter[time]')).toContain(`<${new Date(border).toISOString()}`);
    act(() => {
      // The event on the border comes twice and is shown once.
      writers[1]?.enqueue(say('row', makeEvent(0)));
      writers[1]?.enqueue(say('row', makeEvent(6)));
      writers[1]?.enqueue(say('done', { scanned: 600, of: 600, matched: 2, sent: 2 }));
      writers[1]?.close();
    });
    expect(await eventLink('action-6')).toBeTruthy();
    expect(shown()).toEqual(['action-0', 'action-6']);
  });

  test('a cancel ends the counting, too: it looks through the same records; going on begins both again', async () => {
    const server = withEvents([]);
    const writers = streaming(server);
    const counts = () => server.asked('GET /api/v2/events/counts').filter((call) => call.query.has('filter[text]'));
    let answer: (() => void) | undefined;
    server.on('GET /api/v2/events/counts', () => new Promise((resolve) => {
      answer = () => { resolve({ body: { data: [{ start: makeEvent(0).attributes.time, count: 7, stream: 'auditevents' }], meta: { total: 7, width: 'hour' } } }); };
    }));
    const app = openAt('/events?text=vault');
    await waitFor(() => expect(counts()).toHaveLength(1));
    await waitFor(() => expect(writers).toHaveLength(1));
    await app.user.click(await screen.findByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(counts()[0]?.signal?.aborted).toBe(true));
    expect(await screen.findByText(/^The search was cancelled before its events were counted/)).toBeTruthy();
    await app.user.click(screen.getAllByRole('button', { name: 'Go on' })[0] as HTMLElement);
    await waitFor(() => expect(counts()).toHaveLength(2));
    expect(counts()[1]?.signal?.aborted).toBe(false);
    answer?.();
    expect(await screen.findByText(/^Events over time, 7 in all: /)).toBeTruthy();
  });

  test('a search that breaks keeps what it found', async () => {
    const server = withEvents([]);
    const writers = streaming(server);
    openAt('/events?text=vault');
    await waitFor(() => {
      expect(writers).toHaveLength(1);
    });
    act(() => {
      writers[0]?.enqueue(say('row', makeEvent(0)));
      writers[0]?.enqueue(say('error', { code: 'unavailable', detail: 'Too many searches are running.' }));
    });
    expect(await screen.findByText(/The search broke off: 1 found.*Too many searches are running/)).toBeTruthy();
    // Told once, with one way on; how many there are nobody knows.
    expect(screen.getAllByText(/Too many searches are running/)).toHaveLength(1);
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
    expect(screen.getByText('1 found so far')).toBeTruthy();
    expect(screen.getByRole('link', { name: / action-0$/ })).toBeTruthy();
  });

  test('typing is sent when the hand rests, and `/` leads there', async () => {
    const server = withEvents(several(1));
    streaming(server);
    const app = openAt('/events?outcome=success');
    await eventLink('action-0');
    await app.user.keyboard('/');
    expect(document.activeElement).toBe(screen.getByLabelText('Search events'));
    await app.user.keyboard('vault');
    await waitFor(() => {
      expect(app.address()).toBe('/events?outcome=success&text=vault');
    });
    await waitFor(() => { expect(server.asked('GET /api/v2/events/search')).toHaveLength(1); });
  });
});

test('whatever a vendor writes is text', async () => {
  const hostile = ['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>', '\u202eevil\u202c', '👩‍👩‍👧‍👦'.repeat(50), 'x'.repeat(10_000), '__proto__', '${1+1}', ' '];
  const events = hostile.map((text, index) =>
    makeEvent(index, { action: text, actor_email: text, actor_uid: text, target: text, source_ip: text, stream: text, country: text, vendor_uid: text }),
  );
  const server = withEvents(events);
  hostile.forEach((text, index) => {
    server.on(`GET /api/v2/events/e${String(index)}/raw`, { raw: JSON.stringify({ [text]: [text, { [text]: text }] }) });
  });
  const app = openAt('/events/e0?range=7d');
  const panel = await screen.findByRole('complementary', { name: 'Event' });
  for (let index = 1; index < hostile.length; index += 1) {
    await within(panel).findByText(`${String(index)} of ${String(hostile.length)}`);
    await app.user.keyboard(']');
  }
  expect(document.querySelector('img[src="x"], script')).toBeNull();
  expect(screen.getAllByText(/onerror=alert/).length).toBeGreaterThan(0);
  expect(document.title).not.toHaveLength(10_000);
});
