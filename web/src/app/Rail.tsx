import { useRouterState } from '@tanstack/react-router';
import type { Session } from '@/api/types';
import { AppLink } from '@/ui/AppLink';
import { type Area, areas } from './areas';
import classes from './Shell.module.css';

export function Brand() {
  return (
    <div className={classes.brand}>
      <img src="/favicon.svg" alt="" width={22} height={22} />
      Picket
    </div>
  );
}

/** The areas of the console, beside the page or in the drawer. */
export function Rail({ session, inDrawer = false, onFollow }: {
  session: Session;
  /** The drawer's own head carries the name. */
  inDrawer?: boolean;
  onFollow?: () => void;
}) {
  const here = useRouterState({ select: ({ location }) => location.pathname });
  const link = ({ to, title, Icon }: Area) => {
    const inside = here === to || (to !== '/' && here.startsWith(`${to}/`));
    return (
      <AppLink key={to} href={to} className={classes.link} aria-current={inside ? 'page' : undefined} onClick={onFollow}>
        <Icon size={18} aria-hidden />
        {title}
      </AppLink>
    );
  };
  return (
    <div className={classes.railInner}>
      {!inDrawer && <Brand />}
      {areas.filter((area) => !area.settings).map(link)}
      <div className={classes.section}>Organization Settings</div>
      {areas.filter((area) => area.settings).map(link)}
      <div className={classes.version}>Picket {session.server.version}</div>
    </div>
  );
}
