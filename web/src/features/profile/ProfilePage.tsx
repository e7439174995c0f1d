import { useSuspenseQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { sessionQuery } from '@/data/session/session';
import { ZoneNote } from '@/ui/time';
import { useZone } from '@/ui/zone';
import { Appearance } from './Appearance';
import { PasswordSection } from './PasswordSection';
import { FactorSection } from './FactorSection';
import { SignIns } from './SignIns';
import classes from './profile.module.css';

/** What a person keeps for themselves: how the console looks, where they are signed in, password and second factor. */
export function ProfilePage() {
  useZone();
  const { data: session } = useSuspenseQuery(sessionQuery);
  useEffect(() => {
    document.title = 'Profile · Picket';
    // The page comes by itself, after the browser has looked for the place that the address names.
    const place = document.getElementById(window.location.hash.slice(1));
    place?.scrollIntoView();
    place?.focus({ preventScroll: true });
  }, []);
  if (session === null) return null;
  const { display_name, email } = session.user;
  return (
    <div className={classes['page']}>
      <header className={classes['head']}>
        <h1>Profile</h1>
        <p className="pk-muted">
          {display_name !== null && display_name !== email && (
            <>
              <bdi>{display_name}</bdi>,{' '}
            </>
          )}
          <bdi>{email}</bdi>, in <bdi>{session.organization.name}</bdi>
        </p>
      </header>
      <Appearance />
      <PasswordSection email={email} />
      <FactorSection email={email} />
      {/* As long as there are sign-ins: what stands below it would move when they come. */}
      <SignIns />
      <footer className="pk-muted">
        <ZoneNote />
      </footer>
    </div>
  );
}
