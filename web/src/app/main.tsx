import './entry';
import '@mantine/core/styles/default-css-variables.css';
import './mantine.css';
import '@/theme/tokens.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from '@/api/client';
import { installCsrfRefresh } from '@/data/session/session';
import { theme } from '@/theme/theme';
import { Notices } from '@/ui/announce';
import { keepFocus } from '@/ui/focusKept';
import { Meanings } from '@/ui/Meanings';
import { createAppRouter } from './router';

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
    },
  },
});
installCsrfRefresh(queryClient);
keepFocus();
const router = createAppRouter(queryClient);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    {/* Variables and helper classes stand in static files: the content policy needs no inline style element. */}
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Notices />
        <Meanings />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
