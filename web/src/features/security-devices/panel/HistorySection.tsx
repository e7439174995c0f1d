import { Button } from '@mantine/core';
import {
  IconCirclePlus,
  IconHeartbeat,
  IconHistory,
  IconKey,
  IconPencil,
  IconRewindBackward30,
  IconTrash,
} from '@/ui/icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type HistoryEntry, historyQuery } from '@/data/histories/histories';
import { ErrorState, Skeleton } from '@/ui/states';
import { Term } from '@/ui/Term';
import { Ago } from '@/ui/time';
import { Heading } from './Heading';
import { differences, sentenceOf } from './historyText';
import classes from './panel.module.css';

const icons: Record<string, typeof IconHistory> = {
  created: IconCirclePlus,
  settings: IconPencil,
  secret: IconKey,
  health: IconHeartbeat,
  reread: IconRewindBackward30,
  deleted: IconTrash,
};

export function HistorySection({ deviceId }: { deviceId: string }) {
  const query = useInfiniteQuery(historyQuery(deviceId));
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <section className={classes.section} aria-labelledby="history-title">
      <Heading level={3} id="history-title" className={classes.sectionTitle}>
        History
      </Heading>
      <p className="pk-muted">
        Every change, newest first. <Term of="history">What is kept?</Term>
      </p>
      {query.isPending && <Skeleton height={60} />}
      {query.error && (
        <ErrorState title="The history could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isSuccess && entries.length === 0 && <p className="pk-muted">Nothing has happened yet.</p>}
      <ol className={classes.timeline}>
        {entries.map((entry) => (
          <Entry key={entry.row.id} entry={entry} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show older
        </Button>
      )}
    </section>
  );
}

function Entry({ entry }: { entry: HistoryEntry }) {
  const { row, actor } = entry;
  const Icon = icons[row.attributes.value?.kind ?? ''] ?? IconHistory;
  const changed = differences(row.attributes.value?.before, row.attributes.value?.after);
  return (
    <li className={classes.entry}>
      <span className={classes.entryIcon}>
        <Icon size={16} aria-hidden />
      </span>
      <div className={classes.entryBody}>
        <div>{sentenceOf(row)}</div>
        <div className="pk-muted">
          {actor ?? 'Somebody'}, <Ago time={row.attributes.created_at} />
        </div>
        {changed.length > 0 && (
          <details>
            <summary>Before and after</summary>
            <table className={classes.diff}>
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">Before</th>
                  <th scope="col">After</th>
                </tr>
              </thead>
              <tbody>
                {changed.map((change) => (
                  <tr key={change.key}>
                    <th scope="row">{change.label}</th>
                    <td>{change.before}</td>
                    <td>{change.after}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        )}
      </div>
    </li>
  );
}
