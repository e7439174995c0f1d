import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { ApiError, request } from '@/api/client';
import type { FactorOffer, FactorRequest, PasswordChange, RecoveryCodes, UserSession, UserSessionList } from '@/api/types';

const root = '/api/v2/user_sessions';
export const signInsKey = ['user_sessions'] as const;

/** One's own sign-ins that are good: the one that asks first, then by last use. */
export const signInsQuery = queryOptions({
  queryKey: signInsKey,
  queryFn: async ({ signal }): Promise<UserSession[]> => {
    const { body } = await request<UserSessionList>('GET', `${root}?page[limit]=1000`, { signal });
    return body.data.sort(
      (a, b) =>
        Number(b.attributes.current) - Number(a.attributes.current) ||
        Date.parse(b.attributes.last_used_at) - Date.parse(a.attributes.last_used_at),
    );
  },
  staleTime: 10_000,
  refetchInterval: 60_000,
});

export async function endSignIn(client: QueryClient, id: string): Promise<void> {
  try {
    await request<null>('DELETE', `${root}/${encodeURIComponent(id)}`);
  } catch (error) {
    // Already over is what was wanted.
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
  client.setQueryData<UserSession[]>(signInsKey, (known) => known?.filter((one) => one.id !== id));
}

/** Ends them one after the other; the first that fails ends it, and what was ended stays so. */
export async function endSignIns(client: QueryClient, ids: readonly string[]): Promise<void> {
  for (const id of ids) await endSignIn(client, id);
}

export async function changePassword(client: QueryClient, change: PasswordChange): Promise<void> {
  await request<null>('POST', '/auth/v0/password', { body: change });
  await client.invalidateQueries({ queryKey: signInsKey });
}

export async function beginFactor(proof: FactorRequest): Promise<FactorOffer> {
  return (await request<FactorOffer>('POST', '/auth/v0/factor', { body: proof })).body;
}

/** The new recovery codes; they are told this once. */
export async function confirmFactor(client: QueryClient, otp: string): Promise<string[]> {
  const { body } = await request<RecoveryCodes>('POST', '/auth/v0/factor/confirm', { body: { otp } });
  void client.invalidateQueries({ queryKey: signInsKey });
  return body.recovery_codes;
}
