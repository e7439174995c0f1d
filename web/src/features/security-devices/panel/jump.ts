/** Of the bar, which stays above the section. */
const barHeight = 40;

/** Keeps a section at the top while what is above and below it still comes, until somebody scrolls or acts. The answer ends it. */
export function hold(scroller: Element, id: string, ended: () => void): () => void {
  // Not scrollIntoView(): where the panel is too short for it, that would scroll the page.
  const place = (): void => {
    const section = document.getElementById(id)?.closest('section');
    if (section) scroller.scrollTop += section.getBoundingClientRect().top - scroller.getBoundingClientRect().top - barHeight;
  };
  const sizes = new ResizeObserver(place);
  const watch = (): void => {
    sizes.disconnect();
    for (const child of scroller.children) sizes.observe(child);
  };
  const coming = new MutationObserver(watch);
  const acts = new AbortController();
  const end = (): void => {
    sizes.disconnect();
    coming.disconnect();
    acts.abort();
    ended();
  };
  place();
  watch();
  coming.observe(scroller, { childList: true });
  for (const act of ['wheel', 'touchmove', 'pointerdown', 'keydown'])
    scroller.addEventListener(act, end, { passive: true, signal: acts.signal });
  return end;
}

let release: (() => void) | undefined;

/** Lets go of what `goTo` keeps in place: the panel shows something else. */
export function letGo(): void {
  release?.();
  release = undefined;
}

/** Leads from a figure of the panel to the section that says more. */
export function goTo(from: Element, id: string): void {
  let scroller = from.parentElement;
  while (scroller && scroller.querySelector(':scope > nav') === null) scroller = scroller.parentElement;
  const heading = document.getElementById(id);
  if (!scroller || !heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  letGo();
  release = hold(scroller, id, () => {
    release = undefined;
  });
}
