import { Button, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { anyDrafts } from '@/data/session/drafts';
import { forget, forgetAnswers, sessionQuery, whoIsSignedIn } from '@/data/session/session';
import { SignInForm } from '@/features/sign-in/SignInForm';
import { Callout } from '@/ui/states';
import { useMountedFirst } from '@/ui/useMountedFirst';
import { isAsked, settleSignIn, subscribe } from './signInGate';

/** The session ended in the middle of something: sign in over the page, which keeps everything typed. */
export function SignInAgain({ email }: { email: string }) {
  const asked = useSyncExternalStore(subscribe, isAsked);
  const [leaving, setLeaving] = useState(false);
  // Whose page it is: by the time another has signed in the frame around may be theirs.
  const [owner, setOwner] = useState(email);
  if (!asked && owner !== email) setOwner(email);
  const client = useQueryClient();
  const navigate = useNavigate();
  const href = useRouterState({ select: (state) => state.location.href });
  useEffect(() => {
    if (!asked) return;
    // Signed in again in another tab: that holds here, too.
    const look = (): void => {
      if (document.visibilityState !== 'visible') return;
      void whoIsSignedIn()
        .then(async (session) => {
          if (session?.user.email !== owner) return;
          await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
          settleSignIn(true);
        })
        .catch(() => undefined);
    };
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [asked, client, owner]);
  const leave = (): void => {
    setLeaving(false);
    settleSignIn(false);
    forget(client);
    void navigate({ to: '/sign-in', search: { next: href }, ignoreBlocker: true });
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
        Your session has ended. What you typed on the page behind is kept for you.
      </p>
      <SignInForm
        email={owner}
        onSignedIn={(session) => {
          setLeaving(false);
          // What the one before had asked for is not done in the name of another.
          const same = session.user.email === owner;
          settleSignIn(same);
          if (!same) void forgetAnswers(client);
        }}
        beside={
          <Button
            variant="default"
            onClick={() => {
              if (anyDrafts()) setLeaving(true);
              else leave();
            }}
          >
            Leave this page
          </Button>
        }
      />
      {leaving && (
        <div style={{ marginTop: 16 }}>
          <Callout tone="warn" role="alert" title="Lose what you typed?">
            <p>It is not saved. Whoever signs in next will not find it.</p>
            <div style={{ display: 'flex', gap: 8, marginTop: 8 }}>
              <Button
                size="xs"
                variant="default"
                autoFocus
                onClick={() => {
                  setLeaving(false);
                }}
              >
                Keep it
              </Button>
              <Button size="xs" color="red" onClick={leave}>
                Leave and lose it
              </Button>
            </div>
          </Callout>
        </div>
      )}
    </Modal>
  );
}
