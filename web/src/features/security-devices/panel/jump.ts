/** Of the bar, which stays above the section. */
const barHeight = 40;

let release: (() => void) | undefined;
let kept: string | undefined;

/** Lets go of the section that is kept in place, if one is: the panel shows something else. */
export function letGo(): void {
  release?.();
  release = undefined;
  kept = undefined;
}

/** The id of the heading that is kept in place. */
export const holding = (): string | undefined => kept;

/** Keeps a section at the top while what is above and below it still comes, until somebody scrolls or acts. */
export function keepAt(scroller: Element, id: string): void {
  letGo();
  kept = id;
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
  release = () => {
    sizes.disconnect();
    coming.disconnect();
    acts.abort();
  };
  place();
  watch();
  coming.observe(scroller, { childList: true });
  // Where there is nothing to scroll, whoever shows what is read still learns what was asked for.
  scroller.dispatchEvent(new Event('scroll'));
  for (const act of ['wheel', 'touchmove', 'pointerdown', 'keydown'])
    scroller.addEventListener(act, letGo, { passive: true, signal: acts.signal });
}

/** Leads from a figure of the panel to the section that says more. */
export function goTo(from: Element, id: string): void {
  let scroller = from.parentElement;
  while (scroller && scroller.querySelector(':scope > nav') === null) scroller = scroller.parentElement;
  const heading = document.getElementById(id);
  if (!scroller || !heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  keepAt(scroller, id);
}
