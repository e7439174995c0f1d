import { act, cleanup, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { openAt } from '@/test/app';
import { makeDevice, signedIn } from '@/test/server';

let height = 142;
let telephone = true;
const turned = new Set<(event: MediaQueryListEvent) => void>();
function turn(to: 'telephone' | 'desktop'): void {
  act(() => {
    telephone = to === 'telephone';
    for (const tell of turned) tell(new Event('change') as MediaQueryListEvent);
  });
}
beforeEach(() => {
  // A telephone, and a browser that lays out.
  telephone = true;
  const desktop = window.matchMedia.bind(window);
  vi.spyOn(window, 'matchMedia').mockImplementation((query) => ({
    ...desktop(query),
    get matches() {
      return telephone && query === '(max-width: 640px)';
    },
    addEventListener: (_: string, tell: EventListenerOrEventListenerObject) => {
      if (query === '(max-width: 640px)' && typeof tell === 'function') turned.add(tell);
    },
  }));
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockImplementation(() => height);
});

const many = Array.from({ length: 60 }, (_, i) => makeDevice(`id${String(i)}`, `Device ${String(i).padStart(2, '0')}`));

async function drawn(): Promise<number> {
  signedIn(many);
  openAt('/settings/security-devices');
  await screen.findByRole('link', { name: 'Device 00' });
  let rows = 0;
  // More are drawn beyond the edges once the list stands.
  await waitFor(() => {
    const now = document.querySelectorAll('tr[data-index]').length;
    expect(now).toBeGreaterThan(6);
    rows = now;
  });
  return rows;
}

test('a card is as high as its words: of higher ones fewer are drawn', async () => {
  const low = await drawn();
  cleanup();
  height = 400;
  expect(await drawn()).toBeLessThan(low);
});

test('cards that become rows are as high as rows, and rows that become cards as high as cards', async () => {
  height = 400;
  const cards = await drawn();
  turn('desktop');
  // Ten of them are in sight, where one card was.
  await waitFor(() => { expect(document.querySelectorAll('tr[data-index]').length).toBeGreaterThanOrEqual(10 + 6); });
  turn('telephone');
  await waitFor(() => { expect(document.querySelectorAll('tr[data-index]').length).toBeLessThanOrEqual(cards + 2); });
});
