import { MantineProvider } from '@mantine/core';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { Notices } from './announce';
import { CopyButton } from './CopyButton';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function button(text: string | (() => Promise<string>)) {
  const user = userEvent.setup();
  render(
    <MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}>
      <CopyButton text={text} what="the address" />
      <Notices />
    </MantineProvider>,
  );
  return { user, copy: screen.getByRole('button', { name: 'Copy the address' }) };
}

test('copies, and says so', async () => {
  const { user, copy } = button('203.0.113.7');
  await user.click(copy);
  expect(await screen.findByText('Copied the address.')).toBeTruthy();
  expect(await navigator.clipboard.readText()).toBe('203.0.113.7');
});

test('without the clipboard of the browser the old way copies', async () => {
  const { user, copy } = button('203.0.113.7');
  vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('not allowed'));
  let copied = '';
  document.execCommand = () => {
    copied = document.querySelector('textarea')?.value ?? '';
    return true;
  };
  await user.click(copy);
  expect(await screen.findByText('Copied the address.')).toBeTruthy();
  expect(copied).toBe('203.0.113.7');
  expect(document.querySelector('textarea')).toBeNull();
});

test('what cannot be copied is said, with what to do', async () => {
  const { user, copy } = button('203.0.113.7');
  vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('not allowed'));
  document.execCommand = () => false;
  await user.click(copy);
  expect(await screen.findByText('The browser did not let Picket copy the address. Select it and copy by hand.')).toBeTruthy();
});

test('what is still on its way is copied when it is there; a failure is told', async () => {
  vi.stubGlobal('ClipboardItem', undefined);
  let arrive: (text: string) => void = () => undefined;
  const { user, copy } = button(() => new Promise((resolve) => { arrive = resolve; }));
  await user.click(copy);
  expect(copy.hasAttribute('data-loading')).toBe(true);
  arrive('the whole record');
  await waitFor(async () => { expect(await navigator.clipboard.readText()).toBe('the whole record'); });
  await waitFor(() => { expect(copy.hasAttribute('data-loading')).toBe(false); });
});

test('a text that did not come is told, and nothing is copied', async () => {
  vi.stubGlobal('ClipboardItem', undefined);
  const { user, copy } = button(() => Promise.reject(new Error('The record is gone.')));
  await user.click(copy);
  expect(await screen.findByText('Nothing was copied. The record is gone.')).toBeTruthy();
});

test('what was copied is ticked for a moment; another text is not, nor the same one later', async () => {
  const of = (text: string) => (
    <MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}>
      <CopyButton text={text} what="the address" />
      <Notices />
    </MantineProvider>
  );
  const user = userEvent.setup();
  const { rerender } = render(of('203.0.113.7'));
  const picture = (): string => screen.getByRole('button', { name: 'Copy the address' }).innerHTML;
  const plain = picture();
  await user.click(screen.getByRole('button', { name: 'Copy the address' }));
  await waitFor(() => {
    expect(picture()).not.toBe(plain);
  });
  rerender(of('203.0.113.8'));
  expect(picture()).toBe(plain);
  await new Promise((done) => setTimeout(done, 1700));
  rerender(of('203.0.113.7'));
  expect(picture()).toBe(plain);
});
