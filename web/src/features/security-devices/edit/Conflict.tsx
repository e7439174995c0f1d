import { Button } from '@mantine/core';
import { IconUsers } from '@/ui/icons';
import { useEffect, useRef, useState } from 'react';
import type { DeviceWithActors } from '@/data/devices/devices';
import type { Values } from '@/forms/schema';
import { Callout } from '@/ui/states';
import { Ago } from '@/ui/time';
import type { ConflictField } from './conflicts';
import classes from './edit.module.css';

/** Somebody saved while this dialog was open: shows what they changed and lets the person choose, field by field. */
export function Conflict(props: {
  fields: ConflictField[];
  now: DeviceWithActors;
  onResolve: (values: Values) => void;
}) {
  const { fields, now } = props;
  const [taken, setTaken] = useState<Record<string, 'mine' | 'theirs'>>({});
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
    box.current?.focus();
  }, []);
  const choiceOf = (field: ConflictField): 'mine' | 'theirs' =>
    taken[field.path] ?? (field.mine === field.opened ? 'theirs' : 'mine');
  const who = now.updatedBy ?? 'Somebody else';
  return (
    <div className={classes.conflict} ref={box} tabIndex={-1}>
      <Callout
        tone="warn"
        role="alert"
        icon={<IconUsers size={18} aria-hidden />}
        title={
          <>
            <bdi>{who}</bdi> changed this device <Ago time={now.device.attributes.updated_at} />. Nothing was saved yet.
          </>
        }
      >
        <table className={classes.conflictTable}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">When you opened it</th>
              <th scope="col">Now</th>
              <th scope="col">Yours</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <tr key={field.path}>
                <th scope="row">{field.label}</th>
                <td data-label="When you opened it">
                  <bdi>{field.opened || 'empty'}</bdi>
                </td>
                <td data-label="Now">
                  <label>
                    <input
                      type="radio"
                      name={`conflict-${field.path}`}
                      checked={choiceOf(field) === 'theirs'}
                      onChange={() => {
                        setTaken({ ...taken, [field.path]: 'theirs' });
                      }}
                    />{' '}
                    <bdi>{field.theirs || 'empty'}</bdi>
                  </label>
                </td>
                <td data-label="Yours">
                  <label>
                    <input
                      type="radio"
                      name={`conflict-${field.path}`}
                      checked={choiceOf(field) === 'mine'}
                      onChange={() => {
                        setTaken({ ...taken, [field.path]: 'mine' });
                      }}
                    />{' '}
                    <bdi>{field.mine || 'empty'}</bdi>
                  </label>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className={classes.inline}>
          <Button
            size="xs"
            onClick={() => {
              props.onResolve(
                Object.fromEntries(
                  fields.map((field) => [field.path, choiceOf(field) === 'theirs' ? field.theirs : field.mine]),
                ),
              );
            }}
          >
            Go on with this choice
          </Button>
        </div>
      </Callout>
    </div>
  );
}
