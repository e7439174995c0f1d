import { Kbd, Modal } from '@mantine/core';
import { type KeyHelp, useToldKeys } from '@/ui/useKey';
import { useMountedFirst } from '@/ui/useMountedFirst';
import classes from './Shell.module.css';

function Keys({ title, keys }: { title: string; keys: KeyHelp[] }) {
  if (keys.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className={classes.keysTitle}>{title}</h3>
      <dl className={classes.keys}>
        {keys.map((one) => (
          <div key={one.says}>
            <dt>
              {one.keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{one.says}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Told before one is open: who does not know of them would close it by the mouse for ever. */
const panelKeys: KeyHelp[] = [
  { keys: ['[', ']'], says: 'Previous and next one of the list', everywhere: false },
  { keys: ['Esc'], says: 'Close the panel', everywhere: false },
];

function Groups() {
  const keys = useToldKeys();
  const inPanel = keys.some((one) => one.keys.includes('['));
  return (
    <div className={classes.keysGroups}>
      <Keys title="On this page" keys={keys.filter((one) => !one.everywhere)} />
      {!inPanel && <Keys title="In an open panel" keys={panelKeys} />}
      <Keys title="Everywhere" keys={keys.filter((one) => one.everywhere)} />
    </div>
  );
}

/** The keys of what is on the screen now: whoever listens for a key lists it. Closed, it does not listen: a panel alone tells of three. */
export function KeysHelp({ opened: wanted, onClose }: { opened: boolean; onClose: () => void }) {
  const dialog = useMountedFirst(wanted);
  if (!dialog.mounted) return null;
  return (
    <Modal opened={dialog.opened} onClose={onClose} title="Keyboard shortcuts" size="sm" lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Groups />
    </Modal>
  );
}
