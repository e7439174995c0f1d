import { Button, Loader } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { sessionQuery } from '@/data/session/session';
import { EmptyState, ErrorState } from '@/ui/states';

export function NotFound() {
  return (
    <main>
      <EmptyState
        heading="h1"
        title="There is no page at this address"
        text="The address may be mistyped, or the page belongs to another version of Picket."
        action={
          <Button component={Link} to="/">
            Go to the start
          </Button>
        }
      />
    </main>
  );
}

export function Broken({ error }: { error: unknown }) {
  const router = useRouter();
  const client = useQueryClient();
  return (
    <main>
      <ErrorState
        heading="h1"
        title="Picket does not answer"
        error={error instanceof Error ? error : new Error(String(error))}
        onRetry={() => {
          client.removeQueries({ queryKey: sessionQuery.queryKey });
          void router.invalidate();
        }}
      />
    </main>
  );
}

export function Starting() {
  return (
    <main style={{ display: 'grid', placeItems: 'center', height: '100%' }}>
      <Loader aria-label="Loading" />
    </main>
  );
}
