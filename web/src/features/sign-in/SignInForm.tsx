import { Button, TextInput } from '@mantine/core';
import { IconAlertOctagon } from '@/ui/icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import type { Session } from '@/api/types';
import { signIn } from '@/data/session/session';
import { Callout } from '@/ui/states';
import classes from './sign-in.module.css';

export function SignInForm(props: { email?: string; onSignedIn: (session: Session) => void; beside?: ReactNode }) {
  const client = useQueryClient();
  const [email, setEmail] = useState(props.email ?? '');
  const [password, setPassword] = useState('');
  const [otp, setOtp] = useState('');
  const code = useRef<HTMLInputElement>(null);
  const attempt = useMutation({
    mutationFn: () => signIn(client, { username: email.trim(), password, otp: otp.trim() }),
    onSuccess: props.onSignedIn,
    onError: () => {
      // Codes change every 30 s: the next attempt begins there.
      code.current?.focus();
      code.current?.select();
    },
  });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!attempt.isPending) attempt.mutate();
      }}
    >
      {attempt.error && (
        <Callout tone="bad" role="alert" icon={<IconAlertOctagon size={18} aria-hidden />}>
          {attempt.error.message}
        </Callout>
      )}
      <TextInput
        label="Email"
        type="email"
        name="username"
        autoComplete="username"
        required
        withAsterisk={false}
        autoFocus={email === ''}
        value={email}
        onChange={(event) => {
          setEmail(event.currentTarget.value);
        }}
      />
      <TextInput
        label="Password"
        type="password"
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        autoFocus={email !== ''}
        // In a dialog it is the dialog that gives the focus.
        data-autofocus={email !== '' || undefined}
        value={password}
        onChange={(event) => {
          setPassword(event.currentTarget.value);
        }}
      />
      <TextInput
        ref={code}
        label="One-time code"
        description="From your authenticator app, or one of your recovery codes."
        name="otp"
        autoComplete="one-time-code"
        spellCheck={false}
        autoCapitalize="off"
        required
        withAsterisk={false}
        value={otp}
        onChange={(event) => {
          setOtp(event.currentTarget.value);
        }}
      />
      <div className={classes.buttons}>
        <Button type="submit" loading={attempt.isPending}>
          Sign in
        </Button>
        {props.beside}
      </div>
    </form>
  );
}
