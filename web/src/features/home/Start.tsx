import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { pluginsQuery } from '@/data/plugins/plugins';
import { sessionQuery } from '@/data/session/session';
import { CopyButton } from '@/ui/CopyButton';
import { IconChevronRight, IconPlus } from '@/ui/icons';
import { ErrorState, Skeleton } from '@/ui/states';
import { TechnologyLogo } from '@/ui/TechnologyLogo';
import classes from './start.module.css';

/** An empty installation: the shortest way to the first device, with what one needs to have at hand. */
export function Start() {
  const { data: plugins, error, refetch } = useQuery(pluginsQuery);
  const { data: session } = useQuery(sessionQuery);
  const navigate = useNavigate();
  const addresses = session?.server.egress_addresses ?? [];
  return (
    <div className={classes.start}>
      <h1>Connect your first device</h1>
      <p className={classes.lead}>
        A security device is one connection to a technology, such as your 1Password account. Picket reads its events, keeps them, and
        says in one sentence whether they keep coming.
      </p>
      {error && !plugins ? (
        <ErrorState title="The technologies could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <ul className={classes.technologies} aria-label="Technologies">
          {plugins?.slice(0, 6).map((plugin) => (
            <li key={plugin.id}>
              <Link to="/settings/security-devices" search={{ setupIntegration: plugin.attributes.plugin_slug }}>
                <TechnologyLogo plugin={plugin} size={32} />
                <span className={classes.technologyText}>
                  <strong>{plugin.attributes.display_name}</strong>
                  <span className="pk-muted">{plugin.attributes.description}</span>
                </span>
                <IconChevronRight size={18} aria-hidden />
              </Link>
            </li>
          )) ?? (
            <li>
              <Skeleton height={64} />
            </li>
          )}
        </ul>
      )}
      <ol className={classes.steps}>
        <li>
          <strong>Choose the technology.</strong> Its form comes with a guide; about three minutes are enough.
        </li>
        <li>
          <strong>Issue a token there and paste it here.</strong> Picket reads at once what it allows, and can test it before anything
          is saved.
        </li>
        <li>
          <strong>Watch the first events arrive.</strong> Older ones are read back too, from the day you choose.
        </li>
      </ol>
      {addresses.length > 0 && (
        <p className={classes.addresses}>
          Does the vendor let in known addresses only? Picket calls from
          {addresses.map((address) => (
            <span key={address}>
              {' '}
              <span className="pk-mono">{address}</span>
              <CopyButton text={address} what={address} size="xs" />
            </span>
          ))}
        </p>
      )}
      <Button
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => {
          void navigate({ to: '/settings/security-devices/add' });
        }}
      >
        Add Security Device
      </Button>
    </div>
  );
}
