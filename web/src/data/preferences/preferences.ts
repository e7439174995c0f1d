import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { ApiError, request } from '@/api/client';
import type { Session } from '@/api/types';
import { sortedByText } from '@/collate';
import { sessionQuery } from '@/data/session/session';

/** What a person keeps for themselves; stored with their account, so it follows them to another computer. */
export interface Preferences {
  theme?: 'system' | 'light' | 'dark';
  time_zone?: string;
  saved_filters?: SavedFilter[];
  columns?: Partial<Record<Area, string[]>>;
}
const areas = ['security-devices', 'events', 'detections'] as const;
export type Area = (typeof areas)[number];

export interface SavedFilter {
  area: Area;
  name: string;
  search: Record<string, string>;
}

const mostSaved = 100;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function strings(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined;
}

/** Reads what is stored; another version or a script may have written there, so nothing is taken for granted. */
export function readPreferences(raw: unknown): Preferences {
  if (!isObject(raw)) return {};
  const preferences: Preferences = {};
  const { theme, time_zone, saved_filters, columns } = raw;
  if (theme === 'system' || theme === 'light' || theme === 'dark') preferences.theme = theme;
  if (typeof time_zone === 'string' && time_zone !== '') preferences.time_zone = time_zone;
  if (Array.isArray(saved_filters)) {
    preferences.saved_filters = saved_filters.flatMap((one: unknown) => {
      if (!isObject(one) || typeof one['name'] !== 'string' || !isObject(one['search'])) return [];
      const area = areas.find((known) => known === one['area']);
      if (area === undefined) return [];
      const search = Object.entries(one['search']).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
      return [{ area, name: one['name'], search: Object.fromEntries(search) }];
    });
  }
  if (isObject(columns)) {
    preferences.columns = {};
    for (const area of areas) {
      const names = strings(columns[area]);
      if (names) preferences.columns[area] = names;
    }
  }
  return preferences;
}

interface Account {
  data: { attributes: { preferences?: unknown } };
}

/**
 * Changes what is stored. The server replaces the whole, so what is there now is read first and written back with the change, and
 * again when another tab was faster. What this version does not know is kept.
 */
export async function changePreferences(client: QueryClient, change: (now: Preferences) => Preferences): Promise<void> {
  const session = client.getQueryData<Session | null>(sessionQuery.queryKey);
  if (!session) return;
  const path = `/api/v2/user_accounts/${encodeURIComponent(session.user.id)}`;
  for (let attempt = 0; ; attempt += 1) {
    const { body, etag } = await request<Account>('GET', path);
    const stored = body.data.attributes.preferences;
    const known = isObject(stored) ? stored : {};
    const preferences = { ...known, ...change(readPreferences(stored)) };
    try {
      await request<unknown>('PATCH', path, {
        body: { data: { type: 'user_accounts', id: session.user.id, attributes: { preferences } } },
        ifMatch: etag,
      });
    } catch (error) {
      if (error instanceof ApiError && error.status === 412 && attempt < 3) continue;
      throw error;
    }
    accept(client, session.user.id, preferences);
    tellTabs(client, session.user.id, preferences);
    return;
  }
}

function accept(client: QueryClient, userId: string, preferences: Record<string, unknown>): void {
  client.setQueryData<Session | null>(sessionQuery.queryKey, (now) =>
    now?.user.id === userId ? { ...now, user: { ...now.user, preferences } } : now,
  );
}

/** What holds at once, before and without the server's consent. */
export type Choice = Pick<Preferences, 'theme' | 'time_zone'>;

/** Choices that the server does not have (yet); they hold in this page. */
const unsavedQuery = queryOptions({
  queryKey: ['preferences', 'unsaved'],
  queryFn: (): Choice => ({}),
  initialData: {},
  enabled: false,
  staleTime: Infinity,
  gcTime: Infinity,
});

/**
 * A choice that a person sees at once. It is saved behind that; rejects with the reason when that failed, and the choice then
 * holds in this page all the same.
 */
export async function choose(client: QueryClient, choice: Choice): Promise<void> {
  client.setQueryData<Choice>(unsavedQuery.queryKey, (now) => ({ ...now, ...choice }));
  // What an earlier failure left behind goes along.
  const sent = client.getQueryData<Choice>(unsavedQuery.queryKey) ?? choice;
  await changePreferences(client, (now) => ({ ...now, ...sent }));
  client.setQueryData<Choice>(unsavedQuery.queryKey, (now = {}) => {
    // What was chosen meanwhile is still on its way.
    const left = Object.entries(now).filter(([key, value]) => sent[key as keyof Choice] !== value);
    return Object.fromEntries(left);
  });
}

/** What the session and the choices on their way come to. */
export function preferencesOf(client: QueryClient): Preferences {
  const session = client.getQueryData<Session | null>(sessionQuery.queryKey);
  return { ...readPreferences(session?.user.preferences), ...client.getQueryData<Choice>(unsavedQuery.queryKey) };
}

export function usePreferences(): Preferences {
  const { data: session } = useQuery(sessionQuery);
  const { data: unsaved } = useQuery(unsavedQuery);
  const raw = session?.user.preferences;
  return useMemo(() => ({ ...readPreferences(raw), ...unsaved }), [raw, unsaved]);
}

interface Told {
  userId: string;
  preferences: Record<string, unknown>;
}

const channelName = 'picket-preferences';
const channels = new WeakMap<QueryClient, BroadcastChannel>();

function tellTabs(client: QueryClient, userId: string, preferences: Record<string, unknown>): void {
  channels.get(client)?.postMessage({ userId, preferences } satisfies Told);
}

/** What another tab has saved is taken over; until the returned function is called. */
export function sharePreferences(client: QueryClient): () => void {
  if (!('BroadcastChannel' in window)) return () => undefined;
  const own = new BroadcastChannel(channelName);
  channels.set(client, own);
  own.onmessage = ({ data }: MessageEvent<Told>) => {
    accept(client, data.userId, data.preferences);
  };
  return () => {
    own.close();
    if (channels.get(client) === own) channels.delete(client);
  };
}

export interface SavedFilters {
  saved: SavedFilter[];
  /** Replaces one of the same name. */
  save: (name: string, search: Record<string, string>) => Promise<void>;
  remove: (name: string) => Promise<void>;
}

/** The saved views of one area, by name. */
export function useSavedFilters(area: Area): SavedFilters {
  const client = useQueryClient();
  const { saved_filters } = usePreferences();
  const saved = useMemo(
    () => sortedByText((saved_filters ?? []).filter((one) => one.area === area), (one) => one.name),
    [saved_filters, area],
  );
  const save = useCallback(
    (name: string, search: Record<string, string>) =>
      changePreferences(client, (now) => {
        const others = (now.saved_filters ?? []).filter((one) => one.area !== area || one.name !== name);
        if (others.length >= mostSaved) throw new Error(`There are ${String(mostSaved)} saved views already. Delete one first.`);
        return { ...now, saved_filters: [...others, { area, name, search }] };
      }),
    [client, area],
  );
  const remove = useCallback(
    (name: string) =>
      changePreferences(client, (now) => ({
        ...now,
        saved_filters: (now.saved_filters ?? []).filter((one) => one.area !== area || one.name !== name),
      })),
    [client, area],
  );
  return { saved, save, remove };
}
