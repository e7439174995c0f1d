import { Kbd, Modal } from '@mantine/core';
import { type KeyHelp, useToldKeys } from '@/ui/useKey';
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

/** The keys of what is on the screen now: whoever listens for a key lists it. */
export function KeysHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const keys = useToldKeys();
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size="sm" lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={classes.keysGroups}>
        <Keys title="On this page" keys={keys.filter((one) => !one.everywhere)} />
        <Keys title="Everywhere" keys={keys.filter((one) => one.everywhere)} />
      </div>
    </Modal>
  );
}
