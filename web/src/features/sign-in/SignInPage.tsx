import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { SignInForm } from './SignInForm';
import classes from './sign-in.module.css';

export function SignInPage() {
  const router = useRouter();
  const { next } = useSearch({ from: '/sign-in' });
  useEffect(() => {
    document.title = 'Sign in · Picket';
  }, []);
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <img src="/favicon.svg" alt="" width={36} height={36} />
        <h1>Sign in to Picket</h1>
        <SignInForm
          onSignedIn={() => {
            router.history.replace(next ?? '/');
          }}
        />
      </div>
    </main>
  );
}
