import { Loader, Modal } from '@mantine/core';
import { useState } from 'react';
import { IconCornerDownLeft, IconSearch } from '@/ui/icons';
import { count } from '@/ui/timeText';
import { useCombobox } from '@/ui/useCombobox';
import type { Entry } from './entries';
import { useEntries } from './useEntries';
import classes from './palette.module.css';

/** Goes anywhere and does anything by its name. */
export default function Palette({ onClose, onKeys }: { onClose: () => void; onKeys: () => void }) {
  return (
    <Modal.Root opened onClose={onClose} size={620} yOffset="min(12dvh, 110px)" lockScroll={false} transitionProps={{ duration: 0 }} classNames={{ content: classes['box'] ?? '', body: classes['body'] ?? '' }}>
      <Modal.Overlay />
      <Modal.Content aria-label="Search and commands">
        <Modal.Body p={0}>
          <Finder onClose={onClose} onKeys={onKeys} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Finder({ onClose, onKeys }: { onClose: () => void; onKeys: () => void }) {
  const [text, setText] = useState('');
  const { entries, unknown, looking, error } = useEntries(text, onKeys);
  const box = useCombobox({
    ids: entries.map((entry) => entry.id),
    asked: text,
    onChoose: (index) => {
      const entry = entries[index];
      onClose();
      entry?.run();
    },
  });
  const groups = [...new Set(entries.map((entry) => entry.group))];
  return (
    <>
      <div className={classes['field']}>
        <IconSearch size={18} aria-hidden />
        <input
          type="text"
          data-autofocus
          aria-label="Search and commands"
          placeholder="Go to, find a device, or paste an address, e-mail or id"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          maxLength={500}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
          {...box.input}
        />
        {looking && <Loader size={14} aria-hidden />}
        <kbd className={classes['esc']} aria-hidden>
          Esc
        </kbd>
      </div>
      <div className={classes['list']} role="listbox" id={box.listId} aria-label="What fits">
        {groups.map((group) => (
          <div key={group} role="group" aria-label={group}>
            <div className={classes['group']} aria-hidden>
              {group}
            </div>
            {entries.map((entry, index) => (entry.group === group ? <Option key={entry.id} entry={entry} option={box.option(index)} /> : null))}
          </div>
        ))}
      </div>
      <p className={entries.length === 0 || error || (unknown && !looking) ? classes['note'] : 'pk-hidden'} role="status">
        {error
          ? `Devices could not be looked for: ${error.message}`
          : looking && entries.length === 0
            ? 'Looking …'
            : unknown && !looking
              ? 'No device, rule, area or action was found by this name.'
              : `${count(entries.length)} ${entries.length === 1 ? 'entry fits' : 'entries fit'}`}
      </p>
    </>
  );
}

function Option({ entry, option }: { entry: Entry; option: ReturnType<ReturnType<typeof useCombobox>['option']> }) {
  const { Icon } = entry;
  return (
    <div {...option} className={classes['option']}>
      <Icon size={16} aria-hidden />
      <span className={classes['label']}>{entry.content ?? <bdi>{entry.label}</bdi>}</span>
      {entry.badge !== undefined && <span className={classes['hint']}>{entry.badge}</span>}
      {entry.hint !== undefined && <span className={classes['hint']}>{entry.hint}</span>}
      <span className={classes['enter']} aria-hidden>
        <IconCornerDownLeft size={14} />
      </span>
    </div>
  );
}
