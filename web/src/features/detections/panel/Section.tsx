import { type ReactNode, useId } from 'react';
import { Heading } from '@/ui/PanelHeading';
import classes from './panel.module.css';

/** `level` of its heading: 3 in a panel, 2 on a page. */
export function Section({ title, level = 3, aside, children }: { title: ReactNode; level?: 2 | 3; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes['section']} aria-labelledby={id}>
      <div className={classes['sectionHead']}>
        {level === 2 ? (
          <h2 id={id} className={classes['sectionTitle']}>
            {title}
          </h2>
        ) : (
          <Heading level={3} id={id} className={classes['sectionTitle']}>
            {title}
          </Heading>
        )}
        {aside}
      </div>
      {children}
    </section>
  );
}
