import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { patient } from '@/api/reach';
import type { Device } from '@/api/types';
import { usePause } from '@/data/devices/changes';
import { useDeviceList } from '@/data/devices/devices';
import { pluginsQuery } from '@/data/plugins/plugins';
import { announce, quoted } from '@/ui/announce';
import { parseFilter } from '@/ui/filters/filters';
import { useListStands } from '@/ui/besideList';
import { focusLinkTo } from '@/ui/focusKept';
import { useZone } from '@/ui/zone';
import { DevicesViewContext, type DeviceAction, type DevicesView, KnownDevicesContext } from './context';
import { DeleteDialog } from './list/DeleteDialog';
import { DeviceList } from './list/DeviceList';
import { TestDialog } from './list/TestDialog';
import { parseSort, useDevicesSearch, useSettledSearch } from './search';
import { useOrder } from './useOrder';
import classes from './devices.module.css';

const AddDevice = lazy(() => patient(() => import('./add/AddDevice')));
const EditDevice = lazy(() => patient(() => import('./edit/EditDevice')));

/** The list, the panel beside it, and the form of `?setupIntegration=`. */
export function DevicesPage() {
  useZone();
  const search = useDevicesSearch();
  if (search.setupIntegration !== undefined) {
    return (
      <Suspense fallback={<Loader className={classes.pageLoader} role="status" aria-label="Loading" />}>
        <AddDevice slug={search.setupIntegration} key={search.setupIntegration} />
      </Suspense>
    );
  }
  return <ListAndPanel />;
}

function useTechnologies(): Pick<DevicesView, 'plugin' | 'technology'> {
  const { data } = useQuery(pluginsQuery);
  return useMemo(() => {
    const plugins = new Map(data?.map((plugin) => [plugin.attributes.plugin_slug, plugin]));
    return {
      plugin: (slug) => plugins.get(slug),
      technology: (slug) => plugins.get(slug)?.attributes.display_name ?? slug,
    };
  }, [data]);
}

function ListAndPanel() {
  useListStands('device');
  // Its rows are drawn once; in another zone they are others.
  const zone = useZone() ?? '';
  const search = useDevicesSearch();
  const navigate = useNavigate();
  // Ten times a second something changes among thousands of devices: what a person does goes first.
  const list = useDeferredValue(useDeviceList());
  const { plugin, technology } = useTechnologies();
  const { deviceId } = useParams({ strict: false });
  const [testing, setTesting] = useState<Device | null>(null);
  const [deleting, setDeleting] = useState<Device | null>(null);
  const pause = usePause();

  const { q, status, technology: slug, location, sort } = useSettledSearch();
  const criteria = useMemo(
    () => ({
      q: q ?? '',
      filters: { status: parseFilter(status), technology: parseFilter(slug), location: parseFilter(location) },
      sort: parseSort(sort),
    }),
    [q, status, slug, location, sort],
  );
  const order = useOrder(
    list.devices,
    criteria,
    list.complete ? 'complete' : `${String(list.loading)}${String(list.devices.size)}`,
    technology,
  );

  useEffect(() => {
    if (deviceId === undefined) document.title = 'Security Devices · Picket';
  }, [deviceId]);

  const shown = useRef(deviceId);
  useEffect(() => {
    const closed = deviceId === undefined ? shown.current : undefined;
    shown.current = deviceId;
    if (closed !== undefined) focusLinkTo(`/settings/security-devices/${closed}`);
  }, [deviceId]);

  const { mutate: setPaused } = pause;
  const act = useCallback(
    (action: DeviceAction, device: Device) => {
      const { name } = device.attributes;
      if (action === 'view') {
        void navigate({
          to: '/settings/security-devices/$deviceId',
          params: { deviceId: device.id },
          search: (previous) => previous,
        });
      } else if (action === 'edit') {
        void navigate({ to: '.', search: (previous) => ({ ...previous, edit: device.id }) });
      } else if (action === 'test') {
        setTesting(device);
      } else if (action === 'delete') {
        setDeleting(device);
      } else {
        const paused = action === 'pause';
        setPaused(
          { id: device.id, paused },
          {
            onSuccess: () => {
              announce(paused ? `${quoted(name)} is paused.` : `${quoted(name)} is resumed and polled now.`);
            },
            onError: (error) => {
              announce(error.message, 'bad');
            },
          },
        );
      }
    },
    [navigate, setPaused],
  );

  const view = useMemo<DevicesView>(
    () => ({ ids: order.ids, plugin, technology, act }),
    [order.ids, plugin, technology, act],
  );

  return (
    <DevicesViewContext value={view}>
      <KnownDevicesContext value={list.devices}>
        <div className={classes.split} data-panel={deviceId !== undefined}>
          <DeviceList key={zone} list={list} fresh={order.fresh} sortAgain={order.sortAgain} selected={deviceId} />
          <Outlet />
        </div>
      </KnownDevicesContext>
      {testing && (
        <TestDialog
          device={testing}
          onReplace={() => {
            act('edit', testing);
          }}
          onClose={() => {
            setTesting(null);
          }}
        />
      )}
      {deleting && (
        <DeleteDialog
          device={deleting}
          onClose={(deleted) => {
            if (deleted && deleting.id === deviceId) {
              void navigate({ to: '/settings/security-devices', search: (previous) => previous });
            }
            setDeleting(null);
          }}
        />
      )}
      {search.edit !== undefined && (
        <Suspense fallback={null}>
          <EditDevice
            key={search.edit}
            id={search.edit}
            onClose={() => {
              void navigate({ to: '.', search: ({ edit: _, ...rest }) => rest });
            }}
          />
        </Suspense>
      )}
    </DevicesViewContext>
  );
}
