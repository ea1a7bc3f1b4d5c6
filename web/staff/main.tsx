/** The staff application starts here: words, then the person, then the page that the address names. */
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '../shared/tokens.css';
import './app.css';
import './frame/frame.css';
import './parts/page.css';
import './parts/status.css';
import './parts/table.css';
import './parts/components.css';
import './today/day.css';
import './find/slots.css';
import './case/case.css';
import './patient/patient.css';
import './admin/admin.css';
import './waitlist/openings.css';
import { DirectionProvider, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { cssVariables, theme } from '../shared/theme.ts';
import { ProblemError } from '../shared/api-client.ts';
import { meQuery } from './api/queries.ts';
import { startWords } from './lib/i18n.ts';
import { makeRouter } from './router.ts';

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
// The scroll lock of dialogs adds a style element too, and reads its nonce from this name.
(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce;

const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // The session ended while somebody worked: the frame sends them to sign in and back to this very address.
      if (error instanceof ProblemError && error.code === 'unauthenticated' && query.queryKey[0] !== 'me') {
        void client.invalidateQueries({ queryKey: meQuery.queryKey });
      }
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) =>
        error instanceof ProblemError && (error.status === 0 || error.status === 503) && count < 2,
    },
    mutations: { retry: false },
  },
});

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root');
await startWords();
const router = makeRouter(client);
createRoot(root).render(
  <StrictMode>
    <DirectionProvider initialDirection={document.documentElement.dir === 'rtl' ? 'rtl' : 'ltr'}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
        deduplicateInlineStyles
      >
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
          <Notifications position="bottom-right" autoClose={8000} limit={3} />
        </QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>
  </StrictMode>,
);
