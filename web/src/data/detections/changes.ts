import type { QueryClient } from '@tanstack/react-query';
import { request } from '@/api/client';
import type { DetectionRule, DetectionRuleDocument, DetectionRulePatch, OwnRule, OwnRuleDocument, OwnRuleWrite, RuleCheck } from '@/api/types';
import { detectionKeys } from './keys';
import { etagOf, rulePath, ruleQuery } from './rules';

export type RuleEdit = DetectionRulePatch['data']['attributes'];

export async function changeRule(client: QueryClient, id: string, attributes: RuleEdit, ifMatch: string | null): Promise<DetectionRule> {
  const body: DetectionRulePatch = { data: { type: 'detection_rules', id, attributes } };
  const { body: { data: rule }, etag } = await request<DetectionRuleDocument>('PATCH', rulePath(id), { body, ifMatch });
  // Shown at once: until it was asked for again, the same change could be made twice.
  client.setQueryData(ruleQuery(id).queryKey, { rule, etag: etag ?? etagOf(rule) });
  void client.invalidateQueries({ queryKey: detectionKeys.all });
  return rule;
}

/** What is wrong with a text and what its rules mean; nothing is saved. `ownRuleId` names the text that this one would replace. */
export async function checkText(text: string, ownRuleId: string | null, signal: AbortSignal): Promise<RuleCheck> {
  const body = { text, ...(ownRuleId === null ? {} : { own_rule_id: ownRuleId }) };
  return (await request<RuleCheck>('POST', '/api/v2/detection_rules/check', { body, signal })).body;
}

const root = '/api/v2/own_rules';

/** Writes a new text, or another in place of one; a text with errors is refused with every error's place. */
export async function saveOwnRule(client: QueryClient, text: string, of: { id: string; etag: string } | null): Promise<OwnRule> {
  const body: OwnRuleWrite = { data: { type: 'own_rules', ...(of === null ? {} : { id: of.id }), attributes: { text } } };
  const { data } =
    of === null
      ? (await request<OwnRuleDocument>('POST', root, { body })).body
      : (await request<OwnRuleDocument>('PATCH', `${root}/${encodeURIComponent(of.id)}`, { body, ifMatch: of.etag })).body;
  client.setQueryData(detectionKeys.own(data.id), { own: data, etag: etagOf(data), updatedBy: null });
  void client.invalidateQueries({ queryKey: detectionKeys.all });
  return data;
}

export async function deleteOwnRule(client: QueryClient, id: string, etag: string): Promise<void> {
  await request<null>('DELETE', `${root}/${encodeURIComponent(id)}`, { ifMatch: etag });
  client.removeQueries({ queryKey: detectionKeys.own(id) });
  void client.invalidateQueries({ queryKey: detectionKeys.all });
}
