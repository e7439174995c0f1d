import { Button, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useSyncExternalStore } from 'react';
import { sessionQuery } from '@/data/session/session';
import { SignInForm } from '@/features/sign-in/SignInForm';
import { useMountedFirst } from '@/ui/useMountedFirst';
import { isAsked, settleSignIn, subscribe } from './signInGate';

/** The session ended in the middle of something: sign in over the page, which keeps everything typed. */
export function SignInAgain({ email }: { email: string }) {
  const asked = useSyncExternalStore(subscribe, isAsked);
  const client = useQueryClient();
  const navigate = useNavigate();
  const href = useRouterState({ select: (state) => state.location.href });
  useEffect(() => {
    if (!asked) return;
    // Signed in again in another tab: that holds here, too.
    const look = (): void => {
      if (document.visibilityState !== 'visible') return;
      void client
        .fetchQuery({ ...sessionQuery, queryKey: ['session', 'probe'], staleTime: 0 })
        .then((session) => {
          if (session?.user.email === email) settleSignIn(true);
        })
        .catch(() => undefined);
    };
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [asked, client, email]);
  const leave = (): void => {
    settleSignIn(false);
    client.clear();
    client.setQueryData(sessionQuery.queryKey, null);
    void navigate({ to: '/sign-in', search: { next: href } });
  };
  const dialog = useMountedFirst(asked);
  if (!dialog.mounted) return null;
  return (
    <Modal
      opened={dialog.opened}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Sign in again"
      lockScroll={false}
      zIndex={350}
    >
      <p className="pk-muted" style={{ marginBottom: 16 }}>
        Your session has ended. What you typed on the page behind is kept.
      </p>
      <SignInForm
        email={email}
        onSignedIn={(session) => {
          if (session.user.email !== email) void client.invalidateQueries();
          settleSignIn(true);
        }}
        beside={
          <Button variant="default" onClick={leave}>
            Leave this page
          </Button>
        }
      />
    </Modal>
  );
}
