import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { focusLinkTo, keepFocus } from './focusKept';

let end: () => void;
beforeEach(() => {
  document.body.innerHTML =
    '<main id="content" tabindex="-1"><button id="opener">open</button><div id="list" tabindex="-1"><a id="row" href="#">row</a></div><aside id="panel"><button id="close">close</button></aside></main>';
  // jsdom lays nothing out.
  vi.spyOn(Element.prototype, 'getClientRects').mockReturnValue([{}] as unknown as DOMRectList);
  end = keepFocus();
});
afterEach(() => {
  end();
  document.body.innerHTML = '';
});
const get = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(id);
  return found;
};
const focused = (id: string) => vi.waitFor(() => {
  expect(document.activeElement?.id).toBe(id);
});

test('what goes away hands the focus to where it was before', async () => {
  get('opener').focus();
  get('close').focus();
  get('panel').remove();
  await focused('opener');
});

test('a container that is made to take it comes first', async () => {
  get('opener').focus();
  get('row').focus();
  get('row').remove();
  await focused('list');
});

test('with nothing left the page takes it', async () => {
  get('close').focus();
  get('panel').remove();
  await focused('content');
});

test('whoever takes it first keeps it, and a page where nothing had the focus is left alone', async () => {
  get('panel').remove();
  await new Promise((done) => setTimeout(done, 120));
  expect(document.activeElement).toBe(document.body);
  get('opener').focus();
  get('opener').remove();
  get('row').focus();
  await new Promise((done) => setTimeout(done, 120));
  expect(document.activeElement?.id).toBe('row');
});

test('a button that was disabled while it worked gets the focus back', async () => {
  const opener = get('opener') as HTMLButtonElement;
  opener.focus();
  opener.blur();
  opener.disabled = true;
  await new Promise((done) => setTimeout(done, 20));
  expect(document.activeElement).toBe(document.body);
  opener.disabled = false;
  await focused('opener');
});

test('the link that led to a closed panel takes the focus, unless something has it', () => {
  document.body.insertAdjacentHTML('beforeend', '<table><tr><td><a id="one" href="/d/1?q=x">1</a><a id="two" href="/d/12">12</a></td></tr></table>');
  focusLinkTo('/d/1');
  expect(document.activeElement?.id).toBe('one');
  focusLinkTo('/d/12');
  expect(document.activeElement?.id).toBe('one');
});
