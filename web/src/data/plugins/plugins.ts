import { queryOptions } from '@tanstack/react-query';
import { request } from '@/api/client';
import { pluginsPath } from '@/api/first';
import type { Inspection, Plugin, PluginInspect, PluginList, PluginTest, Secrets, TestResult } from '@/api/types';
import { sortedByText } from '@/collate';

/** The technologies that can be connected, by title. */
export const pluginsQuery = queryOptions({
  queryKey: ['plugins'],
  queryFn: async ({ signal }): Promise<Plugin[]> => {
    const { body } = await request<PluginList>('GET', pluginsPath, { signal });
    return sortedByText(
      body.data.filter((plugin) => plugin.attributes.active),
      (plugin) => plugin.attributes.display_name,
    );
  },
  staleTime: 5 * 60_000,
});

const pathOf = (slug: string): string => `/api/v2/plugins/${encodeURIComponent(slug)}`;

/** Reads a credential on the server, without the network. */
export async function inspectCredential(
  slug: string,
  secrets: Secrets,
  signal?: AbortSignal,
): Promise<Inspection> {
  const body: PluginInspect = { secrets };
  return (await request<Inspection>('POST', `${pathOf(slug)}/inspect`, { body, signal })).body;
}

/** Tries the connection before anything is saved. */
export async function testBeforeSaving(slug: string, input: PluginTest): Promise<TestResult> {
  return (await request<TestResult>('POST', `${pathOf(slug)}/test`, { body: input })).body;
}
