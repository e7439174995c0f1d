import { Button, Loader } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ErrorComponentProps, Link, useNavigate, useRouter } from '@tanstack/react-router';
import { ApiError } from '@/api/client';
import { sessionQuery } from '@/data/session/session';
import { IconRefresh, IconX } from '@/ui/icons';
import { PanelFrame } from '@/ui/PanelFrame';
import { usePanelIsPage } from '@/ui/PanelHeading';
import { EmptyState, ErrorState, FaultState } from '@/ui/states';
import { useKey } from '@/ui/useKey';
import { useRecovery } from './ServerGone';
import classes from './Shell.module.css';

/** Within the frame, whose areas are the way on. */
export function NoPage() {
  return (
    <EmptyState
      heading="h1"
      title="There is no page at this address"
      text="The address may be mistyped, or the page belongs to another version of Picket."
      action={
        <Button component={Link} to="/">
          Go to Home
        </Button>
      }
    />
  );
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Nobody can say yet who is signed in, or the frame itself broke. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const client = useQueryClient();
  const again = (): void => {
    client.removeQueries({ queryKey: sessionQuery.queryKey });
    void router.invalidate();
  };
  const gone = useRecovery(again);
  const known = asError(error);
  return (
    <main>
      {known instanceof ApiError ? (
        <>
          <ErrorState heading="h1" title="Picket does not answer" error={known} onRetry={again} />
          {gone && (
            <p className={classes.trying} role="status">
              Trying again …
            </p>
          )}
        </>
      ) : (
        <FaultState
          heading="h1"
          title="Picket's console broke"
          error={known}
          onRetry={() => {
            reset();
            again();
          }}
        />
      )}
    </main>
  );
}

/** The server no longer has a script that this page was built with. */
const missingScript = /dynamically imported module|importing a module script failed|preload/i;

function Updated() {
  return (
    <EmptyState
      heading="h1"
      title="Picket was updated"
      text="This page belongs to the version before and lacks a part. Loading it anew brings the new one."
      action={
        <Button
          leftSection={<IconRefresh size={16} aria-hidden />}
          onClick={() => {
            window.location.reload();
          }}
        >
          Load the page anew
        </Button>
      }
    />
  );
}

/** One page broke, or the panel beside a list; the frame around it stays. */
export function PageBroken({ error, reset, part = 'page' }: ErrorComponentProps & { part?: 'page' | 'panel' }) {
  const alone = usePanelIsPage();
  const heading = part === 'page' || alone ? 'h1' : 'h2';
  const router = useRouter();
  const again = (): void => {
    reset();
    void router.invalidate();
  };
  const known = asError(error);
  if (missingScript.test(known.message)) return <Updated />;
  if (known instanceof ApiError) return <ErrorState heading={heading} title={`This ${part} could not be loaded`} error={known} onRetry={again} />;
  return <FaultState heading={heading} title={`This ${part} broke`} error={known} onRetry={again} />;
}

/** The panel broke; the list beside it stays. */
export function PanelBroken(props: ErrorComponentProps) {
  const navigate = useNavigate();
  const close = (): void => {
    void navigate({ to: '..', search: (search: Record<string, unknown>) => search });
  };
  useKey('Escape', close, 'Close the panel');
  return (
    <PanelFrame label="What broke">
      <header className={classes.brokenHead}>
        <Button variant="subtle" color="gray" size="compact-sm" aria-label="Close" onClick={close}>
          <IconX size={18} aria-hidden />
        </Button>
      </header>
      <PageBroken {...props} part="panel" />
    </PanelFrame>
  );
}

export function Starting() {
  return (
    <main style={{ display: 'grid', placeItems: 'center', height: '100%' }}>
      <h1 className="pk-hidden">Picket</h1>
      <Loader role="status" aria-label="Loading" />
    </main>
  );
}
