import { useEffect } from 'react';
import { ApiError, unreachable } from '@/api/client';
import { ago, now } from '@/gallery/clock';
import classes from '@/gallery/gallery.module.css';
import { sheet } from '@/gallery/story';
import { technology } from '@/gallery/world';
import { announce } from './announce';
import { AppLink } from './AppLink';
import { Boundary } from './Boundary';
import { BrokenAddress, tellBroken } from './BrokenAddress';
import { Calendar } from './Calendar';
import { ChangeIcon } from './ChangeIcon';
import { CopyButton } from './CopyButton';
import { IconAlertOctagon, IconAlertTriangle, IconCircleCheck, IconInfoCircle, IconPlayerPause } from './icons';
import { PanelFrame, PanelRoom } from './PanelFrame';
import { Segmented } from './Segmented';
import { Callout, EmptyState, ErrorState, FaultState, Skeleton } from './states';
import { LevelIcon, type ShownLevel, StatusBadge } from './StatusBadge';
import { TechnologyLogo } from './TechnologyLogo';
import { Meaning, Term } from './Term';
import { Ago, For, ZoneNote } from './time';

const levels: ShownLevel[] = ['ok', 'warning', 'error', 'verifying', 'paused', 'deleted'];
const words = 'خزنة كلمات المرور في المكتب الرئيسي';
const endless = 'W'.repeat(200);
const nothing = (): void => undefined;
const failure = (status: number, detail: string): ApiError => new ApiError([{ status, code: String(status), detail, pointer: null }]);

function Breaks(): never {
  throw new Error('Cannot read properties of undefined (reading "streams")');
}

function Broken() {
  useEffect(() => {
    tellBroken('gallery', [
      { key: 'range', value: 'yesterdayish', why: 'the last 24 hours are shown instead' },
      { key: 'actor', value: endless, why: 'it is too long' },
      { key: 'country', value: words, why: 'it is empty' },
    ]);
  }, []);
  return <BrokenAddress area="gallery" label={(key) => key.charAt(0).toUpperCase() + key.slice(1)} />;
}

function Says({ text, tone }: { text: string; tone: 'ok' | 'bad' }) {
  useEffect(() => {
    announce(text, tone);
  }, [text, tone]);
  return <p className="pk-muted">It stands at the foot of the screen.</p>;
}

const day = 86_400_000;

export default [
  sheet('Status', {
    ...Object.fromEntries(levels.map((level) => [`badge, ${level}`, () => <StatusBadge level={level} />])),
    'icons alone': () => (
      <>
        {levels.map((level) => (
          <LevelIcon key={level} level={level} size={22} />
        ))}
      </>
    ),
  }),
  sheet('Time', {
    'just now': () => <Ago time={ago(300)} />,
    seconds: () => <Ago time={ago(40_000)} />,
    minutes: () => <Ago time={ago(25 * 60_000)} />,
    hours: () => <Ago time={ago(6 * 3_600_000)} />,
    'yesterday, by hours': () => <Ago time={ago(26 * 3_600_000)} />,
    days: () => <Ago time={ago(12 * day)} />,
    years: () => <Ago time={ago(1234 * day)} />,
    'in the future': () => <Ago time={ago(-48_000)} />,
    never: () => <Ago time={null} />,
    'for how long': () => <For since={ago(190 * 60_000)} />,
    'for years': () => <For since={ago(900 * day)} />,
    'takes the focus, to tell the exact time': () => <Ago time={ago(6 * 3_600_000)} alone />,
    'the zone': () => <ZoneNote />,
  }),
  sheet('Empty, error, fault', {
    empty: () => <EmptyState title="No security devices yet" text="Connect the first one." action={<button type="button">Add Security Device</button>} />,
    'without the right': () => <ErrorState title="The events could not be loaded" error={failure(403, 'Your role does not include reading events.')} onRetry={nothing} />,
    'not there': () => <ErrorState title="The event could not be loaded" error={failure(404, 'There is no such event.')} onRetry={nothing} />,
    'server gone': () => <ErrorState title="The devices could not be loaded" error={unreachable()} onRetry={nothing} />,
    'server broke': () => <ErrorState title="The devices could not be loaded" error={failure(500, 'The store is busy. Try again in a moment.')} onRetry={nothing} />,
    'a long reason': () => <ErrorState title="The devices could not be loaded" error={failure(502, `Something between this browser and Picket answered instead of Picket: ${endless}`)} onRetry={nothing} />,
    'our own fault': () => <FaultState error={new Error('Cannot read properties of undefined (reading "streams")')} onRetry={nothing} />,
    'a part that broke': () => (
      <Boundary of="x">
        <Breaks />
      </Boundary>
    ),
    'a part that did not': () => <Boundary of="y">What stands in it.</Boundary>,
  }, { breaks: true }),
  sheet('Callouts', {
    ok: () => <Callout tone="ok" icon={<IconCircleCheck size={18} aria-hidden />} title="Receiving. Newest event 40 s ago." />,
    warn: () => <Callout tone="warn" icon={<IconAlertTriangle size={18} aria-hidden />} title="Item usage is missing: the token does not include it.">Needs attention for 3 days</Callout>,
    bad: () => <Callout tone="bad" icon={<IconAlertOctagon size={18} aria-hidden />} title="Not authorised since 09:12.">Unhealthy for 3 h</Callout>,
    info: () => <Callout tone="info" icon={<IconInfoCircle size={18} aria-hidden />} title="Verifying: waiting for the first answer of 1Password." />,
    idle: () => <Callout tone="idle" icon={<IconPlayerPause size={18} aria-hidden />} title="Paused by Ana Ruiz since Tuesday." />,
    'text alone': () => <Callout tone="info">Events are kept by 1Password for 120 days.</Callout>,
    'a word without end': () => <Callout tone="bad" icon={<IconAlertOctagon size={18} aria-hidden />} title={endless}>{endless}</Callout>,
    'right to left': () => <Callout tone="warn" icon={<IconAlertTriangle size={18} aria-hidden />} title={words}>{words}</Callout>,
    'an address that could not be read': () => <Broken />,
  }),
  sheet('Skeletons', {
    'a line': () => <div className={classes.narrow}><Skeleton /></div>,
    'a block': () => <div className={classes.narrow}><Skeleton height={72} /></div>,
    'a word': () => <Skeleton width={60} />,
  }),
  sheet('Words and links', {
    term: () => <Term of="last_data_received" />,
    'term with other words': () => <Term of="usual">usually 2,310</Term>,
    'a meaning over a button': () => (
      <Meaning of="newest_event">
        <button type="button">Newest event</button>
      </Meaning>
    ),
    'nothing to mean': () => (
      <Meaning of={undefined}>
        <button type="button">Name</button>
      </Meaning>
    ),
    link: () => <AppLink href="/events?range=24h">2,310</AppLink>,
    copy: () => <CopyButton text="56YE2TYN2VFYRLNSHKPW5NVTA4" what="the event's id" />,
    'copy, small': () => <CopyButton text="203.0.113.7" what="203.0.113.7" size="xs" />,
    'logo': () => <TechnologyLogo plugin={technology} />,
    'no logo': () => <TechnologyLogo plugin={undefined} />,
    'a change: health': () => <ChangeIcon kind="health" level="ok" />,
    'a change: trouble': () => <ChangeIcon kind="health" level="error" />,
    'a change: attention': () => <ChangeIcon kind="health" level="warning" />,
    'a change: settings': () => <ChangeIcon kind="settings" level="" />,
    'a change: token': () => <ChangeIcon kind="secret" level="" />,
    'a change: added': () => <ChangeIcon kind="created" level="" />,
    'a change: read again': () => <ChangeIcon kind="reread" level="" />,
    'a change: deleted': () => <ChangeIcon kind="deleted" level="" />,
    'a change of another version': () => <ChangeIcon kind={undefined} level="" />,
  }),
  sheet('Choices', {
    two: () => <Segmented label="Range" value="24h" choices={[['24h', '24 hours'], ['30d', '30 days']]} onChange={nothing} />,
    'three streams': () => (
      <Segmented label="Stream" value="b" choices={[['a', 'Audit events'], ['b', 'Item usage events'], ['c', 'Sign-in attempts']]} onChange={nothing} />
    ),
    'long names': () => (
      <div className={classes.narrow}>
        <Segmented label="Stream" value="a" choices={[['a', 'Everything that anybody ever did'], ['b', words], ['c', '🔐']]} onChange={nothing} />
      </div>
    ),
  }),
  sheet('Calendar', {
    'nothing taken': () => <Calendar from={null} to={null} now={now} onDay={nothing} />,
    'a week': () => <Calendar from={now - 10 * day} to={now - 3 * day} now={now} onDay={nothing} />,
    'until now': () => <Calendar from={now - 2 * day} to={null} now={now} onDay={nothing} />,
    'another year': () => <Calendar from={now - 400 * day} to={now - 380 * day} now={now} onDay={nothing} />,
  }),
  sheet('Panel frame', {
    'with a name': () => (
      <PanelFrame label="1Password, Oslo office">
        <h2>1Password, Oslo office</h2>
      </PanelFrame>
    ),
  }),
  sheet('Room of a panel', { 'its code is on its way': () => <PanelRoom /> }, { waits: true }),
  sheet('Notice that all is well', { 'at the foot': () => <Says text="“1Password, Oslo office” is paused." tone="ok" /> }),
  sheet('Notice that it failed', { 'at the foot': () => <Says text={`The browser did not let Picket copy ${words} ${endless}. Select it and copy by hand.`} tone="bad" /> }),
];
