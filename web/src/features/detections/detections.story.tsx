import { screen, within } from '@testing-library/dom';
import { ago } from '@/gallery/clock';
import { refused } from '@/gallery/server';
import { own, ruleAnswers, rules, ruleText, stillTrying, watching } from '@/gallery/rules';
import { scenes, sheet } from '@/gallery/story';
import { RangePicker } from '@/ui/range/RangePicker';
import { SearchBox } from '@/ui/SearchBox';
import { YamlLines, YamlText } from '@/ui/yaml/YamlText';
import { LevelBadge, StateBadge } from './Badges';
import { Place } from './Place';

const at = '/detections';
const one = `${at}/r-export`;
const write = `${at}/write`;
const nothing = (): void => undefined;
const panel = async () => within(await screen.findByRole('complementary'));
const later = async () => (await panel()).findByRole('heading', { name: 'History' });
const broken = { problems: [{ severity: 'error', rule: null, line: 12, column: 28, message: 'The condition names "filters", which the detection does not define.' }, { severity: 'warning', rule: null, line: 20, column: 1, message: 'No tag names a tactic.' }], rules: [] };
const listed = (data: unknown[]) => ({ 'GET /api/v2/detection_rules': { body: { data, meta: { page: { offset: 0, limit: 1000, total: data.length } }, links: {} } } });
const extremes = rules.map((rule, n) => ({
  ...rule,
  attributes: { ...rule.attributes, title: ['W'.repeat(300), 'حذف خزنة كلمات المرور', '🔐👩‍👩‍👧‍👦', '<script>alert(1)</script>'][n % 4] ?? '', matches_24h: 12_345_678, matches_30d: 987_654_321, cost_ns_per_event: 12_345_678 },
}));

export default [
  sheet('Levels, states and places of rules', {
    levels: () => ['critical', 'high', 'medium', 'low', 'informational', null].map((level) => <LevelBadge key={level} level={level} />),
    states: () => rules.slice(2).map((rule) => <StateBadge key={rule.id} rule={rule} />),
    'where it is broken': () => <Place line={12} column={30} source="    condition: selection and not known_good" />,
    'a warning': () => <Place line={20} column={1} severity="warning" source="level: high" />,
    'in a long line': () => <Place line={3} column={400} source={'abcdefghij'.repeat(90)} />,
    'a text with colours': () => <YamlText label="Text of the rule" text={ruleText} />,
    'lines under an editor': () => <pre><YamlLines text={ruleText} /></pre>,
    'a time range': () => <RangePicker range="7d" quick={['24h', '7d', '30d']} onChange={nothing} />,
    'a search': () => <SearchBox label="Search rules" placeholder="Title, tag" says="Search the rules" text="vault" onText={nothing} />,
  }),
  ...scenes('Detections', {
    'every state': { at },
    'searched and filtered': { at: `${at}?q=vault&level=high,medium&sort=title` },
    'names and numbers without end': { at, answers: listed(extremes) },
    'no rule that matches': { at: `${at}?q=zzz` },
    'no rule at all': { at, answers: listed([]) },
    'an address that could not be read': { at: `${at}?sort=sideways&state=sleepy` },
    'still loading': { at, answers: { 'GET /api/v2/detection_rules': 'never' }, waits: true },
    'the server broke': { at, answers: { 'GET /api/v2/detection_rules': refused(500, 'internal', 'The store is busy. Try again in a moment.') } },
    'without the right': { at, answers: { 'GET /api/v2/detection_rules': refused(403, 'forbidden', 'Your role does not include reading rules.') } },
  }),
  ...scenes('Rule', {
    'all of it': { at: one, height: 2600, play: later },
    'a correlation': { at: `${at}/r-guess`, height: 1500, play: later },
    new: { at: `${at}/r-new`, play: later },
    off: { at: `${at}/r-off`, play: later },
    'broken': { at: `${at}/problem%3A1` },
    'never matched': { at: `${at}/r-folder`, height: 1500, play: later },
    'that does not exist': { at: `${at}/r-gone` },
    'its parts failed': {
      at: one, height: 1900, play: later,
      answers: Object.fromEntries(['matches', 'counts', 'histories'].map((part) => [`GET /api/v2/detection_rules/*/${part}`, refused(500, 'internal', 'The store is busy. Try again in a moment.')])),
    },
    'switched off without a reason': {
      at: one,
      play: async ({ user }) => {
        await user.click(await (await panel()).findByRole('button', { name: 'Switch off' }));
        await user.click((await panel()).getByRole('button', { name: 'Switch off' }));
        await screen.findByText(/^Give a reason/);
      },
    },
    'somebody else was quicker': {
      at: `${at}/r-off`,
      answers: { 'PATCH /api/v2/detection_rules/*': refused(412, 'stale', 'The rule changed in the meantime.') },
      play: async ({ user }) => {
        await user.click(await (await panel()).findByRole('button', { name: 'Switch on' }));
        await screen.findByRole('alert');
      },
    },
  }),
  ...scenes('Backtest', {
    done: {
      at: one, height: 2300,
      play: async ({ user }) => {
        await user.click(await (await panel()).findByRole('button', { name: 'Run backtest' }));
        await screen.findByText('12 matches in 412,318 events.');
      },
    },
    running: {
      at: one, height: 2300, answers: { 'POST /api/v2/detection_backtests': stillTrying }, waits: true,
      play: async ({ user }) => {
        await user.click(await (await panel()).findByRole('button', { name: 'Run backtest' }));
        await screen.findByRole('button', { name: 'Cancel' });
        await screen.findByText(/^12 matches so far/);
      },
    },
    refused: {
      at: one, height: 2300, answers: { 'POST /api/v2/detection_backtests': refused(429, 'busy', 'Two backtests run already. Wait until one has ended.') },
      play: async ({ user }) => {
        await user.click(await (await panel()).findByRole('button', { name: 'Run backtest' }));
        await screen.findByText(/^Not started: /);
      },
    },
  }),
  ...scenes('Write a rule', {
    new: { at: write, play: () => screen.findByText('Nothing is wrong with it.') },
    'like another': { at: `${write}?from=r-export`, play: () => screen.findByText('Nothing is wrong with it.') },
    'with errors': { at: `${write}?from=r-export`, answers: { 'POST /api/v2/detection_rules/check': { body: broken } }, play: () => screen.findByRole('list', { name: 'Problems' }) },
    'not checked': { at: write, answers: { 'POST /api/v2/detection_rules/check': refused(503, 'busy', 'Too much at once. Try again in a moment.') }, play: () => screen.findByText(/^It could not be checked/) },
    'its own': { at: `${write}/o-night`, play: () => screen.findByText('Nothing is wrong with it.') },
    'that does not exist': { at: `${write}/o-gone`, answers: { 'GET /api/v2/own_rules/*': refused(404, 'not_found', 'There is no such text.') } },
    'changed by somebody else': {
      at: `${write}/o-night`,
      answers: { 'PATCH /api/v2/own_rules/*': refused(412, 'stale', 'The text changed in the meantime.') },
      play: async ({ user, server }) => {
        await screen.findByText('Nothing is wrong with it.');
        await user.type(screen.getByRole('textbox', { name: 'Text of the rule' }), '# mine');
        server.say({ 'GET /api/v2/own_rules/*': { body: { data: { ...own, attributes: { ...own.attributes, updated_at: ago(2 * 60_000) }, relationships: { updated_by: { data: { type: 'actors', id: 'a2' } } }, meta: { version: 4 } }, included: [{ type: 'actors', id: 'a2', attributes: { display_name: 'Bo Berg' }, relationships: {} }] }, headers: { etag: '"4"' } } });
        await user.click(screen.getByRole('button', { name: 'Save' }));
        await screen.findByRole('button', { name: 'Save mine in its place' });
      },
    },
    deleting: {
      at: `${write}/o-night`,
      play: async ({ user }) => {
        await user.click(await screen.findByRole('button', { name: 'Delete' }));
        await screen.findByRole('dialog');
      },
    },
  }),
  ...scenes('Detections of a device', {
    'while it is down': {
      at: '/settings/security-devices/d-unauthorized', height: 1700,
      answers: { ...ruleAnswers, 'GET /api/v2/security_devices/*/detections': { body: { ...watching, tactics_blind: ['exfiltration', 'credential-access'] } } },
      play: () => screen.findByText(/rules watch this device/),
    },
    'that could not be loaded': {
      at: '/settings/security-devices/d-receiving', height: 1700,
      answers: { 'GET /api/v2/security_devices/*/detections': refused(500, 'internal', 'The store is busy. Try again in a moment.') },
      play: () => screen.findByText(/^The rules could not be loaded/),
    },
  }),
];
