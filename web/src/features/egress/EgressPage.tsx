import { useSuspenseQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { sessionQuery } from '@/data/session/session';
import { CopyButton } from '@/ui/CopyButton';
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
      <p className="pk-muted">The IP addresses from which Picket calls your vendors. Allow them where a vendor lets in known addresses only.</p>
      {addresses.length === 0 ? (
        <p>
          None are named. An administrator of this server names them in its configuration, under <span className="pk-mono">egress_addresses</span>.
        </p>
      ) : (
        <ul className={classes.list}>
          {addresses.map((address) => (
            <li key={address}>
              <span className="pk-mono">{address}</span>
              <CopyButton text={address} what={address} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
