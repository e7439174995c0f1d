import { cloneElement, type ReactElement, type ReactNode } from 'react';
import { glossary, type GlossaryKey } from '@/glossary';
import classes from './ui.module.css';

/** Shows what a word means over an element that can take the focus itself, such as a column's button. `Meanings` does the showing. */
export function Meaning({ of, children }: { of: GlossaryKey | undefined; children: ReactElement<object> }) {
  return of === undefined ? children : cloneElement(children, { 'data-meaning': of } as object);
}

/** A word of the domain; hover or focus says what it means. */
export function Term({ of, children }: { of: GlossaryKey; children?: ReactNode }) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the meaning must be reachable by keyboard
    <span tabIndex={0} className={classes.term} data-meaning={of}>
      {children ?? glossary[of].term}
    </span>
  );
}
