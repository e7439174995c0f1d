import { act, render } from '@testing-library/react';
import { useLayoutEffect, useState } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { neighbourIn, useBeside } from './useBeside';

const ids = ['a', 'b', 'c', 'd'];

interface Seen {
  id: string;
  shown: string | null;
}

/** Follows the address; `meanwhile` runs when it already names another than is shown. */
function Beside({ what, first, seen, meanwhile }: { what: string; first: string; seen: Seen[]; meanwhile?: (step: (by: -1 | 1) => void) => void }) {
  const [id, setId] = useState(first);
  const { shown, step } = useBeside({ what, id, neighbour: (of, by) => neighbourIn(ids, of, by), onGo: setId, onClose: () => undefined, says: 'Next' });
  seen.push({ id, shown });
  useLayoutEffect(() => {
    if (shown !== null && shown !== id) meanwhile?.(step);
    // Once for each that is named.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id]);
  return <p>{shown}</p>;
}

function key(name: string): void {
  act(() => {
    document.dispatchEvent(new KeyboardEvent('keydown', { key: name }));
  });
}

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false }));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test('as long as nobody has pressed anything, and the first time, it is there at once', () => {
  const seen: Seen[] = [];
  render(<Beside what="first" first="a" seen={seen} />).unmount();
  render(<Beside what="first" first="b" seen={seen} />);
  key('x');
  render(<Beside what="other" first="c" seen={seen} />);
  expect([...new Set(seen.map(({ shown }) => shown))]).toEqual(['a', 'b', 'c']);
});

test('from then on the list answers first, and the panel follows', () => {
  key('x');
  render(<Beside what="second" first="a" seen={[]} />).unmount();
  const seen: Seen[] = [];
  const { container } = render(<Beside what="second" first="b" seen={seen} />);
  expect(seen[0]).toEqual({ id: 'b', shown: null });
  expect(container.textContent).toBe('b');
  key(']');
  expect(seen.filter(({ id }) => id === 'c').map(({ shown }) => shown)).toEqual(['b', 'c']);
  expect(container.textContent).toBe('c');
});

test('a step counts from what the address names: none is lost while the panel has yet to follow', () => {
  const seen: Seen[] = [];
  let again = 1;
  const { container } = render(
    <Beside what="third" first="a" seen={seen} meanwhile={(step) => { if (again-- > 0) step(1); }} />,
  );
  key(']');
  expect(container.textContent).toBe('c');
  expect(seen.some(({ shown }) => shown === 'b')).toBe(false);
});

test('there is nothing before the first, after the last, and beside one that is not in the list', () => {
  expect(neighbourIn(ids, 'a', -1)).toBeUndefined();
  expect(neighbourIn(ids, 'd', 1)).toBeUndefined();
  expect(neighbourIn(ids, 'x', 1)).toBeUndefined();
  expect(neighbourIn(ids, 'b', -1)).toBe('a');
});
