import { type KeyboardEvent, useEffect, useId, useState } from 'react';

export interface Combobox {
  /** The option that Enter takes. */
  active: number;
  listId: string;
  input: {
    role: 'combobox';
    'aria-expanded': boolean;
    'aria-controls': string;
    'aria-autocomplete': 'list';
    'aria-activedescendant': string | undefined;
    onKeyDown: (event: KeyboardEvent) => void;
  };
  option: (index: number) => {
    id: string;
    role: 'option';
    'aria-selected': boolean;
    onPointerMove: () => void;
    onPointerDown: (event: { preventDefault: () => void }) => void;
    onClick: () => void;
  };
}

/**
 * A text field with a list below it (the combobox pattern of ARIA): the focus stays in the field, arrow keys walk the options, Enter
 * takes one. `key` names what was asked; another one starts at the first option again.
 */
export function useCombobox({ count, key, onChoose }: { count: number; key: string; onChoose: (index: number) => void }): Combobox {
  const id = useId();
  const listId = `${id}list`;
  const [at, setAt] = useState({ key, index: 0, walked: false });
  const index = at.key === key ? at.index : 0;
  const active = count === 0 ? -1 : Math.min(index, count - 1);
  const optionId = (one: number): string => `${id}option${String(one)}`;
  const activeId = active < 0 ? undefined : optionId(active);
  useEffect(() => {
    // Under the pointer nothing moves; the keys bring the option into view.
    if (at.walked && activeId !== undefined) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' });
  }, [at.walked, activeId]);
  const walk = (to: number): void => {
    if (count === 0) return;
    setAt({ key, index: (to + count) % count, walked: true });
  };
  return {
    active,
    listId,
    input: {
      role: 'combobox',
      'aria-expanded': count > 0,
      'aria-controls': listId,
      'aria-autocomplete': 'list',
      'aria-activedescendant': activeId,
      onKeyDown: (event) => {
        // While a script is composed, Enter and arrows belong to that.
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'ArrowDown') walk(active + 1);
        else if (event.key === 'ArrowUp') walk(active - 1);
        else if (event.key === 'PageDown') walk(Math.min(count - 1, active + 8));
        else if (event.key === 'PageUp') walk(Math.max(0, active - 8));
        else if (event.key === 'Enter' && active >= 0) onChoose(active);
        else return;
        event.preventDefault();
      },
    },
    option: (one) => ({
      id: optionId(one),
      role: 'option',
      'aria-selected': one === active,
      onPointerMove: () => {
        if (one !== active) setAt({ key, index: one, walked: false });
      },
      // The focus stays in the field.
      onPointerDown: (event) => {
        event.preventDefault();
      },
      onClick: () => {
        onChoose(one);
      },
    }),
  };
}
