import { UnstyledButton } from '@mantine/core';
import { lazy, useEffect, useRef, useState } from 'react';
import { patient } from '@/api/reach';
import { IconSearch } from '@/ui/icons';
import { useKeyHelp } from '@/ui/useKey';
import classes from './Shell.module.css';

const load = () => patient(() => import('./palette/Palette'));
export const Palette = lazy(load);

const onApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Ctrl K and Cmd K open search and commands, also while somebody types, and as soon as there is a page. */
export function usePaletteKey(): [boolean, (opened: boolean) => void] {
  const [opened, setOpened] = useState(false);
  const state = useRef(opened);
  useEffect(() => {
    state.current = opened;
  });
  useKeyHelp(onApple ? '⌘ K' : 'Ctrl K', 'Search and commands', true);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      // Over an open form nothing leads away.
      if (!state.current && document.querySelector('[aria-modal="true"]') !== null) return;
      setOpened(!state.current);
    };
    document.addEventListener('keydown', onKey);
    // Small, and wanted at once when it is wanted.
    const timer = window.setTimeout(() => void load().catch(() => undefined), 2000);
    return () => {
      document.removeEventListener('keydown', onKey);
      window.clearTimeout(timer);
    };
  }, []);
  return [opened, setOpened];
}

export function PaletteButton({ onOpen }: { onOpen: () => void }) {
  return (
    <UnstyledButton className={classes.search} aria-label="Search and commands" aria-keyshortcuts="Control+K Meta+K" onClick={onOpen}>
      <IconSearch size={16} aria-hidden />
      <span className={classes.searchWord}>Search and commands</span>
      <kbd className={classes.searchKeys} data-keys={onApple ? '⌘ K' : 'Ctrl K'} aria-hidden />
    </UnstyledButton>
  );
}
