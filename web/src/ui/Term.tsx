import { Tooltip } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { glossary, type GlossaryKey } from '@/glossary';
import classes from './ui.module.css';

/** Shows what a word means over an element that can take the focus itself, such as a column's button. */
export function Meaning({ of, children }: { of: GlossaryKey | undefined; children: ReactElement<object> }) {
  if (of === undefined) return children;
  return (
    <Tooltip
      label={glossary[of].meaning}
      multiline
      w={300}
      withArrow
      openDelay={250}
      events={{ hover: true, focus: true, touch: true }}
    >
      {children}
    </Tooltip>
  );
}

/** A word of the domain; hover or focus says what it means. */
export function Term({ of, children }: { of: GlossaryKey; children?: ReactNode }) {
  return (
    <Meaning of={of}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the meaning must be reachable by keyboard */}
      <span tabIndex={0} className={classes.term}>
        {children ?? glossary[of].term}
      </span>
    </Meaning>
  );
}
