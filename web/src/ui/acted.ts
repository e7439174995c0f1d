/**
 * Whether anybody has pressed anything on this page. The browser's own answer (`navigator.userActivation`) will not do: what was pressed on the page before, to
 * come here, counts there too.
 */
let done = false;
const act = (): void => {
  done = true;
};
for (const kind of ['pointerdown', 'keydown']) window.addEventListener(kind, act, { capture: true, once: true, passive: true });

export function hasActed(): boolean {
  return done;
}
