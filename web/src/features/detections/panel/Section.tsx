import { type ReactNode, useId } from 'react';
import { Heading } from '@/ui/PanelHeading';
import classes from './panel.module.css';

export function Section({ title, aside, children }: { title: ReactNode; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes['section']} aria-labelledby={id}>
      <div className={classes['sectionHead']}>
        <Heading level={3} id={id} className={classes['sectionTitle']}>
          {title}
        </Heading>
        {aside}
      </div>
      {children}
    </section>
  );
}
