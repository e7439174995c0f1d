import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Device, DeviceDetections } from '@/api/types';
import { deviceDetectionsQuery } from '@/data/detections/rules';
import { deleteDevice } from '@/data/devices/changes';
import { announce, quoted } from '@/ui/announce';
import { Callout } from '@/ui/states';
import { count } from '@/ui/timeText';
import classes from '../devices.module.css';

const fewRules = 3;

/** Names are told apart by what is seen of them. */
const seen = (name: string): string => name.normalize('NFC').trim().replace(/\s+/g, ' ');

/** It cannot be undone: says what is lost, what goes blind and what is kept, and asks for the name. */
export function DeleteDialog({ device, onClose }: { device: Device; onClose: (deleted: boolean) => void }) {
  const client = useQueryClient();
  const { name, status_details: details, events_24h: events } = device.attributes;
  const detections = useQuery(deviceDetectionsQuery(device.id));
  const [typed, setTyped] = useState('');
  const fits = seen(typed) === seen(name);
  const remove = useMutation({
    mutationFn: () => deleteDevice(client, device.id),
    onSuccess: () => {
      announce(`${quoted(name)} was deleted.`);
      onClose(true);
    },
  });
  const streams = details?.streams ?? [];
  const keep = (): void => {
    onClose(false);
  };
  return (
    <Modal opened onClose={keep} title={`Delete ${quoted(name)}?`} lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className={classes.dialogText}
        onSubmit={(event) => {
          event.preventDefault();
          if (fits && !remove.isPending) remove.mutate();
        }}
      >
        <p>
          <strong>Lost:</strong> its API token, its place in each stream, and all events from now on. To read again, add
          the device anew with a token.
        </p>
        <div>
          <strong>Goes blind:</strong>
          <ul className={classes.blind}>
            {streams.length > 0 && (
              <li>
                {streams.map((stream) => stream.title).join(', ')}
                {events > 0 && ` (${count(events)} ${events === 1 ? 'event' : 'events'} in 24 h)`}
              </li>
            )}
            <li>{detections.data ? <Rules rules={detections.data.rules} /> : detections.error ? `Which rules watch it could not be loaded. ${detections.error.message}` : 'Asking which rules watch it'}</li>
          </ul>
        </div>
        <p>
          <strong>Kept:</strong> the events stored so far, what rules found in them, and its history.
        </p>
        <TextInput
          data-autofocus
          label={
            <>
              This cannot be undone. To delete it, type <bdi className={classes.nameToType}>{name}</bdi>
            </>
          }
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
          }}
        />
        {remove.error && (
          <Callout tone="bad" role="alert">
            {remove.error.message}
          </Callout>
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={keep}>
            Keep it
          </Button>
          <Button type="submit" color="red" disabled={!fits} loading={remove.isPending}>
            Delete
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** The rules that see this device now. They stay: other devices may have the same streams. */
function Rules({ rules }: { rules: DeviceDetections['rules'] }) {
  const on = rules.filter((rule) => rule.state === 'running' || rule.state === 'new').sort((a, b) => b.matches_30d - a.matches_30d);
  if (on.length === 0) return <>No rule watches it.</>;
  const left = on.length - fewRules;
  return (
    <>
      {on.length === 1 ? '1 rule that watches it: ' : `${count(on.length)} rules that watch it: `}
      {on.slice(0, fewRules).map((rule) => rule.title).join(', ')}
      {left > 0 && ` and ${count(left)} more`}. {on.length === 1 ? 'It stays' : 'They stay'} in force for other devices.
    </>
  );
}
