import { Button, Modal } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, memo, Suspense, useDeferredValue, useState } from 'react';
import type { Device } from '@/api/types';
import { historyQuery } from '@/data/histories/histories';
import { useLastAnswer } from '@/data/live/gone';
import { AppLink } from '@/ui/AppLink';
import { IconActivity, IconBook, IconKey, IconPencil, IconPlayerPlay, IconPlugConnected, IconWorldUp } from '@/ui/icons';
import { Later } from '@/ui/Later';
import { Callout } from '@/ui/states';
import { LevelIcon, levelWords } from '@/ui/StatusBadge';
import { Term } from '@/ui/Term';
import { Ago, For } from '@/ui/time';
import { clockText, useZone } from '@/ui/zone';
import { useDevicesView } from '../context';
import { eventsAddress } from '../links';
import { levelOf, sinceOf, type ShownLevel } from '../order';
import { Detections } from './Detections';
import { HealthCards } from './HealthCards';
import { Heading } from '@/ui/PanelHeading';
import { told } from '@/ui/moments';
import { Polls } from './Polls';
import { remediesOf } from '@/data/devices/remedies';
import { advice } from './remedies';
import { Streams } from './Streams';
import { TokenLine } from './TokenLine';
import { Traffic } from './Traffic';
import sections from './sections.module.css';
import classes from './health.module.css';

const Guide = lazy(async () => ({ default: (await import('../add/Guide')).Guide }));

const tones = {
  ok: 'ok',
  warning: 'warn',
  error: 'bad',
  verifying: 'info',
  paused: 'idle',
  deleted: 'idle',
} as const satisfies Record<ShownLevel, string>;

const remedyWords = { 'add-token': 'Add token', 'replace-token': 'Replace token', edit: 'Change server address', resume: 'Resume', try: 'Try now' };
const remedyIcons = {
  'add-token': <IconKey size={14} aria-hidden />,
  'replace-token': <IconKey size={14} aria-hidden />,
  edit: <IconPencil size={14} aria-hidden />,
  resume: <IconPlayerPlay size={14} aria-hidden />,
  try: <IconPlugConnected size={14} aria-hidden />,
};

/** First the sentence, then what to do, then the numbers that it rests on. */
export function HealthSection({ device }: { device: Device }) {
  const { act } = useDevicesView();
  const level = levelOf(device);
  const details = device.attributes.status_details;
  const since = sinceOf(device);
  const below = useDeferredValue(device);
  return (
    <section className={sections.section} aria-labelledby="health-title">
      <div className={sections.sectionHead}>
        <Heading level={3} id="health-title" className={sections.sectionTitle}>
          Device Health
        </Heading>
        {level !== 'deleted' && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlugConnected size={14} aria-hidden />}
            onClick={() => {
              act('test', device);
            }}
          >
            Test now
          </Button>
        )}
      </div>
      <Callout
        tone={tones[level]}
        icon={<LevelIcon level={level} size={18} />}
        title={
          <span aria-live="polite">
            {level === 'deleted' ? 'This device was deleted. Its events and its history are kept.' : told(details?.sentence ?? levelWords[level])}
          </span>
        }
      >
        {level === 'deleted' && <Deleted device={device} />}
        <Standing level={level} since={since} />
        {level !== 'deleted' && details && advice[details.code] !== undefined && <p>{advice[details.code]}</p>}
        <Remedies device={device} />
      </Callout>
      <Later atOnce meanwhile={<div className={sections.comes} data-comes />}>
        {/* Figures of one device never stand under the name of another. */}
        <HealthCards device={below.id === device.id ? below : device} />
        <Later meanwhile={<div className={sections.comes} data-comes />}>
          <Below device={below} />
        </Later>
      </Later>
    </section>
  );
}

/** Who deleted it, which its history knows, and when. */
function Deleted({ device }: { device: Device }) {
  const { data } = useInfiniteQuery(historyQuery(device.id, undefined, 'deleted'));
  const by = data?.pages[0]?.entries[0]?.actor ?? null;
  const { deleted_at: at } = device.attributes;
  if (at === null) return null;
  return (
    <span className="pk-muted">
      Deleted{by === null ? '' : ' by '}
      {by !== null && <bdi>{by}</bdi>} <Ago time={at} alone />
    </span>
  );
}

/** Since when it is so. While the server does not answer nobody knows whether it still is, and "40 s ago" in the sentence stands still. */
function Standing({ level, since }: { level: ShownLevel; since: string | null }) {
  useZone();
  const last = useLastAnswer();
  if (level === 'deleted') return null;
  if (last !== null) {
    return (
      <span className="pk-muted">
        As of <time dateTime={new Date(last).toISOString()}>{clockText(last)}</time>, when Picket last answered
      </span>
    );
  }
  if (since === null) return null;
  return (
    <span className="pk-muted">
      <Term of="status">{levelWords[level]}</Term> <For since={since} alone />
    </span>
  );
}

const Below = memo(function Below({ device }: { device: Device }) {
  const { plugin } = useDevicesView();
  const { plugin_slug: slug, status_details: details } = device.attributes;
  const streams = details?.streams ?? [];
  const level = levelOf(device);
  return (
    <>
      {level !== 'deleted' && <TokenLine device={device} />}
      {level !== 'deleted' && streams.length > 0 && <Streams device={device} streams={streams} />}
      <Traffic device={device} />
      {level !== 'deleted' && <Detections deviceId={device.id} paused={level === 'paused'} technology={plugin(slug)?.attributes.display_name} />}
      {streams.length > 0 && <Polls device={device} streams={streams} />}
    </>
  );
});

/** The buttons that mend what the sentence says, where there are some. */
function Remedies({ device }: { device: Device }) {
  const { act, plugin } = useDevicesView();
  const [guide, setGuide] = useState(false);
  if (device.attributes.deleted_at !== null) return null;
  const remedies = remediesOf(device);
  const token = remedies.find((one) => one === 'add-token' || one === 'replace-token');
  const technology = plugin(device.attributes.plugin_slug);
  if (remedies.length === 0) return null;
  return (
    <div className={classes.remedies}>
      {remedies.map(
        (remedy) =>
          remedy !== 'addresses' &&
          remedy !== 'records' && (
            <Button
              key={remedy}
              size="compact-sm"
              variant="default"
              leftSection={remedyIcons[remedy]}
              onClick={() => {
                act(remedy === 'try' ? 'test' : remedy === 'resume' ? 'resume' : 'edit', device);
              }}
            >
              {remedyWords[remedy]}
            </Button>
          ),
      )}
      {token !== undefined && technology && (
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconBook size={14} aria-hidden />}
          onClick={() => {
            setGuide(true);
          }}
        >
          How to issue one
        </Button>
      )}
      {remedies.includes('addresses') && (
        <AppLink href="/settings/egress-addresses" className={classes.remedyLink}>
          <IconWorldUp size={14} aria-hidden /> Addresses that Picket calls from
        </AppLink>
      )}
      {remedies.includes('records') && (
        <AppLink href={eventsAddress({ device: device.id, record: 'unreadable', range: 'all' })} className={classes.remedyLink}>
          <IconActivity size={14} aria-hidden /> Show these records
        </AppLink>
      )}
      {technology && (
        <GuideDialog
          opened={guide}
          onClose={() => {
            setGuide(false);
          }}
          plugin={technology}
        />
      )}
    </div>
  );
}

export function GuideDialog(props: {
  opened: boolean;
  onClose: () => void;
  plugin: NonNullable<ReturnType<ReturnType<typeof useDevicesView>['plugin']>>;
}) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={`Guide: ${props.plugin.attributes.display_name}`}
      size="lg"
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Suspense fallback={null}>
        <Guide plugin={props.plugin} />
      </Suspense>
    </Modal>
  );
}
