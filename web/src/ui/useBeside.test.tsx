import { act, render } from '@testing-library/react';
import { type ReactNode, useLayoutEffect, useState } from 'react';
import { expect, test, vi } from 'vitest';
import { useListStands } from './besideList';
import { neighbourIn, useBeside } from './useBeside';

const ids = ['a', 'b', 'c', 'd'];

interface Seen {
  id: string;
  shown: string | null;
}
interface Props {
  what: string;
  first: string;
  seen: Seen[];
  /** Runs when the address already names another than is shown. */
  meanwhile?: (step: (by: -1 | 1) => void) => void;
}

function Beside({ what, first, seen, meanwhile }: Props) {
  const [id, setId] = useState(first);
  const { shown, before, after, step } = useBeside({ what, id, neighbour: (of, by) => neighbourIn(ids, of, by), onGo: setId, onClose: () => undefined, says: 'Next' });
  seen.push({ id, shown });
  useLayoutEffect(() => {
    if (shown !== id) meanwhile?.(step);
    // Once for each that is named.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id]);
  return (
    <p>
      {before && '<'}
      {shown}
      {after && '>'}
    </p>
  );
}

function List({ what, children }: { what: string; children?: ReactNode }) {
  useListStands(what);
  return children;
}

/** A list that stood before its panel; what the panel of `first` was, from its first moment on. */
function opened(props: Props) {
  const view = render(<List what={props.what} />);
  view.rerender(
    <List what={props.what}>
      <Beside {...props} />
    </List>,
  );
  return view;
}
/** The same, when a panel was drawn there before. */
function openedAgain(props: Props) {
  opened({ what: props.what, first: props.first, seen: [] }).unmount();
  return opened(props);
}

function key(name: string): void {
  act(() => {
    document.dispatchEvent(new KeyboardEvent('keydown', { key: name }));
  });
}

test('the first panel is there at once', () => {
  const seen: Seen[] = [];
  opened({ what: 'first', first: 'a', seen });
  expect(seen[0]).toEqual({ id: 'a', shown: 'a' });
});

test('from then on the list answers first, and the panel follows', () => {
  const seen: Seen[] = [];
  const { container } = openedAgain({ what: 'second', first: 'b', seen });
  expect(seen[0]).toEqual({ id: 'b', shown: null });
  expect(container.textContent).toBe('<b>');
  key(']');
  expect([...new Set(seen.filter(({ id }) => id === 'c').map(({ shown }) => shown))]).toEqual(['b', 'c']);
  expect(container.textContent).toBe('<c>');
});

test('one that comes together with its list is there at once', () => {
  const seen: Seen[] = [];
  openedAgain({ what: 'third', first: 'a', seen: [] }).unmount();
  render(
    <List what="third">
      <Beside what="third" first="b" seen={seen} />
    </List>,
  );
  expect(seen[0]).toEqual({ id: 'b', shown: 'b' });
});

test('where there is no room for two the list gives way at once', () => {
  vi.spyOn(window, 'matchMedia').mockReturnValue({ matches: true } as MediaQueryList);
  const seen: Seen[] = [];
  openedAgain({ what: 'fourth', first: 'a', seen });
  expect(seen[0]).toEqual({ id: 'a', shown: 'a' });
});

test('a step counts from what the address names: none is lost while the panel has yet to follow', () => {
  const seen: Seen[] = [];
  let again = 1;
  const { container } = openedAgain({ what: 'fifth', first: 'a', seen, meanwhile: (step) => { if (seen.at(-1)?.id === 'b' && again-- > 0) step(1); } });
  key(']');
  expect(container.textContent).toBe('<c>');
  expect(seen.some(({ shown }) => shown === 'b')).toBe(false);
});

test('a panel that stays behind for long is drawn at once with the next step', () => {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const seen: Seen[] = [];
  openedAgain({ what: 'sixth', first: 'a', seen, meanwhile: (step) => {
    if (seen.at(-1)?.id !== 'b') return;
    now += 250;
    step(1);
  } });
  key(']');
  expect(seen.find(({ id }) => id === 'c')).toEqual({ id: 'c', shown: 'c' });
});

test('there is nothing before the first, after the last, and beside one that is not in the list', () => {
  const { container } = opened({ what: 'eighth', first: 'd', seen: [] });
  expect(container.textContent).toBe('<d');
  expect(neighbourIn(ids, 'a', -1)).toBeUndefined();
  expect(neighbourIn(ids, 'x', 1)).toBeUndefined();
});
