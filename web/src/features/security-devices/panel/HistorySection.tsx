import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { levelAfter, sentenceOf } from '@/data/histories/change';
import { type HistoryEntry, historyQuery } from '@/data/histories/histories';
import { ChangeIcon } from '@/ui/ChangeIcon';
import { told } from '@/ui/moments';
import { IconX } from '@/ui/icons';
import { Segmented } from '@/ui/Segmented';
import { ErrorState, Skeleton } from '@/ui/states';
import { Term } from '@/ui/Term';
import { Ago } from '@/ui/time';
import { type HistoryKind, useDevicesSearch } from '../search';
import { Heading, useHeadingTag } from '@/ui/PanelHeading';
import { differences, withValues } from './historyText';
import { goTo } from './jump';
import line from '@/ui/timeline.module.css';
import sections from './sections.module.css';
import classes from './history.module.css';

const kinds = [
  ['all', 'All'],
  ['health', 'Health'],
  ['settings', 'Settings'],
  ['secret', 'Token'],
  ['reread', 'Re-reads'],
  ['created', 'Added'],
  ['deleted', 'Deleted'],
] as const;
const nouns: Record<HistoryKind, string> = {
  health: 'change of health',
  settings: 'change of settings',
  secret: 'change of the token',
  reread: 're-read',
  created: 'addition',
  deleted: 'deletion',
};
/** Whoever sees the end of fewer needs not be told that it is the end. */
const few = 15;

/** A timeline, newest first, that goes on as far as somebody scrolls. */
export function HistorySection({ deviceId }: { deviceId: string }) {
  const { history: kind, by } = useDevicesSearch();
  const navigate = useNavigate();
  const heading = useHeadingTag(4);
  const query = useInfiniteQuery(historyQuery(deviceId, by, kind));
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query;
  const seen = entries.length;
  const section = useRef<HTMLElement>(null);
  const router = useRouter();
  useEffect(() => {
    // Who comes for it, as from an actor on Home, does not look for it.
    if (section.current !== null && router.latestLocation.hash === 'history-title') goTo(section.current, 'history-title');
  }, [router]);
  const foot = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = foot.current;
    if (element === null || !hasNextPage || isFetchingNextPage || isError || !('IntersectionObserver' in window)) return;
    const observer = new IntersectionObserver(
      (seenNow) => {
        if (seenNow.some((one) => one.isIntersecting)) void fetchNextPage();
      },
      { rootMargin: '200px' },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage, seen]);

  const setKind = (value: HistoryKind | undefined): void => {
    void navigate({
      to: '.',
      search: ({ history: _, ...rest }) => (value === undefined ? rest : { ...rest, history: value }),
      replace: true,
    });
  };
  const setActor = (id: string | null): void => {
    void navigate({ to: '.', search: ({ by: _, ...rest }) => (id === null ? rest : { ...rest, by: id }), replace: true });
  };
  const actor = by === undefined ? null : (entries.find((entry) => entry.actorId === by)?.actor ?? 'this actor');
  return (
    <section ref={section} className={sections.section} aria-labelledby="history-title">
      <div className={sections.sectionHead}>
        <Heading level={3} id="history-title" className={sections.sectionTitle}>
          History
        </Heading>
        <Segmented
          label="Kind of changes"
          value={kind ?? 'all'}
          choices={kinds}
          onChange={(value) => {
            setKind(value === 'all' ? undefined : value);
          }}
        />
      </div>
      <p className="pk-muted">
        Every change, newest first. <Term of="history">What is kept?</Term>
      </p>
      {actor !== null && (
        <div>
          <button
            type="button"
            className={classes.chip}
            aria-label={`By ${actor}: show everybody`}
            onClick={() => {
              setActor(null);
            }}
          >
            By {actor} <IconX size={13} aria-hidden />
          </button>
        </div>
      )}
      {query.isPending && (
        <div className={classes.entrySpace} aria-busy="true">
          <Skeleton height={40} />
          <Skeleton height={40} />
          <Skeleton height={40} />
        </div>
      )}
      {query.error && entries.length === 0 && (
        <ErrorState heading={heading} title="The history could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isSuccess && entries.length === 0 && (
        <p className="pk-muted">
          {kind === undefined ? 'Nothing has happened yet.' : `No ${nouns[kind]} so far.`}
        </p>
      )}
      <ol className={line.timeline}>
        {entries.map((entry) => (
          <Entry
            key={entry.row.id}
            entry={entry}
            onActor={() => {
              setActor(entry.actorId);
            }}
          />
        ))}
      </ol>
      {hasNextPage && (
        <div ref={foot}>
          <Button variant="default" size="xs" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
      {query.isSuccess && !hasNextPage && entries.length > few && <p className="pk-muted">That is the beginning.</p>}
    </section>
  );
}

function Entry({ entry, onActor }: { entry: HistoryEntry; onActor: () => void }) {
  const { row, actor, actorId } = entry;
  const { value } = row.attributes;
  const level = levelAfter(row);
  const changed = differences(value?.before, value?.after);
  const [opened, setOpened] = useState(false);
  return (
    <li className={line.entry}>
      <span className={line.entryIcon} data-level={level === '' ? undefined : level}>
        <ChangeIcon kind={value?.kind} level={level} />
      </span>
      <div className={line.entryBody}>
        <div>{withValues(sentenceOf(row, told), changed)}</div>
        <div className="pk-muted">
          {actorId === null ? (
            (actor ?? 'Somebody')
          ) : (
            <button type="button" className={classes.actor} title="Show only what was done by them" onClick={onActor}>
              {actor ?? 'Somebody'}
            </button>
          )}
          , <Ago time={row.attributes.created_at} />
          {changed.length > 0 && (
            <>
              {' · '}
              <button
                type="button"
                className={sections.quiet}
                aria-expanded={opened}
                aria-controls={`${row.id}-diff`}
                onClick={() => {
                  setOpened(!opened);
                }}
              >
                Before and after
              </button>
            </>
          )}
        </div>
        {opened && (
          <table className={classes.diff} id={`${row.id}-diff`}>
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
                  <td data-side="before">{change.before}</td>
                  <td data-side="after">{change.after}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </li>
  );
}
