import { Loader } from '@mantine/core';
import { type ComponentType, type FunctionComponent, lazy, Suspense } from 'react';
import { patient } from '@/api/reach';

/** A page in a script of its own. The router waits for it before it leaves the page before. */
export function lazyPage(load: () => Promise<ComponentType>): FunctionComponent & { preload: () => Promise<void> } {
  let started: Promise<ComponentType> | undefined;
  const once = (): Promise<ComponentType> => {
    started ??= patient(load).catch((error: unknown) => {
      started = undefined;
      throw error;
    });
    return started;
  };
  const Page = lazy(async () => ({ default: await once() }));
  return Object.assign(
    () => (
      <Suspense fallback={<Loader aria-label="Loading" style={{ margin: '64px auto', display: 'block' }} />}>
        <Page />
      </Suspense>
    ),
    {
      preload: async () => {
        // What went wrong is told where the page would stand.
        await once().catch(() => undefined);
      },
    },
  );
}
