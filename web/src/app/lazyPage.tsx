import { Loader } from '@mantine/core';
import { type ComponentType, type FunctionComponent, lazy, type ReactNode, Suspense, useState } from 'react';
import { patient } from '@/api/reach';

const turning = <Loader role="status" aria-label="Loading" style={{ margin: '64px auto', display: 'block' }} />;

/** A page in a script of its own. The router waits for it before it leaves the page before. `meanwhile` stands where it does not. */
export function lazyPage(load: () => Promise<ComponentType>, meanwhile: ReactNode = turning): FunctionComponent & { preload: () => Promise<void> } {
  let started: Promise<ComponentType> | undefined;
  const once = (): Promise<ComponentType> => {
    started ??= patient(load).then((page) => (loaded = page)).catch((error: unknown) => {
      started = undefined;
      throw error;
    });
    return started;
  };
  let loaded: ComponentType | undefined;
  const Page = lazy(async () => ({ default: await once() }));
  // What is there already is drawn at once: a fallback, once shown, stays for 300 ms. Decided when mounted: it never changes under a person.
  const Now = (): ReactNode => {
    const [Ready] = useState(() => loaded);
    if (Ready !== undefined) return <Ready />;
    return (
      <Suspense fallback={meanwhile}>
        <Page />
      </Suspense>
    );
  };
  return Object.assign(
    Now,
    {
      preload: async () => {
        // What went wrong is told where the page would stand.
        await once().catch(() => undefined);
      },
    },
  );
}
