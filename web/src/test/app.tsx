import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, type RouterHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { createAppRouter } from '@/app/router';
import { installCsrfRefresh } from '@/data/session/session';
import { Notices } from '@/ui/announce';
import { Meanings } from '@/ui/Meanings';

export interface TestApp {
  user: UserEvent;
  client: QueryClient;
  address: () => string;
  /** One step back in the history of the tab. */
  back: () => void;
}

/** The whole console at an address, against whatever answers `fetch`. The history is the browser's own only where a test goes Back. */
export function openAt(address: string, history: RouterHistory = createMemoryHistory({ initialEntries: [address] })): TestApp {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false } } });
  installCsrfRefresh(client);
  const router = createAppRouter(client, history);
  render(
    <MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
        <Notices />
        <Meanings />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { user: userEvent.setup({ delay: null }), client, address: () => history.location.href, back: () => { history.back(); } };
}
