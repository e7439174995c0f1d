import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { HistoryRow } from '@/api/types';
import { levelAfter, sentenceOf } from '@/data/histories/change';
import { type RecentChange, recentChangesQuery } from '@/data/histories/recent';
import { ChangeIcon } from '@/ui/ChangeIcon';
import { told } from '@/ui/moments';
import { ErrorState, Skeleton } from '@/ui/states';
import { Ago } from '@/ui/time';
import { count } from '@/ui/timeText';
import home from './home.module.css';
import classes from './changed.module.css';

const first = 8;

/** What happened to devices in the last day, newest first. */
export function Changed() {
  const query = useQuery(recentChangesQuery);
  const [all, setAll] = useState(false);
  const changes = query.data?.changes ?? [];
  const shown = all ? changes : changes.slice(0, first);
  const left = (query.data?.total ?? 0) - shown.length;
  return (
    <section className={home.card} aria-labelledby="changed-title">
      <div className={home.cardHead}>
        <h2 id="changed-title">Changed in the last day</h2>
      </div>
      {query.error && !query.data ? (
        <ErrorState title="The changes could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      ) : !query.data ? (
        <div className={home.waiting}>
          <Skeleton height={36} />
          <Skeleton height={36} />
          <Skeleton height={36} />
        </div>
      ) : changes.length === 0 ? (
        <p className={classes.quiet}>Nothing: no device changed its health, its settings or its token.</p>
      ) : (
        <>
          <ol className={classes.changes}>
            {shown.map((change) => (
              <Change key={change.row.id} change={change} />
            ))}
          </ol>
          {left > 0 &&
            (all ? (
              <p className={classes.quiet}>And {count(left)} earlier ones; the history of each device has them.</p>
            ) : (
              <Button
                variant="subtle"
                color="gray"
                size="compact-sm"
                onClick={() => {
                  setAll(true);
                }}
              >
                Show {count(Math.min(left, changes.length - shown.length))} more
              </Button>
            ))}
        </>
      )}
    </section>
  );
}

function nameBefore(row: HistoryRow): string | null {
  const name = row.attributes.value?.before?.['name'];
  return typeof name === 'string' ? name : null;
}

function Change({ change }: { change: RecentChange }) {
  const { row, actor, actorId, deviceId } = change;
  const { value, action, created_at } = row.attributes;
  const level = levelAfter(row);
  const name = change.device ?? nameBefore(row);
  return (
    <li>
      <span className={classes.changeIcon} data-level={level}>
        <ChangeIcon kind={value?.kind} level={level} />
      </span>
      <div>
        <p>
          {deviceId !== null && action !== 'DELETED' ? (
            <Link to="/settings/security-devices/$deviceId" params={{ deviceId }} search={{}} className={classes.changeDevice}>
              <bdi>{name ?? 'A device'}</bdi>
            </Link>
          ) : (
            <bdi className={classes.changeDevice}>{name ?? 'A device'}</bdi>
          )}
        </p>
        <p>{sentenceOf(row, told)}</p>
        <p className="pk-muted">
          {deviceId !== null && actorId !== null && action !== 'DELETED' ? (
            <Link to="/settings/security-devices/$deviceId" params={{ deviceId }} search={{ by: actorId }} hash="history-title" className={classes.changeActor} title="What they did to this device">
              {actor ?? 'Picket'}
            </Link>
          ) : (
            (actor ?? 'Picket')
          )}
          , <Ago time={created_at} />
        </p>
      </div>
    </li>
  );
}
