import { afterEach, expect, test, vi } from 'vitest';
import { request } from './client';
import { beginEarly, rememberSignedIn } from './early';

afterEach(() => {
  vi.unstubAllGlobals();
});

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });

function serve(answers: Record<string, () => Response>): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path);
    const answer = answers[path];
    return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('Failed to fetch'));
  });
  return asked;
}

test('an answer begun early is taken once; the next request asks again', async () => {
  const asked = serve({ '/session': () => json({ user: 'ada' }), '/list': () => json({ data: [1] }) });
  beginEarly('/settings/security-devices', '/session', ['/list']);
  expect((await request('GET', '/session', { plainUnauthorized: true })).body).toEqual({ user: 'ada' });
  await vi.waitFor(() => {
    expect(asked).toEqual(['/session', '/list']);
  });
  expect((await request('GET', '/list')).body).toEqual({ data: [1] });
  expect(asked).toEqual(['/session', '/list']);
  await request('GET', '/list');
  expect(asked).toEqual(['/session', '/list', '/list']);
});

test('without a session nothing else is asked for', async () => {
  const asked = serve({ '/session': () => json({ errors: [] }, 401), '/list': () => json({}) });
  beginEarly('/', '/session', ['/list']);
  await expect(request('GET', '/session', { plainUnauthorized: true })).rejects.toMatchObject({ status: 401 });
  expect(asked).toEqual(['/session']);
});

test('where somebody was signed in before nothing waits, and a refusal of the list is not kept', async () => {
  const asked = serve({ '/session': () => json({ errors: [] }, 401), '/list': () => json({ errors: [] }, 401) });
  rememberSignedIn(true);
  beginEarly('/', '/session', ['/list']);
  expect(asked).toEqual(['/session', '/list']);
  await expect(request('GET', '/session', { plainUnauthorized: true })).rejects.toMatchObject({ status: 401 });
  serve({ '/list': () => json({ data: [2] }) });
  expect((await request('GET', '/list')).body).toEqual({ data: [2] });
  rememberSignedIn(false);
  const later = serve({ '/session': () => json({ errors: [] }, 401), '/list': () => json({}) });
  beginEarly('/', '/session', ['/list']);
  expect(later).toEqual(['/session']);
});

test('what failed early is asked for again, and what nobody took in time as well', async () => {
  let up = false;
  const asked = serve({});
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path);
    return up ? Promise.resolve(json({ up })) : Promise.reject(new TypeError('Failed to fetch'));
  });
  beginEarly('/events', '/session', []);
  up = true;
  expect((await request('GET', '/session', { plainUnauthorized: true })).body).toEqual({ up });
  expect(asked).toHaveLength(2);
  beginEarly('/events', '/session', []);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
  await request('GET', '/session', { plainUnauthorized: true });
  expect(asked).toHaveLength(4);
});
