import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { createAppRouter } from '@/app/router';
import { installCsrfRefresh } from '@/data/session/session';
import { theme } from '@/theme/theme';
import { Notices } from '@/ui/announce';
import { keepFocus } from '@/ui/focusKept';
import { Meanings } from '@/ui/Meanings';
import { setZone } from '@/ui/zone';
import { Contents, SheetPage } from './SheetPage';
import { componentsSeen } from './seen';
import { StandIn } from './server';
import { act, settled } from './settle';
import { nameOf, type Scene, type Story } from './story';
import { answersFor, zone } from './world';

const files = import.meta.glob<{ default: Story[] }>('../**/*.story.tsx', { eager: true });
const stories = Object.values(files).flatMap((file) => file.default);

const client = new QueryClient({ defaultOptions: { queries: { refetchOnWindowFocus: false, retry: false } } });

const wanted = new URLSearchParams(window.location.search).get('story');
const story = stories.find((one) => nameOf(one) === wanted);

function draw(page: ReactNode): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('gallery.html has no #root');
  const options = story?.breaks === true ? { onCaughtError: () => undefined } : {};
  createRoot(root, options).render(
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={client}>
        {page}
        <Notices />
        <Meanings />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

function drawAlone(page: () => ReactNode): void {
  const rootRoute = createRootRoute({ component: page, notFoundComponent: page });
  draw(<RouterProvider router={createRouter({ routeTree: rootRoute, history: createMemoryHistory({ initialEntries: ['/'] }) }) as never} />);
}

async function drawScene(scene: Scene, server: StandIn): Promise<void> {
  installCsrfRefresh(client);
  keepFocus();
  draw(<RouterProvider router={createAppRouter(client, createMemoryHistory({ initialEntries: [scene.at] }))} />);
  await act(scene, server);
}

async function show(): Promise<void> {
  const server = new StandIn(story?.kind === 'scene' ? { ...answersFor(story.devices, story.preferences), ...story.answers } : answersFor());
  server.install();
  setZone(zone);
  if (story === undefined) drawAlone(() => <Contents stories={stories} />);
  else if (story.kind === 'sheet') drawAlone(() => <SheetPage sheet={story} />);
  else await drawScene(story, server);
  await settled(story?.waits === true);
}

/** What the test of the gallery reads: what there is, whether the story stands, and what was drawn. */
Object.assign(window, {
  gallery: {
    stories: stories.map((story) => ({ name: nameOf(story), whole: story.kind === 'sheet', narrow: story.kind === 'scene' && story.narrow === true, height: story.kind === 'scene' ? (story.height ?? null) : null })),
    ready: show(),
    seen: componentsSeen,
  },
});
