import { ActionIcon, Button, Popover, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { IconBookmark, IconTrash } from '@/ui/icons';
import { useMountedFirst } from '@/ui/useMountedFirst';
import { keepEscape } from './FilterBar';
import classes from './filters.module.css';

export type SearchText = Record<string, string>;

export interface SavedFilter {
  name: string;
  search: SearchText;
}

export function sameSearch(a: SearchText, b: SearchText): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
}

/** Views that a person has given a name: search, filters, sort and columns together. */
export function SavedFilters(props: {
  saved: SavedFilter[];
  /** What would be saved now. */
  current: SearchText;
  onApply: (search: SearchText) => void;
  /** Replaces one of the same name. Rejects with a sentence. */
  onSave: (name: string) => Promise<void>;
  onRemove: (name: string) => Promise<void>;
}) {
  const { saved, current } = props;
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState('');
  const [complaint, setComplaint] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const active = saved.find((one) => sameSearch(one.search, current));
  const something = Object.keys(current).length > 0;
  const run = (work: Promise<void>, done: () => void): void => {
    setBusy(true);
    setComplaint(null);
    work
      .then(done)
      .catch((error: unknown) => {
        setComplaint(error instanceof Error ? error.message : String(error));
      })
      .finally(() => {
        setBusy(false);
      });
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const given = name.trim();
    if (given === '') {
      setComplaint('Give the view a name.');
      return;
    }
    run(props.onSave(given), () => {
      setName('');
      setOpened(false);
    });
  };
  const dropdown = useMountedFirst(opened);
  return (
    <Popover opened={dropdown.opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus width={280} shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          className={classes.saved}
          px={10}
          title={active?.name ?? 'Saved views'}
          data-open={active !== undefined}
          aria-label={active ? `Saved views, ${active.name} is open` : 'Saved views'}
          onClick={() => {
            setOpened(!opened);
            setComplaint(null);
          }}
        >
          <IconBookmark size={16} aria-hidden />
          <span className={classes.savedName}>{active?.name ?? 'Views'}</span>
        </Button>
      </Popover.Target>
      {dropdown.mounted && (
        <Popover.Dropdown p={6} onKeyDown={keepEscape}>
          {saved.length > 0 && (
            <ul className={classes.choices}>
              {saved.map((one) => (
                <li key={one.name} className={classes.savedRow}>
                  <button
                    type="button"
                    className={classes.option}
                    aria-current={one === active ? 'true' : undefined}
                    onClick={() => {
                      props.onApply(one.search);
                      setOpened(false);
                    }}
                  >
                    <bdi className={classes.grow}>{one.name}</bdi>
                  </button>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="sm"
                    aria-label={`Delete view ${one.name}`}
                    title="Delete this view"
                    disabled={busy}
                    onClick={() => {
                      run(props.onRemove(one.name), () => undefined);
                    }}
                  >
                    <IconTrash size={14} aria-hidden />
                  </ActionIcon>
                </li>
              ))}
            </ul>
          )}
          {active ? null : something ? (
            <form className={classes.typed} onSubmit={save}>
              <TextInput
                size="xs"
                data-autofocus
                label="Save what is shown as"
                maxLength={60}
                placeholder="Name of the view"
                value={name}
                onChange={(event) => {
                  setName(event.currentTarget.value);
                }}
              />
              <Button type="submit" size="xs" loading={busy}>
                Save view
              </Button>
            </form>
          ) : (
            <p className={classes.note}>Search, filter or sort first; then what is shown can be saved here under a name.</p>
          )}
          {complaint !== null && (
            <p className={classes.complaint} role="alert">
              {complaint}
            </p>
          )}
        </Popover.Dropdown>
      )}
    </Popover>
  );
}
