import { Loader, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '@/api/client';
import { deviceQuery, type DeviceWithActors } from '@/data/devices/devices';
import { pluginsQuery } from '@/data/plugins/plugins';
import { dropDraft, keepDraft } from '@/data/session/drafts';
import { ErrorState } from '@/ui/states';
import type { DevicesSearch } from '../search';
import { NoDevice } from '../NoDevice';
import { EditForm } from './EditForm';
import classes from './edit.module.css';

/** The edit dialog of one device; its address is `?edit=<id>`. */
export default function EditDevice({ id, onClose }: { id: string; onClose: () => void }) {
  const plugins = useQuery(pluginsQuery);
  const device = useQuery(deviceQuery(id));
  // What the person saw when the dialog opened: a change by somebody else must not slip in unseen.
  const [seen, setSeen] = useState<DeviceWithActors | null>(null);
  if (seen === null && device.data && !device.isFetching) setSeen(device.data);
  const [dirty, setDirty] = useState(false);
  const saved = useRef(false);
  // Whatever leads away from a changed form asks first: its own buttons, Back, a link.
  const leads = useCallback(({ next }: { next: { search: object } }) => !saved.current && (next.search as DevicesSearch).edit !== id, [id]);
  const away = useBlocker({ shouldBlockFn: leads, disabled: !dirty, enableBeforeUnload: false, withResolver: true });
  useEffect(() => {
    if (!dirty) return;
    const key = `edit ${id}`;
    keepDraft(key, true);
    return () => {
      dropDraft(key);
    };
  }, [dirty, id]);
  const plugin = plugins.data?.find((one) => one.attributes.plugin_slug === seen?.device.attributes.plugin_slug);
  const error = device.error ?? plugins.error;
  return (
    <Modal
      opened
      onClose={onClose}
      title={
        seen ? (
          <>
            Edit <bdi>{seen.device.attributes.name}</bdi>
          </>
        ) : (
          'Edit device'
        )
      }
      size="lg"
      lockScroll={false}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close dialog' }}
    >
      {seen && plugins.isSuccess ? (
        <EditForm
          seen={seen}
          plugin={plugin}
          onDirty={setDirty}
          onDone={() => {
            saved.current = true;
            onClose();
          }}
          onCancel={onClose}
          asking={away.status === 'blocked'}
          onStay={() => away.reset?.()}
          onDiscard={() => away.proceed?.()}
        />
      ) : error instanceof ApiError && error.status === 404 ? (
        <NoDevice close="Close the form" onClose={onClose} />
      ) : error ? (
        <ErrorState
          title="The device could not be loaded"
          error={error}
          onRetry={() => {
            void device.refetch();
            void plugins.refetch();
          }}
        />
      ) : (
        <Loader className={classes.loader} role="status" aria-label="Loading" />
      )}
    </Modal>
  );
}
