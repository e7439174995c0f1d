/**
 * The focus is never lost. When what had it goes away (a page, a panel, a menu, a row), the browser gives it to nobody, and the next Tab
 * begins at the top of the page. This hands it on: to the nearest container that is made to take it, else to where it was before, else
 * to the page. Whoever wants it elsewhere only has to take it first.
 */

const remembered = 12;
/** So long may a dialog or a page take to claim the focus for itself. */
const patienceMs = 60;

const alive = (one: Element): one is HTMLElement =>
  one instanceof HTMLElement && one.isConnected && !one.matches(':disabled') && one.getClientRects().length > 0;

const lost = (): boolean => document.activeElement === null || document.activeElement === document.body;

/** Begins to watch; the answer ends it. */
export function keepFocus(): () => void {
  let before: HTMLElement[] = [];
  let around: Element[] = [];
  let timer: number | undefined;
  // A button that works is disabled meanwhile, and loses the focus by that; it gets it back when it is done.
  let asleep: HTMLElement | null = null;

  const remember = ({ target }: FocusEvent): void => {
    if (!(target instanceof HTMLElement) || target === document.body) return;
    asleep = null;
    before = [target, ...before.filter((one) => one !== target && one.isConnected)].slice(0, remembered);
    around = [];
    for (let one = target.parentElement; one; one = one.parentElement) around.push(one);
  };
  const handOn = (): void => {
    if (!lost() || before.length === 0) return;
    const page = document.getElementById('content');
    const container = around.find((one) => one.hasAttribute('tabindex') && alive(one));
    const next = container && container !== page ? container : (before.find(alive) ?? page);
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  };
  const watcher = new MutationObserver(() => {
    const last = before[0];
    // The browser takes the focus from what is disabled a little later: at this moment it is not lost yet.
    if (last?.matches(':disabled')) asleep = last;
    if (!lost() || last === undefined) return;
    if (!last.isConnected) {
      window.clearTimeout(timer);
      timer = window.setTimeout(handOn, patienceMs);
    } else if (asleep === last && !last.matches(':disabled')) {
      asleep = null;
      last.focus({ preventScroll: true });
    }
  });

  document.addEventListener('focusin', remember);
  watcher.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] });
  return () => {
    window.clearTimeout(timer);
    watcher.disconnect();
    document.removeEventListener('focusin', remember);
  };
}

/** A panel was closed, and the focus with it: the link in the list that leads there takes it. */
export function focusLinkTo(path: string): void {
  if (!lost()) return;
  const link = [...document.querySelectorAll<HTMLElement>('tr a[href]')].find((one) => one.getAttribute('href')?.split('?')[0] === path);
  link?.focus({ preventScroll: true });
}
