import type { BacktestBuckets, DetectionRule, DeviceDetections, OwnRule } from '@/api/types';
import { ago, now } from './clock';
import { type Answers, refused } from './server';

/** Rules in every state, and what a server says of them. */

const minute = 60_000;
const day = 1440 * minute;

export const ruleText = `title: Vault exported
id: 0b8f4c1e-6d0a-4a37-9f7e-1c55a1d7c001
status: test
description: Somebody took all items of a vault out of 1Password.
tags:
    - attack.exfiltration
    - attack.t1567
logsource:
    product: onepassword
    service: auditevents
detection:
    selection:
        action: export
        object_type|startswith: vault
    filter:
        actor_details.email|endswith: '@backup.example.test'
    condition: selection and not filter
falsepositives:
    - A backup that somebody makes by hand. # say so to whoever looks
level: high
`;

function rule(id: string, title: string, over: Partial<DetectionRule['attributes']> = {}): DetectionRule {
  return {
    type: 'detection_rules',
    id,
    attributes: {
      alert_from: null, alerts: true, author: 'Picket', category: null, cost_ns_per_event: 142, description: 'Somebody took all items of a vault out of 1Password.',
      enabled: true, falsepositives: ['A backup that somebody makes by hand.'], file: 'vault_export.yml', filters: [], kind: 'detection', last_match_at: ago(3 * 60 * minute), level: 'high',
      matches_24h: 2, matches_30d: 31, origin: 'shipped', own_rule_id: null, problem: null, product: 'onepassword', reason: null,
      references: ['https://attack.mitre.org/techniques/T1567/'], service: 'auditevents', sigma_status: 'test', state: 'running', stream_title: 'Audit events', tactics: ['exfiltration'], tags: ['attack.exfiltration'],
      techniques: ['T1567'], technology: '1Password', title, updated_at: ago(9 * day), vendor: '1password', ...over,
    },
    relationships: {},
    meta: { version: 1 },
  };
}

export const rules: DetectionRule[] = [
  rule('r-export', 'Vault exported'),
  rule('r-guess', 'Passwords guessed for one person', {
    kind: 'correlation', level: 'critical', cost_ns_per_event: null, matches_24h: 0, matches_30d: 1, tactics: ['credential-access', 'initial-access'], techniques: ['T1110'], service: null, stream_title: null,
    last_match_at: ago(11 * day), description: 'Ten wrong passwords within ten minutes, then one that was right.',
  }),
  rule('r-base', 'Sign-in with wrong credentials', { level: 'informational', alerts: false, matches_24h: 48, matches_30d: 1_312, service: 'signinattempts', stream_title: 'Sign-in attempts',
    filters: [{ title: 'The nightly backup', file: null, own_rule_id: 'o-backup', line: 1 }, { title: 'Known robots', file: '/etc/picket/rules/filters/robots.yml', own_rule_id: null, line: 12 }],
    tactics: ['credential-access'] }),
  rule('r-new', 'Vault read in the night', { state: 'new', origin: 'own', own_rule_id: 'o-night', file: null, alert_from: ago(-31 * 60 * minute), level: 'medium', matches_24h: 1, matches_30d: 1, vendor: null }),
  rule('r-off', 'Item shared by link', { state: 'off', enabled: false, reason: 'The sales team shares price lists all day.', level: 'low', matches_24h: 0, matches_30d: 402 }),
  rule('r-folder', 'Never matched', { origin: 'folder', file: '/etc/picket/rules/team/never.yml', level: 'medium', matches_24h: 0, matches_30d: 0, last_match_at: null, tactics: [], techniques: [] }),
  rule('problem:1', 'not-a-rule.yml', {
    state: 'broken', origin: 'folder', file: '/etc/picket/rules/not-a-rule.yml', level: null, product: null, technology: null, service: null, stream_title: null, cost_ns_per_event: null, matches_24h: 0, matches_30d: 0, last_match_at: null,
    tactics: [], techniques: [], alerts: false, description: null,
    problem: { severity: 'error', message: 'The condition names "known_good", which the detection does not define.', line: 12, column: 30, source_line: '    condition: selection and not known_good' },
  }),
];

const words = 'Matches when action is "export" and object_type starts with "vault", unless actor_details.email ends with "@backup.example.test". Tried on events of 1Password, Audit events.';
const example = (about: string, record: string) => ({ about, events: [{ record, at_seconds: 0, times: 1, every_seconds: 0 }] });
const whole = (one: DetectionRule): DetectionRule => ({
  ...one,
  attributes: {
    ...one.attributes,
    ...(one.attributes.state === 'broken' ? {} : { words }),
    text: ruleText,
    examples: {
      matching: [example('A person exports a vault', '{"action":"export","object_type":"vault"}'), { about: 'A hundred in an hour', events: [{ record: '{"action":"export","object_type":"vault"}', at_seconds: 0, times: 100, every_seconds: 36 }] }],
      not_matching: [example('The nightly backup', '{"action":"export","object_type":"vault","actor_details":{"email":"nightly@backup.example.test"}}')],
    },
    inputs: one.id === 'r-guess' ? [{ id: 'r-base', title: 'Sign-in with wrong credentials' }] : [],
    used_by: one.id === 'r-base' ? [{ id: 'r-guess', title: 'Passwords guessed for one person' }] : [],
  },
});

const people = ['ana@example.test', 'bo@example.test', 'chidi@example.test'];
const seen = (n: number) => ({
  event_id: `e${String(n)}`, time: ago((3 * 60 + n * 97) * minute), security_device: { id: 'd-receiving', name: 'Finance 03' }, stream: 'auditevents', actor: people[n % 3] ?? null, action: 'export',
});
const buckets = (step: number, many: number): BacktestBuckets['buckets'] =>
  Array.from({ length: many }, (_, n) => ({ start: new Date(Math.floor((now - (many - n) * step) / step) * step).toISOString(), count: (n * 7) % 5 }));
const message = (event: string, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
const stream = { 'content-type': 'text/event-stream' };
const found = Array.from({ length: 12 }, (_, n) => message('match', { ...seen(n), rule: { id: 'r-export', title: 'Vault exported' } })).join('');

export const backtested = { raw: found + message('buckets', { width_seconds: 7200, buckets: buckets(7_200_000, 80) }) + message('done', {
  scanned: 412_318, of: 412_318, matched: 12, sent: 12, unread: 0, missed: 0, rules: [{ id: 'r-export', title: 'Vault exported', matches: 12 }],
}), headers: stream };
/** A progress comes, and then nothing more. */
export const stillTrying = () => ({
  raw: new ReadableStream({
    start: (to) => {
      to.enqueue(new TextEncoder().encode(found + message('progress', { scanned: 120_000, of: 412_318, matched: 12, reached: ago(4 * day) })));
    },
  }),
  headers: stream,
});

export const own: OwnRule = {
  type: 'own_rules', id: 'o-night', attributes: { created_at: ago(2 * day), updated_at: ago(1020 * minute), titles: ['Vault read in the night'], text: ruleText.replace('Vault exported', 'Vault read in the night') },
  relationships: {}, meta: { version: 3 },
};

export const watching: DeviceDetections = {
  rules: rules.filter((one) => one.attributes.state !== 'broken').map(({ id, attributes: a }) => ({
    id, title: a.title, level: a.level, state: a.state, enabled: a.enabled, alerts: a.alerts, matches_24h: a.matches_24h, matches_7d: Math.min(a.matches_30d, a.matches_24h * 5), matches_30d: a.matches_30d, last_match_at: a.last_match_at, tactics: a.tactics,
  })),
  tactics_watched: ['credential-access', 'exfiltration', 'initial-access'],
  tactics_blind: [],
};

export const checked = { problems: [], rules: [{ id: null, title: 'Vault exported', level: 'high', kind: 'detection', words }] };
const list = (data: unknown[]) => ({ body: { data, meta: { page: { offset: 0, limit: 1000, total: data.length } }, links: {} } });
const ruleAt = (path: string): DetectionRule | undefined => rules.find((one) => one.id === decodeURIComponent(path.split('/')[4] ?? ''));
const history = [
  { kind: 'enabled', sentence: 'Switched on', reason: null, at: 2 * day, by: 'Ana Ruiz' },
  { kind: 'disabled', sentence: 'Switched off', reason: 'Too many for a Monday.', at: 3 * day, by: 'Ana Ruiz' },
].map(({ at, by, kind, sentence, reason }, n) => ({
  type: 'detection_rule_histories', id: `h${String(n)}`,
  attributes: { action: 'UPDATED', kind, sentence, reason, before: null, after: null, actor: { id: 'a1', display_name: by }, created_at: ago(at) },
}));

export const ruleAnswers: Answers = {
  'GET /api/v2/detection_rules': ({ url }) => list(rules.filter(({ attributes: { state } }) => state === (url.searchParams.get('filter[state]') ?? state))),
  'GET /api/v2/detection_rules/*': ({ path }) => {
    const one = ruleAt(path);
    return one ? { body: { data: whole(one) }, headers: { etag: '"1"' } } : refused(404, 'not_found', 'There is no such rule.');
  },
  'GET /api/v2/detection_rules/*/matches': ({ path }) =>
    list((ruleAt(path)?.attributes.matches_30d ?? 0) === 0 ? [] : Array.from({ length: 14 }, (_, n) => ({ type: 'detection_matches', id: `m${String(n)}`, attributes: seen(n) }))),
  'GET /api/v2/detection_rules/*/counts': ({ path, url }) => {
    const width = url.searchParams.get('width') === 'hour' ? 'hour' : 'day';
    const data = ruleAt(path)?.attributes.matches_30d === 0 ? [] : width === 'hour' ? buckets(60 * minute, 40) : buckets(day, 25);
    return { body: { data, meta: { total: data.reduce((sum, one) => sum + one.count, 0), width } } };
  },
  'GET /api/v2/detection_rules/*/histories': list(history),
  'POST /api/v2/detection_rules/check': { body: checked },
  'POST /api/v2/detection_backtests': backtested,
  'GET /api/v2/own_rules/*': { body: { data: own }, headers: { etag: '"3"' } },
  'GET /api/v2/security_devices/*/detections': { body: watching },
  'GET /api/v2/expel_alerts': { body: { data: [], meta: { page: { offset: 0, limit: 0, total: 2 } }, links: {} } },
};
