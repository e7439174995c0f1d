import { useSuspenseQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { sessionQuery } from '@/data/session/session';
import { CopyButton } from '@/ui/CopyButton';
import { EmptyState } from '@/ui/states';
import classes from './egress.module.css';

/** The addresses to put on a vendor's allow list. */
export function EgressPage() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const addresses = session?.server.egress_addresses ?? [];
  useEffect(() => {
    document.title = 'Egress addresses · Picket';
  }, []);
  return (
    <div className={classes.page}>
      <h1>Egress addresses</h1>
      {addresses.length === 0 ? (
        <EmptyState
          title="No addresses are set"
          text="An administrator of this server can name them in its configuration, under egress_addresses."
        />
      ) : (
        <>
          <p className="pk-muted">
            Picket calls your vendors from these IP addresses. Allow them where a vendor lets in known addresses only.
          </p>
          <ul className={classes.list}>
            {addresses.map((address) => (
              <li key={address}>
                <span className="pk-mono">{address}</span>
                <CopyButton text={address} what={address} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
