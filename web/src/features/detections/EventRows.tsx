import type { BacktestMatch, MatchedEvent } from '@/api/types';
import { actionWords } from '@/data/events/action';
import type { GlossaryKey } from '@/glossary';
import { AppLink } from '@/ui/AppLink';
import { Term } from '@/ui/Term';
import { absolute, dayTime, iso } from '@/ui/timeText';
import classes from './detections.module.css';

const columns: [string, GlossaryKey][] = [['Time', 'event_time'], ['Action', 'action'], ['Actor', 'actor'], ['Device', 'security_device']];

/** Matched events, each leading to its event. One that is not stored any more has only its time. */
export function EventRows({ events, label, withRule = false }: { events: (MatchedEvent | BacktestMatch)[]; label: string; withRule?: boolean }) {
  return (
    <div className={classes['eventsBox']}>
      <table className={classes['events']} aria-label={label}>
        <thead>
          <tr>
            {columns.map(([title, term]) => (
              <th key={term} scope="col">
                <Term of={term}>{title}</Term>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {events.map((event, index) => (
            <tr key={`${event.event_id} ${String(events.length - index)}`}>
              <td className="pk-num">
                <time dateTime={iso(event.time)} title={`${absolute(event.time)} (${iso(event.time)})`}>
                  {dayTime(event.time)}
                </time>
              </td>
              <th scope="row">
                {event.security_device === null ? (
                  <span className="pk-muted">not stored any more</span>
                ) : (
                  <AppLink href={`/events/${encodeURIComponent(event.event_id)}?range=all`}>{event.action === null ? 'Event' : actionWords(event.stream, event.action)}</AppLink>
                )}
                {withRule && 'rule' in event && <span className={classes['eventRule']}>{event.rule.title}</span>}
              </th>
              <td title={event.actor ?? undefined}>
                <bdi>{event.actor ?? ''}</bdi>
              </td>
              <td title={event.security_device?.name}>
                <bdi>{event.security_device?.name ?? ''}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
