import { ActionIcon, Button } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconLink, IconPencil, IconX } from '@/ui/icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { memo, useCallback, useDeferredValue, useEffect, useMemo, useRef } from 'react';
import { ApiError } from '@/api/client';
import type { Device } from '@/api/types';
import { deviceQuery, type DeviceWithActors } from '@/data/devices/devices';
import { announce } from '@/ui/announce';
import { Boundary } from '@/ui/Boundary';
import { copyText } from '@/ui/CopyButton';
import { Later } from '@/ui/Later';
import { PanelFrame } from '@/ui/PanelFrame';
import { ErrorState, Skeleton } from '@/ui/states';
import { StatusBadge } from '@/ui/StatusBadge';
import { ZoneNote } from '@/ui/time';
import { count } from '@/ui/timeText';
import { neighbourIn, useBeside } from '@/ui/useBeside';
import { useFromTop } from '@/ui/useFromTop';
import { useDevicesView, useKnownDevices } from '../context';
import { NoDevice } from '../NoDevice';
import { levelOf } from '../order';
import { TechnologyLogo } from '@/ui/TechnologyLogo';
import { useZone } from '@/ui/zone';
import { Heading, usePanelIsPage } from '@/ui/PanelHeading';
import { HeadName } from './HeadName';
import { HealthSection } from './HealthSection';
import { HistorySection } from './HistorySection';
import { InformationSection } from './InformationSection';
import { SectionBar } from './SectionBar';
import head from './head.module.css';
import sections from './sections.module.css';
import classes from './panel.module.css';

/** Everything about one device, beside the list. Its address is its own. */
export function DevicePanel() {
  const { deviceId } = useParams({ from: '/app/settings/security-devices/$deviceId' });
  const { ids } = useDevicesView();
  const navigate = useNavigate();
  const onClose = useCallback((): void => {
    void navigate({ to: '/settings/security-devices', search: (search) => search });
  }, [navigate]);
  const { shown, before, after, step } = useBeside({
    what: 'device',
    id: deviceId,
    neighbour: (id, by) => neighbourIn(ids, id, by),
    onGo: (id) => {
      void navigate({
        to: '/settings/security-devices/$deviceId',
        params: { deviceId: id },
        search: (search) => search,
        replace: true,
      });
    },
    onClose,
    says: 'Previous and next device',
  });
  return shown === null ? null : <Panel deviceId={shown} before={before} after={after} onStep={step} onClose={onClose} />;
}

interface PanelProps {
  deviceId: string;
  before: boolean;
  after: boolean;
  onStep: (by: -1 | 1) => void;
  onClose: () => void;
}

const Panel = memo(function Panel({ deviceId, before, after, onStep, onClose }: PanelProps) {
  useZone();
  const { ids, plugin } = useDevicesView();
  const devices = useKnownDevices();
  const navigate = useNavigate();
  const title = useRef<HTMLDivElement>(null);
  const query = useQuery(deviceQuery(deviceId));
  // The list knows most of it already: the panel opens at once and fills in.
  const device = query.data?.device ?? devices.get(deviceId);
  const name = device?.attributes.name;

  const heading = usePanelIsPage() ? 'h1' : 'h2';

  const position = ids.indexOf(deviceId);
  const edit = (): void => {
    void navigate({ to: '.', search: (search) => ({ ...search, edit: deviceId }) });
  };
  useEffect(() => {
    if (name !== undefined) document.title = `${name} · Picket`;
  }, [name]);

  const { ref: scroller, onScroll } = useFromTop<HTMLDivElement>(deviceId);
  // What the server adds to what the list knew is drawn when there is time.
  const below = useDeferredValue(useMemo(() => ({ device, details: query.data }), [device, query.data]));

  if (!device) {
    const missing = query.error instanceof ApiError && query.error.status === 404;
    return (
      <PanelFrame label="Security device">
        <header className={head.head}>
          <span className={head.spacer} />
          <CloseButton onClick={onClose} />
        </header>
        {missing ? (
          <NoDevice heading={heading} close="Close the panel" onClose={onClose} />
        ) : query.error ? (
          <ErrorState
            heading={heading}
            title="The device could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        ) : (
          <div className={classes.loading} aria-busy="true">
            <Heading level={2} className="pk-hidden">
              Loading device
            </Heading>
            <Skeleton width="50%" height={18} />
            <Skeleton height={60} />
            <Skeleton height={120} />
          </div>
        )}
      </PanelFrame>
    );
  }

  return (
    <PanelFrame label={device.attributes.name}>
      <header className={head.head}>
        <div className={head.walk}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Previous device"
            title="Previous device  ["
            disabled={!before}
            onClick={() => {
              onStep(-1);
            }}
          >
            <IconChevronLeft size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Next device"
            title="Next device  ]"
            disabled={!after}
            onClick={() => {
              onStep(1);
            }}
          >
            <IconChevronRight size={18} aria-hidden />
          </ActionIcon>
          {position >= 0 && (
            <span className="pk-muted pk-num">
              {count(position + 1)} of {count(ids.length)}
            </span>
          )}
        </div>
        <HeadName device={device} title={title} />
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Copy link"
          title="Copy link to this device"
          onClick={() => {
            const link = `${window.location.origin}/settings/security-devices/${device.id}`;
            void copyText(link).then((done) => {
              announce(done ? 'Copied the link.' : 'The browser did not let Picket copy the link.', done ? 'ok' : 'bad');
            });
          }}
        >
          <IconLink size={17} aria-hidden />
        </ActionIcon>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPencil size={15} aria-hidden />}
          disabled={device.attributes.deleted_at !== null}
          onClick={edit}
          className={head.edit}
          aria-label="Edit Device"
          title="Edit Device"
        >
          <span>Edit Device</span>
        </Button>
        <CloseButton onClick={onClose} />
      </header>
      <div ref={scroller} className={classes.scroll} onScroll={onScroll}>
        <div ref={title} className={classes.title}>
          <TechnologyLogo plugin={plugin(device.attributes.plugin_slug)} size={22} />
          <Heading level={2} className={classes.name}>
            <bdi>{device.attributes.name}</bdi>
          </Heading>
          <StatusBadge level={levelOf(device)} />
        </div>
        <SectionBar key={device.id} />
        <Boundary of={device.id} heading="h3">
          <HealthSection device={device} />
        </Boundary>
        <Later meanwhile={<Outline />}>
          <Below {...below} />
        </Later>
      </div>
    </PanelFrame>
  );
});

interface BelowProps {
  device: Device | undefined;
  details: DeviceWithActors | undefined;
}

const Below = memo(function Below({ device, details }: BelowProps) {
  if (device === undefined) return null;
  return (
    <>
      <Boundary of={device.id} heading="h3">
        <InformationSection device={device} details={details} />
      </Boundary>
      <Boundary of={device.id} heading="h3">
        <HistorySection deviceId={device.id} />
      </Boundary>
      {/* Beside the list, its foot says so. */}
      <footer className={classes.zone}>
        <ZoneNote />
      </footer>
    </>
  );
});

/** What the panel consists of is there from the first frame on, below what is seen of it. */
function Outline() {
  return (
    <div className={sections.outline}>
      {(['Information', 'History'] as const).map((title) => (
        <section key={title} className={sections.section} aria-label={title}>
          <Heading level={3} id={`${title.toLowerCase()}-title`} className={sections.sectionTitle}>
            {title}
          </Heading>
        </section>
      ))}
    </div>
  );
}

function CloseButton({ onClick }: { onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label="Close" title="Close  Esc" onClick={onClick}>
      <IconX size={18} aria-hidden />
    </ActionIcon>
  );
}
