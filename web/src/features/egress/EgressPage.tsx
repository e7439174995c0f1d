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
        <div className={classes.none}>
          <h2>None are set</h2>
          <p>
            Picket cannot know the address that a vendor sees. Whoever runs this server sets it in the configuration file and restarts Picket:
          </p>
          <pre className="pk-mono">egress_addresses = ["203.0.113.7"]</pre>
          <p>
            It is the public address of the network that Picket runs in, or of its proxy: ask whoever looks after the firewall, or see in the vendor's own
            log from where Picket called.
          </p>
        </div>
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
