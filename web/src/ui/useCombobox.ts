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
 * takes one. `ids` are the options, in order: what joins or leaves the list does not move the active one to another. `asked` names
 * what was asked; another question starts at the first option again.
 */
export function useCombobox({ ids, asked, onChoose }: { ids: readonly string[]; asked: string; onChoose: (index: number) => void }): Combobox {
  const count = ids.length;
  const id = useId();
  const listId = `${id}list`;
  const [at, setAt] = useState<{ asked: string; id: string | undefined; walked: boolean }>({ asked, id: undefined, walked: false });
  const known = at.asked === asked && at.id !== undefined ? ids.indexOf(at.id) : -1;
  const active = known < 0 ? Math.min(0, count - 1) : known;
  const optionId = (one: number): string => `${id}option${String(one)}`;
  const activeId = active < 0 ? undefined : optionId(active);
  useEffect(() => {
    // Under the pointer nothing moves; the keys bring the option into view.
    if (at.walked && activeId !== undefined) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' });
  }, [at.walked, activeId]);
  const walk = (to: number): void => {
    if (count === 0) return;
    setAt({ asked, id: ids[(to + count) % count], walked: true });
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
        if (one !== active) setAt({ asked, id: ids[one], walked: false });
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
