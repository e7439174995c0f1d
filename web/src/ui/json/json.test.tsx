import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { JsonView } from './JsonView';
import { parseJson, type JsonNode } from './parse';

/** Back to what JSON.parse would say, for documents small enough for it. */
function plain(node: JsonNode | null): unknown {
  if (node === null) return undefined;
  if (node.kind === 'object') return Object.fromEntries(node.keys.map((key, index) => [key, plain(node.items[index] ?? null)]));
  if (node.kind === 'array') return node.items.map(plain);
  return node.kind === 'string' ? node.value : (JSON.parse(node.text) as unknown);
}

describe('reading JSON', () => {
  test('agrees with JSON.parse on what is JSON', () => {
    for (const text of ['{}', '[]', ' [ 1 , -2.5e+3, true,false,null ] ', '{"a":{"b":[{"c":"d"}]},"":0}', '"\\u00e9\\"\\\\\\n"', '0', '[[[[]]]]', '{"x":"a\\\\"}']) {
      expect(plain(parseJson(text)), text).toEqual(JSON.parse(text));
    }
  });

  test('and on what is not', () => {
    for (const text of ['', '{', '[1,]', '{"a":1,}', '{"a"}', '{a:1}', '[1 2]', '01', '1.', "'a'", '"a', '"\n"', '{}x', 'nul', '[}', ',', ']', '"\\x"']) {
      expect(() => JSON.parse(text) as unknown, text).toThrow();
      expect(parseJson(text), text).toBeNull();
    }
  });

  test('keeps what JSON.parse would lose', () => {
    expect(parseJson('[9007199254740993, 1.0]')).toMatchObject({ items: [{ text: '9007199254740993' }, { text: '1.0' }] });
    expect(parseJson('{"a":1,"a":2}')).toMatchObject({ keys: ['a', 'a'] });
  });

  test('a hundred thousand levels and five megabytes', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(parseJson(deep)?.kind).toBe('array');
    const wide = `[${Array.from({ length: 160_000 }, (_, i) => `{"id":${String(i)},"name":"some text"}`).join(',')}]`;
    expect(wide.length).toBeGreaterThan(5_000_000);
    const node = parseJson(wide);
    expect(node?.kind === 'array' && node.items.length).toBe(160_000);
  });
});

const show = (text: string, mark: string[] = []) => {
  render(
    <MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}>
      <JsonView text={text} mark={mark} />
    </MantineProvider>,
  );
  return userEvent.setup({ delay: null });
};

describe('the tree', () => {
  test('opens and closes, two levels at first', async () => {
    const user = show('{"user":{"name":"Ana","place":{"city":"Oslo"}}}');
    expect(screen.getByText(/Ana/)).toBeTruthy();
    expect(screen.queryByText(/Oslo/)).toBeNull();
    await user.click(screen.getByRole('button', { name: /place/ }));
    expect(screen.getByText(/Oslo/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: /user/ }));
    expect(screen.queryByText(/Ana/)).toBeNull();
  });

  test('draws a part of what is long, and the rest when asked', async () => {
    const user = show(`{"list":[${Array.from({ length: 5000 }, (_, i) => `"v${String(i)}"`).join(',')}],"long":"${'x'.repeat(10_000)}"}`);
    await user.click(screen.getByRole('button', { name: /list/ }));
    expect(screen.queryByText('"v99"')).toBeTruthy();
    expect(screen.queryByText('"v100"')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Show 500 more of 5,000 entries' }));
    expect(screen.queryByText('"v100"')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: '9,600 more characters' }));
    expect(screen.getByText(new RegExp('x{10000}'))).toBeTruthy();
  });

  test('markup in keys and values is text', () => {
    show('{"<img src=x onerror=alert(1)>":"<script>alert(1)</script>"}', ['alert']);
    expect(document.querySelector('img, script')).toBeNull();
    expect(document.body.textContent).toContain('<script>alert(1)</script>');
    expect(document.querySelectorAll('mark')).toHaveLength(2);
  });

  test('what is no JSON is shown as it is', () => {
    show('<14>Nov 22 22:00:00 host app: not json');
    expect(screen.getByText('<14>Nov 22 22:00:00 host app: not json')).toBeTruthy();
  });
});
