import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type RouterHistory,
} from '@tanstack/react-router';
import { deviceListQuery } from '@/data/devices/devices';
import { pluginsQuery } from '@/data/plugins/plugins';
import { sessionQuery } from '@/data/session/session';
import { validateEventsSearch } from '@/features/events/search';
import { DevicesPage } from '@/features/security-devices/DevicesPage';
import { validateDevicesSearch } from '@/features/security-devices/search';
import { SignInPage } from '@/features/sign-in/SignInPage';
import { Broken, NotFound, Starting } from './pages';
import { Shell } from './Shell';
import { applyZone } from './usePersonal';

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({ notFoundComponent: NotFound });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = search['next'];
    // Only a path of this console: nobody may be sent elsewhere by a crafted link.
    return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {};
  },
  component: SignInPage,
});

const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (session === null) {
      const next = location.href === '/' ? {} : { next: location.href };
      throw redirect({ to: '/sign-in', search: next, replace: true });
    }
    applyZone(context.queryClient);
  },
  component: Shell,
  errorComponent: Broken,
  pendingComponent: Starting,
});

const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  component: lazyRouteComponent(() => import('@/features/home/HomePage'), 'HomePage'),
});

const devicePanel = lazyRouteComponent(() => import('@/features/security-devices/panel/DevicePanel'), 'DevicePanel');

const devicesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/security-devices',
  validateSearch: validateDevicesSearch,
  component: DevicesPage,
  // What is there within a blink is painted at once, without a skeleton before it.
  loader: ({ context: { queryClient } }) => {
    if (queryClient.getQueryData(deviceListQuery.queryKey) !== undefined) return;
    const asked = Promise.all([queryClient.prefetchInfiniteQuery(deviceListQuery), queryClient.prefetchQuery(pluginsQuery)]);
    return Promise.race([asked.then(() => undefined), new Promise<undefined>((done) => setTimeout(done, 200))]);
  },
  // The panel's code comes after the list is painted and before anybody can click.
  onEnter: () => {
    window.setTimeout(() => void devicePanel.preload?.(), 600);
  },
});

const deviceRoute = createRoute({
  getParentRoute: () => devicesRoute,
  path: '$deviceId',
  component: devicePanel,
});

const addRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/security-devices/add',
  component: lazyRouteComponent(() => import('@/features/security-devices/add/TechnologyPicker'), 'TechnologyPicker'),
});

const egressRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/egress-addresses',
  component: lazyRouteComponent(() => import('@/features/egress/EgressPage'), 'EgressPage'),
});

const profileRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/profile',
  component: lazyRouteComponent(() => import('@/features/profile/ProfilePage'), 'ProfilePage'),
});

const eventsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/events',
  validateSearch: validateEventsSearch,
  component: lazyRouteComponent(() => import('@/features/events/EventsPage'), 'EventsPage'),
});

const eventRoute = createRoute({
  getParentRoute: () => eventsRoute,
  path: '$eventId',
  component: lazyRouteComponent(() => import('@/features/events/panel/EventPanel'), 'EventPanel'),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  appRoute.addChildren([homeRoute, addRoute, devicesRoute.addChildren([deviceRoute]), eventsRoute.addChildren([eventRoute]), egressRoute, profileRoute]),
]);

/** Search parameters are plain text: links can be read, shared and written by hand. */
function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}
function stringifySearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) if (typeof value === 'string' && value !== '') query.set(key, value);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export function createAppRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    // Without this a value that its route refused would come through all the same.
    search: { strict: true },
    defaultPendingMs: 300,
    scrollRestoration: false,
    ...(history ? { history } : {}),
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
