/** What React keeps of a component on the screen, as far as it is needed here. */
interface Fiber {
  type: unknown;
  elementType: unknown;
  child: Fiber | null;
  sibling: Fiber | null;
}

const seen = new Set<string>();

function note(type: unknown): void {
  if ((typeof type !== 'function' && typeof type !== 'object') || type === null || !('galleryMark' in type)) return;
  if (typeof type.galleryMark === 'string') seen.add(type.galleryMark);
}

function walk(top: Fiber): void {
  const left: (Fiber | null)[] = [top];
  while (left.length > 0) {
    const fiber = left.pop();
    if (!fiber) continue;
    note(fiber.type);
    note(fiber.elementType);
    left.push(fiber.sibling, fiber.child);
  }
}

/** The components that were on the screen since the page was opened, as `ui/StatusBadge.tsx StatusBadge`. */
export const componentsSeen = (): string[] => [...seen].sort();

/** Takes the place of React's developer tools, which are told of everything that is drawn. */
export function watchComponents(): void {
  Object.assign(window, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      supportsFiber: true,
      inject: () => 1,
      onCommitFiberRoot: (_renderer: number, root: { current: Fiber }) => {
        walk(root.current);
      },
      onCommitFiberUnmount: () => undefined,
    },
  });
}
