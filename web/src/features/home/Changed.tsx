import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { HistoryRow } from '@/api/types';
import { type RecentChange, recentChangesQuery } from '@/data/histories/recent';
import {
  IconAlertOctagon,
  IconAlertTriangle,
  IconCircleCheck,
  IconCirclePlus,
  IconHeartbeat,
  IconHistory,
  IconKey,
  IconPencil,
  IconPlayerPause,
  IconRewindBackward30,
  IconTrash,
} from '@/ui/icons';
import { ErrorState, Skeleton } from '@/ui/states';
import { Ago } from '@/ui/time';
import { count } from '@/ui/timeText';
import classes from './home.module.css';

const first = 8;

const kinds: Record<string, typeof IconHistory> = {
  created: IconCirclePlus,
  settings: IconPencil,
  secret: IconKey,
  health: IconHeartbeat,
  reread: IconRewindBackward30,
  deleted: IconTrash,
};
const healths: Record<string, typeof IconHistory> = {
  ok: IconCircleCheck,
  warning: IconAlertTriangle,
  error: IconAlertOctagon,
  paused: IconPlayerPause,
};
const fallback: Record<HistoryRow['attributes']['action'], string> = {
  CREATED: 'Device added',
  UPDATED: 'Settings changed',
  UPDATED_SECRETS: 'API token replaced',
  DELETED: 'Device deleted',
};

/** What happened to devices in the last day, newest first. */
export function Changed() {
  const query = useQuery(recentChangesQuery);
  const [all, setAll] = useState(false);
  const changes = query.data?.changes ?? [];
  const shown = all ? changes : changes.slice(0, first);
  const left = (query.data?.total ?? 0) - shown.length;
  return (
    <section className={classes.card} aria-labelledby="changed-title">
      <div className={classes.cardHead}>
        <h2 id="changed-title">Changed in the last day</h2>
      </div>
      {query.error && !query.data ? (
        <ErrorState title="The changes could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      ) : !query.data ? (
        <div className={classes.waiting}>
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
  const { row, actor, deviceId } = change;
  const { value, action, created_at } = row.attributes;
  const level = value?.kind === 'health' ? String(value.after?.['level'] ?? '') : '';
  const Icon = healths[level] ?? kinds[value?.kind ?? ''] ?? IconHistory;
  const name = change.device ?? nameBefore(row);
  return (
    <li>
      <span className={classes.changeIcon} data-level={level}>
        <Icon size={16} aria-hidden />
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
        <p className={classes.changeText}>{value?.sentence ?? fallback[action]}</p>
        <p className="pk-muted">
          {actor ?? 'Picket'}, <Ago time={created_at} />
        </p>
      </div>
    </li>
  );
}
