import { ActionIcon, Button } from '@mantine/core';
import { useState } from 'react';
import { IconPlayerPause, IconPlayerPlay, IconPlugConnected, IconX } from '@/ui/icons';
import { count } from '@/ui/timeText';
import { useKnownDevices } from '../context';
import { BulkDialog, type BulkAction } from './BulkDialog';
import { ExportMenu } from './ExportMenu';
import type { Selection } from './useSelection';
import classes from './bulk.module.css';

/** What can be done with the selected devices; floats over the foot of the list, so that nothing moves. */
export function BulkBar({ selection }: { selection: Selection }) {
  const devices = useKnownDevices();
  const { ids } = selection;
  const [running, setRunning] = useState<{ action: BulkAction; ids: string[]; already: number } | null>(null);
  const isPaused = (id: string): boolean => devices.get(id)?.attributes.paused === true;
  const paused = ids.filter(isPaused);
  const start = (action: BulkAction, on: string[]) => () => {
    setRunning({ action, ids: on, already: ids.length - on.length });
  };
  return (
    <>
      {ids.length > 0 && (
        <div className={classes.bulk} role="toolbar" aria-label="Selected devices">
          <span className={classes.bulkCount} aria-live="polite">
            {count(ids.length)} selected
          </span>
          {paused.length < ids.length && (
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              leftSection={<IconPlayerPause size={16} aria-hidden />}
              onClick={start('pause', ids.filter((id) => !isPaused(id)))}
              className={classes.bulkAct ?? ''}
              aria-label="Pause"
              title="Pause"
            >
              <span>Pause</span>
            </Button>
          )}
          {paused.length > 0 && (
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              leftSection={<IconPlayerPlay size={16} aria-hidden />}
              onClick={start('resume', paused)}
              className={classes.bulkAct ?? ''}
              aria-label="Resume"
              title="Resume"
            >
              <span>Resume</span>
            </Button>
          )}
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            onClick={start('test', ids)}
            className={classes.bulkAct ?? ''}
            aria-label="Test now"
            title="Test now"
          >
            <span>Test now</span>
          </Button>
          <ExportMenu ids={ids} inBar />
          <ActionIcon variant="subtle" color="gray" aria-label="Clear selection" title="Clear selection  Esc" onClick={selection.clear}>
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </div>
      )}
      {running && (
        <BulkDialog
          key={`${running.action} ${String(running.ids.length)}`}
          action={running.action}
          ids={running.ids}
          already={running.already}
          onClose={() => {
            setRunning(null);
          }}
        />
      )}
    </>
  );
}
