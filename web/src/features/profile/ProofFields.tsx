import { TextInput } from '@mantine/core';
import type { RefObject } from 'react';

export interface Proof {
  current_password: string;
  otp: string;
}

/** Whoever sits before an unlocked screen must not be able to take the account over: password and code are asked for once more. */
export function ProofFields({ email, proof, onChange, codeRef, autoFocus = false }: {
  email: string;
  proof: Proof;
  onChange: (proof: Proof) => void;
  codeRef: RefObject<HTMLInputElement | null>;
  autoFocus?: boolean;
}) {
  return (
    <>
      {/* Password managers look for the name that the password belongs to. */}
      <input type="text" className="pk-hidden" autoComplete="username" value={email} readOnly tabIndex={-1} aria-hidden />
      <TextInput
        label="Current password"
        type="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        data-autofocus={autoFocus || undefined}
        value={proof.current_password}
        onChange={(event) => {
          onChange({ ...proof, current_password: event.currentTarget.value });
        }}
      />
      <TextInput
        ref={codeRef}
        label="One-time code"
        description="From your authenticator app, or one of your recovery codes. Each works once."
        autoComplete="one-time-code"
        spellCheck={false}
        autoCapitalize="off"
        required
        withAsterisk={false}
        value={proof.otp}
        onChange={(event) => {
          onChange({ ...proof, otp: event.currentTarget.value });
        }}
      />
    </>
  );
}
