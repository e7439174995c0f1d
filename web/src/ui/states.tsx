import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/client';
import { IconBug, IconCloudOff, IconLock, IconPlugConnectedX, IconRefresh, IconSearchOff } from '@/ui/icons';
import { CopyButton } from './CopyButton';
import classes from './ui.module.css';

/** The only heading of its page is an `h1`; inside a section it is one below that section's own. */
type StateHeading = 'h1' | 'h2' | 'h3' | 'h4';

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

/** A form of failure that has a face of its own; what it says comes before the server's sentence. */
function faceOf(error: ApiError): { Icon: typeof IconLock; title?: string; advice?: string; tone: 'bad' | 'idle'; again: boolean } {
  const { status } = error;
  if (status === 403) {
    return {
      Icon: IconLock,
      title: 'You may not see this',
      advice: 'Somebody who administers your organization can give you the right.',
      tone: 'idle',
      again: false,
    };
  }
  if (status === 404) return { Icon: IconSearchOff, tone: 'idle', again: true };
  if (status === 0) return { Icon: IconCloudOff, advice: 'As soon as Picket answers, this fills by itself.', tone: 'bad', again: true };
  return { Icon: IconPlugConnectedX, tone: 'bad', again: true };
}

/** What was asked for did not come: why, and what can be done. `title` says what it was. */
export function ErrorState(props: { heading?: StateHeading; title: string; error: Error; onRetry?: () => void }) {
  const { heading: Title = 'h2', title, error, onRetry } = props;
  // Whatever is no answer of the server is a fault of the console: it came, and could not be read.
  if (!(error instanceof ApiError)) return <FaultState {...props} />;
  const { Icon, title: own, advice, tone, again } = faceOf(error);
  return (
    <div className={classes['state']} role="alert">
      <Icon size={28} aria-hidden className={classes[tone]} />
      <Title>{own ?? title}</Title>
      <p className="pk-muted">
        {own !== undefined && `${title}. `}
        {error.message}
      </p>
      {advice !== undefined && <p className="pk-muted">{advice}</p>}
      {onRetry && again && (
        <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** A fault of the console itself: never the person's, nor the server's. What happened can be copied for a report. */
export function FaultState(props: { heading?: StateHeading; title?: string; error: Error; onRetry?: () => void }) {
  const { heading: Title = 'h2', title = 'This part of the page broke', error, onRetry } = props;
  return (
    <div className={classes['state']} role="alert">
      <IconBug size={28} aria-hidden className={classes['bad']} />
      <Title>{title}</Title>
      <p className="pk-muted">That is a fault of Picket, not yours. What is stored is not touched by it.</p>
      <p className={classes['fault']}>
        <code className="pk-mono">{error.message.slice(0, 300)}</code>
        <CopyButton text={`${error.message}\n${error.stack ?? ''}`} what="what happened" />
      </p>
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
