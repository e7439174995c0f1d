import { Button, Loader, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Device, TestResult } from '@/api/types';
import { testDevice } from '@/data/devices/changes';
import { quoted } from '@/ui/announce';
import { Callout } from '@/ui/states';
import { CheckList } from '../CheckList';
import classes from '../devices.module.css';

/** Whether it is the token that failed, and another one would help. */
const tokenFailed = (result: TestResult): boolean => result.checks.some((check) => check.ok === false && (check.name === 'token' || check.name === 'authorization'));

/** Polls a device at once and shows what came of it. */
export function TestDialog({ device, onClose, onReplace }: { device: Device; onClose: () => void; onReplace: () => void }) {
  const client = useQueryClient();
  const test = useMutation({ mutationFn: () => testDevice(client, device.id) });
  const { mutate } = test;
  useEffect(() => {
    mutate();
  }, [mutate]);
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Test of ${quoted(device.attributes.name)}`}
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close test' }}
    >
      <div aria-live="polite">
        {test.data ? (
          <CheckList result={test.data} />
        ) : test.error ? (
          <Callout tone="bad">{test.error.message}</Callout>
        ) : (
          <div className={classes.waiting}>
            <Loader size="sm" aria-hidden /> Testing…
          </div>
        )}
      </div>
      <div className={classes.buttons}>
        <Button
          variant="default"
          disabled={test.isPending}
          onClick={() => {
            mutate();
          }}
        >
          Test again
        </Button>
        {test.data && !test.isPending && tokenFailed(test.data) && (
          <Button
            variant="default"
            onClick={() => {
              onClose();
              onReplace();
            }}
          >
            Replace token
          </Button>
        )}
        <Button variant={test.isPending ? 'default' : 'filled'} data-autofocus onClick={onClose}>
          {test.isPending ? 'Close' : 'Done'}
        </Button>
      </div>
    </Modal>
  );
}
