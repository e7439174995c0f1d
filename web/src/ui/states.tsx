import { Button } from '@mantine/core';
import { IconPlugConnectedX, IconRefresh } from '@/ui/icons';
import type { ReactNode } from 'react';
import classes from './ui.module.css';

/** The only heading of its page is an `h1`. */
type StateHeading = 'h1' | 'h2';

export function EmptyState(props: {
  heading?: StateHeading;
  icon?: ReactNode;
  title: string;
  text: ReactNode;
  action?: ReactNode;
}) {
  const Title = props.heading ?? 'h2';
  return (
    <div className={classes['state']}>
      {props.icon}
      <Title>{props.title}</Title>
      <p className="pk-muted">{props.text}</p>
      {props.action}
    </div>
  );
}

export function ErrorState(props: { heading?: StateHeading; title: string; error: Error; onRetry?: () => void }) {
  const { heading: Title = 'h2', title, error, onRetry } = props;
  return (
    <div className={classes['state']} role="alert">
      <IconPlugConnectedX size={28} aria-hidden className={classes['bad']} />
      <Title>{title}</Title>
      <p className="pk-muted">{error.message}</p>
      {onRetry && (
        <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** A message in the flow of a page: what happened and what to do. */
export function Callout(props: {
  tone: 'ok' | 'warn' | 'bad' | 'info' | 'idle';
  icon?: ReactNode;
  title?: ReactNode;
  children?: ReactNode;
  role?: 'alert' | 'status';
}) {
  return (
    <div className={classes['callout']} data-tone={props.tone} role={props.role}>
      {props.icon && <span className={classes['calloutIcon']}>{props.icon}</span>}
      <div className={classes['calloutBody']}>
        {props.title !== undefined && <div className={classes['calloutTitle']}>{props.title}</div>}
        {props.children}
      </div>
    </div>
  );
}

export function Skeleton({ width = '100%', height = 12 }: { width?: number | string; height?: number }) {
  return <span aria-hidden className={classes['skeleton']} style={{ width, height }} />;
}
