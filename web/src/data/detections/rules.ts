import { queryOptions } from '@tanstack/react-query';
import { request } from '@/api/client';
import { serverNow } from '@/api/clock';
import type {
  DetectionCounts, DetectionHistory, DetectionHistoryList, DetectionMatchList, DetectionRule, DetectionRuleDocument, DetectionRuleList,
  DeviceDetections, MatchedEvent, OwnRule, OwnRuleDocument,
} from '@/api/types';
import { includedName } from '@/data/included';
import { detectionKeys } from './keys';

const root = '/api/v2/detection_rules';
export const rulePath = (id: string): string => `${root}/${encodeURIComponent(id)}`;
const pageSize = 1000;
/** No set of rules is larger; a server that never ends its pages must not keep us asking. */
const mostPages = 20;

/** Every rule, broken ones included. Searching and sorting happen here, so both are instant. */
export const ruleListQuery = queryOptions({
  queryKey: detectionKeys.list,
  queryFn: async ({ signal }): Promise<DetectionRule[]> => {
    const rules = new Map<string, DetectionRule>();
    for (let page = 0; page < mostPages; page += 1) {
      const query = new URLSearchParams({ sort: 'title', 'page[limit]': String(pageSize), 'page[offset]': String(page * pageSize) });
      const { body } = await request<DetectionRuleList>('GET', `${root}?${query.toString()}`, { signal });
      for (const rule of body.data) rules.set(rule.id, rule);
      if (body.data.length < pageSize) break;
    }
    return [...rules.values()];
  },
  staleTime: 30_000,
  // Counts of 24 hours age without anything happening.
  refetchInterval: 60_000,
});

export const etagOf = (object: { meta: { version: number } }): string => `"${String(object.meta.version)}"`;

export interface RuleWithEtag {
  rule: DetectionRule;
  etag: string;
}

export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: detectionKeys.rule(id),
    queryFn: async ({ signal }): Promise<RuleWithEtag> => {
      const { body, etag } = await request<DetectionRuleDocument>('GET', rulePath(id), { signal });
      return { rule: body.data, etag: etag ?? etagOf(body.data) };
    },
  });

export const shownMatches = 50;

export const matchesQuery = (id: string) =>
  queryOptions({
    queryKey: detectionKeys.matches(id),
    queryFn: async ({ signal }): Promise<MatchedEvent[]> => {
      const { body } = await request<DetectionMatchList>('GET', `${rulePath(id)}/matches?page[limit]=${String(shownMatches)}`, { signal });
      return body.data.map((one) => one.attributes);
    },
  });

export type CountWidth = DetectionCounts['meta']['width'];
export const dayMs = 86_400_000;

export interface RuleCounts extends DetectionCounts {
  from: number;
  to: number;
}

/** Matches over time: 30 days by day, or 48 hours by hour. */
export const countsQuery = (id: string, width: CountWidth) =>
  queryOptions({
    queryKey: [...detectionKeys.counts(id), width],
    queryFn: async ({ signal }): Promise<RuleCounts> => {
      const to = serverNow();
      const from = to - (width === 'day' ? 30 : 2) * dayMs;
      const query = new URLSearchParams({ width, from: new Date(from).toISOString() });
      const { body } = await request<DetectionCounts>('GET', `${rulePath(id)}/counts?${query.toString()}`, { signal });
      return { ...body, from, to };
    },
    refetchInterval: 60_000,
  });

export const historiesQuery = (id: string) =>
  queryOptions({
    queryKey: detectionKeys.histories(id),
    queryFn: async ({ signal }): Promise<{ changes: DetectionHistory[]; total: number }> => {
      const { body } = await request<DetectionHistoryList>('GET', `${rulePath(id)}/histories?page[limit]=50`, { signal });
      return { changes: body.data, total: body.meta.page.total };
    },
  });

export interface OwnRuleWithEtag {
  own: OwnRule;
  etag: string;
  /** Who saved it last; null when nobody knows. */
  updatedBy: string | null;
}

export const ownRuleQuery = (id: string) =>
  queryOptions({
    queryKey: detectionKeys.own(id),
    queryFn: async ({ signal }): Promise<OwnRuleWithEtag> => {
      const { body, etag } = await request<OwnRuleDocument>('GET', `/api/v2/own_rules/${encodeURIComponent(id)}?include=updated_by`, { signal });
      return { own: body.data, etag: etag ?? etagOf(body.data), updatedBy: includedName(body.data, 'updated_by', body.included) };
    },
  });

export const deviceDetectionsQuery = (deviceId: string) =>
  queryOptions({
    queryKey: detectionKeys.device(deviceId),
    queryFn: async ({ signal }): Promise<DeviceDetections> =>
      (await request<DeviceDetections>('GET', `/api/v2/security_devices/${encodeURIComponent(deviceId)}/detections`, { signal })).body,
    refetchInterval: 60_000,
  });
