import type { ReactNode } from 'react';
import { ZoneNote } from './time';
import classes from './ListFoot.module.css';

/** Beneath every list: how many there are, the keys that walk it, and whose clock its times are of. `walks`: there are rows to walk. */
export function ListFoot({ walks, children }: { walks: boolean; children: ReactNode }) {
  return (
    <footer className={classes['foot']}>
      {children}
      <span className={classes['end']}>
        {/* Their room is kept: what comes with the rows moves nothing. */}
        <span className={classes['keys']} data-walks={walks} aria-hidden>
          <kbd>j</kbd> <kbd>k</kbd> move <kbd>Enter</kbd> open <kbd>/</kbd> search
        </span>
        <ZoneNote />
      </span>
    </footer>
  );
}
