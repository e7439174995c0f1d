import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { ApiError, onCsrfRefused, request, setCsrfToken } from '@/api/client';
import { rememberSignedIn } from '@/api/early';
import { sessionPath as path } from '@/api/first';
import { learnServerTime } from '@/api/clock';
import type { Credentials, Session } from '@/api/types';
import { draftsAreOf, dropAllDrafts } from './drafts';

function accept(session: Session): Session {
  setCsrfToken(session.csrf_token);
  learnServerTime(session.server.time);
  rememberSignedIn(true);
  draftsAreOf(session.user.id);
  return session;
}

/** The session, or null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return accept((await request<Session>('GET', path, { signal, plainUnauthorized: true })).body);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        rememberSignedIn(false);
        return null;
      }
      throw error;
    }
  },
  staleTime: Infinity,
  retry: false,
});

/** Who is signed in now, without a change to anything here: the drafts on this page may be somebody else's. */
export async function whoIsSignedIn(): Promise<Session | null> {
  try {
    return (await request<Session>('GET', path, { plainUnauthorized: true })).body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export async function signIn(client: QueryClient, credentials: Credentials): Promise<Session> {
  const answer = await request<Session>('POST', path, { body: credentials, plainUnauthorized: true });
  const session = accept(answer.body);
  client.setQueryData(sessionQuery.queryKey, session);
  return session;
}

export async function signOut(client: QueryClient): Promise<void> {
  try {
    await request<null>('DELETE', path, { plainUnauthorized: true });
  } catch (error) {
    // Already signed out elsewhere is what was wanted.
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
  setCsrfToken(null);
  rememberSignedIn(false);
  forget(client);
}

/** Nobody is signed in here any more: what was fetched and what was typed goes. */
export function forget(client: QueryClient): void {
  dropAllDrafts();
  client.clear();
  client.setQueryData(sessionQuery.queryKey, null);
}

/** What one person may see is not shown to the next. */
export function forgetAnswers(client: QueryClient): Promise<void> {
  return client.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
}

/** Another tab may have signed in again: its csrf token is the one that counts now. */
export function installCsrfRefresh(client: QueryClient): void {
  onCsrfRefused(async () => {
    const session = await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    return session !== null;
  });
}
