import { Link } from '@tanstack/react-router';
import type { EventRow } from '@/data/events/types';
import { filterText } from '@/ui/filters/filters';
import { IconListSearch } from '@/ui/icons';
import { spanText } from '@/ui/range/range';
import type { EventsSearch } from '../search';
import classes from './panel.module.css';

const beforeAndAfterMs = 15 * 60_000;
const one = (value: string): string => filterText({ not: false, values: [value] }) ?? '';

/** What else happened around this event: by the same actor, from the same address. The event stays open. */
export function Around({ event }: { event: EventRow }) {
  const at = Date.parse(event.time);
  const range = spanText(at - beforeAndAfterMs, at + beforeAndAfterMs);
  const actor = event.actorEmail ?? event.actorUid;
  const ways: { title: string; search: EventsSearch }[] = [
    ...(actor === null ? [] : [{ title: 'This actor', search: { range, actor: one(actor) } }]),
    ...(event.address === null ? [] : [{ title: 'This address', search: { range, address: one(event.address) } }]),
    { title: 'All', search: { range } },
  ];
  return (
    <nav className={classes['around']} aria-label="Events around this">
      <span className={classes['aroundTitle']}>
        <IconListSearch size={15} aria-hidden />
        15 min around this
      </span>
      {ways.map(({ title, search }) => (
        <Link key={title} to="/events/$eventId" params={{ eventId: event.id }} search={search} className={classes['way']}>
          {title}
        </Link>
      ))}
    </nav>
  );
}
