import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Device } from '@/api/types';
import { deleteDevice } from '@/data/devices/changes';
import { announce, quoted } from '@/ui/announce';
import { Callout } from '@/ui/states';
import classes from '../devices.module.css';

export function DeleteDialog({ device, onClose }: { device: Device; onClose: (deleted: boolean) => void }) {
  const client = useQueryClient();
  const { name } = device.attributes;
  const remove = useMutation({
    mutationFn: () => deleteDevice(client, device.id),
    onSuccess: () => {
      announce(`${quoted(name)} was deleted.`);
      onClose(true);
    },
  });
  return (
    <Modal
      opened
      onClose={() => {
        onClose(false);
      }}
      title={`Delete ${quoted(name)}?`}
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes.dialogText}>
        <p>
          <strong>Lost:</strong> its API token, its place in each stream, and all events from now on. To read again, add
          the device anew with a token.
        </p>
        <p>
          <strong>Kept:</strong> the events stored so far and its history.
        </p>
        {remove.error && (
          <Callout tone="bad" role="alert">
            {remove.error.message}
          </Callout>
        )}
      </div>
      <div className={classes.buttons}>
        <Button
          variant="default"
          data-autofocus
          onClick={() => {
            onClose(false);
          }}
        >
          Keep it
        </Button>
        <Button
          color="red"
          loading={remove.isPending}
          onClick={() => {
            remove.mutate();
          }}
        >
          Delete
        </Button>
      </div>
    </Modal>
  );
}
