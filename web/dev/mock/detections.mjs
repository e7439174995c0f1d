// The rules of the mock: a few by hand and as many generated ones, in every state. RULES=60
import { randomUUID } from 'node:crypto';

const minute = 60_000;
const day = 1440 * minute;
const iso = (msAgo) => new Date(Date.now() - msAgo).toISOString();
const tactics = ['initial-access', 'persistence', 'credential-access', 'defense-evasion', 'exfiltration', 'discovery', 'impact'];
const services = ['auditevents', 'itemusages', 'signinattempts'];
const levels = ['critical', 'high', 'medium', 'low', 'informational'];
const subjects = ['Vault exported by a new person', 'Sign-in from two countries within an hour', 'Second factor switched off for an account', 'Many items revealed in a short time', 'Owner group changed', 'Service account token issued', 'Firewall rule deleted', 'Recovery begun for an administrator'];

const textOf = (title, id, level, service) => `title: ${title}
id: ${id}
status: experimental
description: |
    Somebody did what few people have a reason to do.
    Ask the person whether it was them.
references:
    - https://support.example.test/articles/${service}
author: Picket
tags:
    - attack.credential-access
    - attack.t1555
logsource:
    product: onepassword
    service: ${service}
detection:
    selection:
        action: 'export'
        object_type|startswith: "vault" # as the vendor writes it
        count|gte: 3
    filter:
        actor_details.email|endswith: '@example.test'
    condition: selection and not filter
falsepositives:
    - A planned move to another account.
level: ${level}
`;

const examples = {
  matching: [{ about: 'An export of a vault', events: [{ record: '{"uuid":"A1","action":"export","object_type":"vault","actor_details":{"email":"bo@example.com"}}', at_seconds: 0, times: 1, every_seconds: 0 }] }],
  not_matching: [{ about: 'A vault that is only opened', events: [{ record: '{"uuid":"A2","action":"view","object_type":"vault"}', at_seconds: 0, times: 1, every_seconds: 0 }] }],
};

const rules = new Map();
const own = new Map();
const histories = new Map();

function add(index, over = {}) {
  const id = over.id ?? randomUUID();
  const title = over.title ?? `${subjects[index % subjects.length]}${index < subjects.length ? '' : ` (${String(Math.floor(index / subjects.length) + 1)})`}`;
  const level = 'level' in over ? over.level : levels[index % 5];
  const service = services[index % 3];
  const quiet = index % 3 === 0;
  rules.set(id, {
    type: 'detection_rules',
    id,
    attributes: {
      title, level, sigma_status: 'experimental', description: 'Somebody did what few people have a reason to do.\nAsk the person whether it was them.', author: 'Picket',
      references: [`https://support.example.test/articles/${service}`], tags: ['attack.credential-access', 'attack.t1555'],
      tactics: [tactics[index % 7], ...(index % 4 === 0 ? [tactics[(index + 2) % 7]] : [])], techniques: ['T1555'], falsepositives: ['A planned move to another account.'],
      product: 'onepassword', technology: '1Password', filters: [], service, category: null, kind: 'detection', origin: 'shipped', vendor: '1password', file: `onepassword_${service}_${String(index)}.yml`, own_rule_id: null,
      enabled: true, reason: null, state: 'running', alert_from: null, alerts: true, matches_24h: quiet ? 0 : (index * 7) % 23, matches_30d: quiet ? 0 : (index * 131) % 700 + 23,
      last_match_at: quiet ? null : iso(index * 37 * minute), cost_ns_per_event: 180 + ((index * 97) % 900), problem: null, updated_at: iso(20 * day),
      text: textOf(title, id, level ?? 'medium', service), words: 'Matches a record of 1Password in which action is export, object_type begins with vault and count is at least 3, unless actor_details.email ends with @example.test.',
      examples, inputs: [], used_by: [], ...over,
    },
    relationships: {},
    meta: { version: 1 },
  });
  histories.set(id, []);
  return id;
}

function remember(id, kind, sentence, reason, by = 'Ana Ruiz') {
  histories.get(id)?.unshift({ type: 'detection_rule_histories', id: randomUUID(), attributes: { action: 'UPDATED', kind, sentence, reason, before: null, after: null, actor: { id: 'a-1', display_name: by }, created_at: iso(0) } });
}

for (let index = 0; index < Number(process.env.RULES ?? 60); index += 1) add(index);
const ids = [...rules.keys()];
if (ids.length > 5) {
  Object.assign(rules.get(ids[1]).attributes, { state: 'new', alert_from: iso(-31 * 60 * minute) });
  Object.assign(rules.get(ids[2]).attributes, { state: 'off', enabled: false, reason: 'The finance team moves its vaults until Friday' });
  remember(ids[2], 'disabled', 'Switched off', 'The finance team moves its vaults until Friday');
  Object.assign(rules.get(ids[4]).attributes, { kind: 'correlation', cost_ns_per_event: null, inputs: [{ id: ids[3], title: rules.get(ids[3]).attributes.title }] });
  rules.get(ids[3]).attributes.used_by = [{ id: ids[4], title: rules.get(ids[4]).attributes.title }];
  add(0, {
    id: 'problem:5f1c2a', title: 'team/vault_export.yml', level: null, state: 'broken', origin: 'folder', vendor: null, file: 'team/vault_export.yml', product: null, technology: null, service: null, tactics: [], techniques: [], words: '', alerts: false,
    matches_24h: 0, matches_30d: 0, last_match_at: null, cost_ns_per_event: null, text: 'title: Vault export\ndetection:\n    selection:\n        action|startwith: export\n    condition: selection\n', examples: { matching: [], not_matching: [] },
    problem: { severity: 'error', message: "There is no modifier 'startwith'. Is 'startswith' meant?", line: 4, column: 16, source_line: '        action|startwith: export' },
  });
}

const device = { id: 'mock-device', name: '1Password Sales 01' };
const matched = (index, rule) => ({ event_id: `e${String(index)}`, time: iso(index * 97 * minute), security_device: index === 6 ? null : device, stream: 'auditevents', actor: `person${String(index % 4)}@example.test`, action: 'export', ...(rule ? { rule } : {}) });

function check(text) {
  const problems = [];
  const lines = text.split('\n');
  const place = (pattern, severity, message) => {
    lines.forEach((line, index) => {
      const column = line.search(pattern);
      if (column >= 0) problems.push({ severity, line: index + 1, column: column + 1, message, rule: null });
    });
  };
  place(/\t/, 'error', 'A tab cannot indent YAML. Use spaces.');
  place(/startwith\b/, 'error', "There is no modifier 'startwith'. Is 'startswith' meant?");
  if (!/^detection:/m.test(text)) problems.push({ severity: 'error', line: 1, column: 1, message: 'A rule needs a detection.', rule: null });
  if (!/^level:/m.test(text)) problems.push({ severity: 'warning', line: 1, column: 1, message: 'There is no level; medium is taken.', rule: null });
  const title = /^title:\s*(.+)$/m.exec(text)?.[1] ?? 'Without a title';
  const bad = problems.some((one) => one.severity === 'error');
  return { problems, rules: bad ? [] : [{ title, id: null, level: 'medium', kind: 'detection', words: 'Matches a record of 1Password in which category is credentials_failed.' }] };
}

const answer = (rule) => ({ status: 200, body: { data: rule }, etag: `"${rule.meta.version}"` });

/** Answers what concerns detections; undefined for everything else. */
export function detections(method, url, body, request, Refusal) {
  const path = url.pathname;
  if (path === '/api/v2/detection_rules') {
    const offset = Number(url.searchParams.get('page[offset]') ?? 0);
    const limit = Number(url.searchParams.get('page[limit]') ?? 50);
    const state = url.searchParams.get('filter[state]');
    const all = [...rules.values()].filter((one) => state === null || one.attributes.state === state).map(({ attributes: { text: _t, words: _w, examples: _e, inputs: _i, used_by: _u, ...attributes }, ...rest }) => ({ ...rest, attributes }));
    return { status: 200, body: { data: all.slice(offset, offset + limit), meta: { page: { offset, limit, total: all.length } }, links: {} } };
  }
  if (path === '/api/v2/detection_rules/check') return { status: 200, body: check(body.text) };
  const ownPath = /^\/api\/v2\/own_rules(?:\/(.+))?$/.exec(path);
  if (ownPath) return ownRules(method, ownPath[1], body, request, Refusal);
  if (path === '/api/v2/expel_alerts') return { status: 200, body: { data: [], meta: { page: { total: 3 } }, links: {} } };
  if (/^\/api\/v2\/security_devices\/[^/]+\/detections$/.test(path)) {
    const list = [...rules.values()].filter((rule) => rule.attributes.state !== 'broken').map(({ id, attributes }) => ({ id, title: attributes.title, level: attributes.level, state: attributes.state, matches_24h: attributes.matches_24h, matches_30d: attributes.matches_30d, last_match_at: attributes.last_match_at, tactics: attributes.tactics }));
    return { status: 200, body: { rules: list, tactics_watched: tactics, tactics_blind: path.length % 2 === 0 ? [] : ['exfiltration', 'impact'] } };
  }
  const one = /^\/api\/v2\/detection_rules\/([^/]+)(?:\/(\w+))?$/.exec(path);
  if (!one) return undefined;
  const id = decodeURIComponent(one[1]);
  const rule = rules.get(id);
  if (!rule) throw new Refusal(404, 'not_found', 'There is no such rule.');
  const { attributes } = rule;
  if (one[2] === 'matches') return { status: 200, body: { data: Array.from({ length: Math.min(50, attributes.matches_30d) }, (_, index) => ({ type: 'detection_matches', id: String(index), attributes: matched(index + 1) })) } };
  if (one[2] === 'counts') {
    const step = url.searchParams.get('width') === 'hour' ? 60 * minute : day;
    const data = attributes.matches_30d === 0 ? [] : Array.from({ length: 30 }, (_, index) => ({ start: new Date(Math.floor((Date.now() - index * step) / step) * step).toISOString(), count: (index * 5) % 11 }));
    return { status: 200, body: { data, meta: { total: attributes.matches_30d, width: url.searchParams.get('width') } } };
  }
  if (one[2] === 'histories') return { status: 200, body: { data: histories.get(id), meta: { page: { total: histories.get(id).length } } } };
  if (method === 'PATCH') {
    if (request.headers['if-match'] && request.headers['if-match'] !== `"${rule.meta.version}"`) throw new Refusal(412, 'stale', 'Somebody else changed this rule.');
    const { enabled, reason, alert_now: now } = body.data.attributes;
    if (enabled === false && !reason) throw new Refusal(400, 'invalid', 'Say why the rule is switched off.', '/data/attributes/reason');
    if (enabled !== undefined) Object.assign(attributes, { enabled, state: enabled ? 'running' : 'off', reason: enabled ? null : reason });
    if (now) Object.assign(attributes, { state: 'running', alert_from: null });
    rule.meta.version += 1;
    remember(id, 'enabled', now ? 'Alerts from now on' : enabled ? 'Switched on' : 'Switched off', reason ?? null);
  }
  return answer(rule);
}

function ownRules(method, id, body, request, Refusal) {
  if (method === 'POST' || method === 'PATCH') {
    const { text } = body.data.attributes;
    const found = check(text);
    const errors = found.problems.filter((one) => one.severity === 'error');
    if (errors.length > 0) throw new Refusal(400, 'invalid', errors[0].message);
    const known = own.get(id);
    if (method === 'PATCH' && !known) throw new Refusal(404, 'not_found', 'There is no such text.');
    if (known && request.headers['if-match'] !== `"${known.meta.version}"`) throw new Refusal(412, 'stale', 'Somebody else changed this text.');
    const kept = known ?? { type: 'own_rules', id: randomUUID(), attributes: { created_at: iso(0) }, relationships: {}, meta: { version: 0 } };
    kept.meta.version += 1;
    Object.assign(kept.attributes, { text, titles: found.rules.map((rule) => rule.title), updated_at: iso(0) });
    own.set(kept.id, kept);
    for (const [key, rule] of rules) if (rule.attributes.own_rule_id === kept.id) rules.delete(key);
    add(1, { title: kept.attributes.titles[0], text, origin: 'own', own_rule_id: kept.id, file: null, vendor: null, state: 'new', alert_from: iso(-2 * day), matches_24h: 0, matches_30d: 0, last_match_at: null, cost_ns_per_event: null, examples: { matching: [], not_matching: [] } });
    return { ...answer(kept), status: known ? 200 : 201 };
  }
  const kept = own.get(id);
  if (!kept) throw new Refusal(404, 'not_found', 'There is no such text.');
  if (method === 'DELETE') {
    own.delete(id);
    for (const [key, rule] of rules) if (rule.attributes.own_rule_id === id) rules.delete(key);
    return { status: 204 };
  }
  return answer(kept);
}

/** A backtest as a stream: about four seconds, until the client goes away. */
export function backtest(request, response, body) {
  const from = Date.parse(body.from);
  const to = Date.parse(body.to);
  const of = 240_000;
  const steps = 40;
  const title = body.text ? 'What is written' : (rules.get(body.rule_ids[0])?.attributes.title ?? 'Rule');
  const width = Math.max(60, Math.round((to - from) / 100_000 / 60) * 60);
  const buckets = [];
  let step = 0;
  let sent = 0;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const say = (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const timer = setInterval(() => {
    step += 1;
    const reached = from + ((to - from) * step) / steps;
    if (step % 3 === 0) {
      buckets.push({ start: new Date(Math.floor(reached / 1000 / width) * width * 1000 - width * 1000).toISOString(), count: (step * 7) % 13 + 1 });
      for (let index = 0; index < 6 && sent < 200; index += 1) say('match', { ...matched(200 - sent, { id: 'r', title }), event_id: `e${String((sent += 1))}` });
    }
    say('buckets', { width_seconds: width, buckets });
    say('progress', { scanned: (of * step) / steps, of, matched: buckets.reduce((sum, one) => sum + one.count, 0), reached: new Date(reached).toISOString() });
    if (step < steps) return;
    clearInterval(timer);
    const total = buckets.reduce((sum, one) => sum + one.count, 0);
    say('done', { scanned: of, of, matched: total, sent, unread: 0, missed: 0, rules: [{ id: 'r', title, matches: total }] });
    response.end();
  }, 100);
  response.on('close', () => clearInterval(timer));
}
