import { IconActivity, IconHome, IconPlugConnected, IconWorldUp } from '@/ui/icons';
import { Link } from '@tanstack/react-router';
import type { Session } from '@/api/types';
import classes from './Shell.module.css';

export function Brand() {
  return (
    <div className={classes.brand}>
      <img src="/favicon.svg" alt="" width={22} height={22} />
      Picket
    </div>
  );
}

/** The areas of the console. Only what exists is listed. */
export function Rail({ session, inDrawer = false, onFollow }: {
  session: Session;
  /** The drawer's own head carries the name. */
  inDrawer?: boolean;
  onFollow?: () => void;
}) {
  return (
    <div className={classes.railInner}>
      {!inDrawer && <Brand />}
      <Link to="/" activeOptions={{ exact: true }} className={classes.link} onClick={onFollow}>
        <IconHome size={18} aria-hidden />
        Home
      </Link>
      <Link to="/events" className={classes.link} onClick={onFollow}>
        <IconActivity size={18} aria-hidden />
        Events
      </Link>
      <div className={classes.section}>Organization Settings</div>
      <Link to="/settings/security-devices" className={classes.link} onClick={onFollow}>
        <IconPlugConnected size={18} aria-hidden />
        Security Devices
      </Link>
      {session.server.egress_addresses.length > 0 && (
        <Link to="/settings/egress-addresses" className={classes.link} onClick={onFollow}>
          <IconWorldUp size={18} aria-hidden />
          Egress addresses
        </Link>
      )}
      <div className={classes.version}>Picket {session.server.version}</div>
    </div>
  );
}
