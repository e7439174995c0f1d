import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ApiError } from '@/api/client';
import { changePassword } from '@/data/account/account';
import { announce } from '@/ui/announce';
import { IconAlertOctagon } from '@/ui/icons';
import { Callout } from '@/ui/states';
import { type Proof, ProofFields } from './ProofFields';
import classes from './profile.module.css';

const empty = { current_password: '', otp: '' };

export function PasswordSection({ email }: { email: string }) {
  const [opened, setOpened] = useState(false);
  return (
    <section className={classes['card']} aria-labelledby="password-title">
      <div className={classes['cardHead']}>
        <h2 id="password-title">Password</h2>
        {!opened && (
          <Button
            variant="default"
            size="xs"
            onClick={() => {
              setOpened(true);
            }}
          >
            Change password
          </Button>
        )}
      </div>
      {opened ? (
        <PasswordForm
          email={email}
          onClose={() => {
            setOpened(false);
          }}
        />
      ) : (
        <p className="pk-muted">Changing it ends every other sign-in of yours.</p>
      )}
    </section>
  );
}

function PasswordForm({ email, onClose }: { email: string; onClose: () => void }) {
  const client = useQueryClient();
  const [proof, setProof] = useState<Proof>(empty);
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [left, setLeft] = useState(false);
  const code = useRef<HTMLInputElement>(null);
  const change = useMutation({
    mutationFn: () => changePassword(client, { ...proof, otp: proof.otp.trim(), new_password: password }),
    onSuccess: () => {
      announce('Your password is changed. Every other sign-in of yours has ended.');
      onClose();
    },
    onError: () => {
      // A code works once, whatever else was wrong.
      setProof((now) => ({ ...now, otp: '' }));
      code.current?.focus();
    },
  });
  const problems = change.error instanceof ApiError ? change.error.problems : [];
  const atPassword = problems.filter((one) => one.pointer?.endsWith('new_password'));
  const rest = change.error === null ? [] : problems.length > 0 ? problems.filter((one) => !atPassword.includes(one)).map((one) => one.detail) : [change.error.message];
  const differs = again !== '' && again !== password;
  return (
    <form
      className={classes['form']}
      aria-label="Change password"
      onSubmit={(event) => {
        event.preventDefault();
        setLeft(true);
        if (!change.isPending && password === again) change.mutate();
      }}
    >
      {rest.length > 0 && (
        <Callout tone="bad" role="alert" icon={<IconAlertOctagon size={18} aria-hidden />}>
          {rest.join(' ')}
        </Callout>
      )}
      <ProofFields email={email} proof={proof} onChange={setProof} codeRef={code} />
      <TextInput
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        withAsterisk={false}
        error={atPassword.map((one) => one.detail).join(' ') || undefined}
        value={password}
        onChange={(event) => {
          setPassword(event.currentTarget.value);
          // The complaint was about another one.
          if (atPassword.length > 0) change.reset();
        }}
      />
      <TextInput
        label="New password again"
        type="password"
        autoComplete="new-password"
        required
        withAsterisk={false}
        error={left && differs ? 'This differs from the new password.' : undefined}
        value={again}
        onBlur={() => {
          setLeft(true);
        }}
        onChange={(event) => {
          setAgain(event.currentTarget.value);
        }}
      />
      <div className={classes['formButtons']}>
        <Button type="submit" loading={change.isPending}>
          Change password
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
