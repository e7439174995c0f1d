import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  redirect,
  type RouterHistory,
} from '@tanstack/react-router';
import { signInsQuery } from '@/data/account/account';
import { allCountsQuery, arrivingHours } from '@/data/counts/counts';
import { brokenRulesQuery } from '@/data/detections/broken';
import { deviceListQuery } from '@/data/devices/devices';
import { pluginsQuery } from '@/data/plugins/plugins';
import { sessionQuery } from '@/data/session/session';
import { validateEventsSearch } from '@/features/events/search';
import { validateRulesSearch } from '@/features/detections/search';
import { DevicesPage } from '@/features/security-devices/DevicesPage';
import { validateDevicesSearch } from '@/features/security-devices/search';
import { SignInPage } from '@/features/sign-in/SignInPage';
import { PanelRoom } from '@/ui/PanelFrame';
import { lazyPage } from './lazyPage';
import { Broken, NoPage, PageBroken, PanelBroken, Starting } from './pages';
import { Shell } from './Shell';
import { applyZone } from './usePersonal';

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({ notFoundComponent: NoPage });

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

/** What is there within a blink is painted at once, without a skeleton before it: nothing moves when it comes. */
function soon(...asked: Promise<unknown>[]): Promise<void> {
  return Promise.race([Promise.all(asked).then(() => undefined), new Promise<undefined>((done) => setTimeout(done, 200))]);
}

const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  loader: ({ context: { queryClient } }) =>
    queryClient.getQueryData(deviceListQuery.queryKey) === undefined
      ? soon(
          queryClient.prefetchInfiniteQuery(deviceListQuery), queryClient.prefetchQuery(pluginsQuery),
          queryClient.prefetchQuery(brokenRulesQuery), queryClient.prefetchQuery(allCountsQuery(arrivingHours)),
        )
      : undefined,
  component: lazyPage(() => import('@/features/home/HomePage').then((module) => module.HomePage)),
});

const devicePanel = lazyPage(() => import('@/features/security-devices/panel/DevicePanel').then((module) => module.DevicePanel), <PanelRoom />);

const devicesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/security-devices',
  validateSearch: validateDevicesSearch,
  component: DevicesPage,
  loader: ({ context: { queryClient } }) =>
    queryClient.getQueryData(deviceListQuery.queryKey) === undefined
      ? soon(queryClient.prefetchInfiniteQuery(deviceListQuery), queryClient.prefetchQuery(pluginsQuery))
      : undefined,
  // The panel's code comes after the list is painted and before anybody can click.
  onEnter: () => {
    window.setTimeout(() => void devicePanel.preload?.(), 600);
  },
});

const deviceRoute = createRoute({
  getParentRoute: () => devicesRoute,
  path: '$deviceId',
  component: devicePanel,
  pendingComponent: PanelRoom,
  errorComponent: PanelBroken,
});

const addRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/security-devices/add',
  component: lazyPage(() => import('@/features/security-devices/add/TechnologyPicker').then((module) => module.TechnologyPicker)),
});

const egressRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/egress-addresses',
  component: lazyPage(() => import('@/features/egress/EgressPage').then((module) => module.EgressPage)),
});

const profileRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/profile',
  loader: ({ context: { queryClient } }) => soon(queryClient.prefetchQuery(signInsQuery)),
  component: lazyPage(() => import('@/features/profile/ProfilePage').then((module) => module.ProfilePage)),
});

const eventsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/events',
  validateSearch: validateEventsSearch,
  component: lazyPage(() => import('@/features/events/EventsPage').then((module) => module.EventsPage)),
});

const eventRoute = createRoute({
  getParentRoute: () => eventsRoute,
  path: '$eventId',
  errorComponent: PanelBroken,
  component: lazyPage(() => import('@/features/events/panel/EventPanel').then((module) => module.EventPanel), <PanelRoom />),
  pendingComponent: PanelRoom,
});

const detectionsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/detections',
  validateSearch: validateRulesSearch,
  component: lazyPage(() => import('@/features/detections/DetectionsPage').then((module) => module.DetectionsPage)),
});

const ruleRoute = createRoute({
  getParentRoute: () => detectionsRoute,
  path: '$ruleId',
  errorComponent: PanelBroken,
  component: lazyPage(() => import('@/features/detections/panel/RulePanel').then((module) => module.RulePanel), <PanelRoom />),
  pendingComponent: PanelRoom,
});

const writeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/detections/write',
  validateSearch: ({ from }: Record<string, unknown>): { from?: string } => (typeof from === 'string' && from !== '' ? { from } : {}),
  component: lazyPage(() => import('@/features/detections/write/WritePage').then((module) => module.WritePage)),
});

const editRuleRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/detections/write/$ownRuleId',
  component: lazyPage(() => import('@/features/detections/write/WritePage').then((module) => module.EditPage)),
});

/** Any other address. */
const noRoute = createRoute({ getParentRoute: () => appRoute, path: '$', component: NoPage });

const routeTree = rootRoute.addChildren([
  signInRoute,
  appRoute.addChildren([homeRoute, addRoute, devicesRoute.addChildren([deviceRoute]), eventsRoute.addChildren([eventRoute]), detectionsRoute.addChildren([ruleRoute]), writeRoute, editRuleRoute, egressRoute, profileRoute, noRoute]),
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
    // What is there is shown: a pending page has no reason to stay.
    defaultPendingMinMs: 0,
    defaultErrorComponent: PageBroken,
    scrollRestoration: false,
    ...(history ? { history } : {}),
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
