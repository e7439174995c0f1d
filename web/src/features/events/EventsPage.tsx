import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ApiError } from '@/api/client';
import { serverNow } from '@/api/clock';
import { eventCountsQuery } from '@/data/events/events';
import { literals } from '@/data/events/query';
import type { EventField, EventWindow } from '@/data/events/types';
import { BrokenAddress, forgetBroken } from '@/ui/BrokenAddress';
import { filterText } from '@/ui/filters/filters';
import { useListStands } from '@/ui/besideList';
import { focusLinkTo } from '@/ui/focusKept';
import { ErrorState } from '@/ui/states';
import { ListFoot } from '@/ui/ListFoot';
import { count } from '@/ui/timeText';
import { useZone } from '@/ui/zone';
import { EventsViewContext, type EventsView } from './context';
import { filterFields, fieldWords } from './fields';
import { Histogram, spanOf } from './Histogram';
import { EventList } from './list/EventList';
import { SearchProgress } from './list/SearchProgress';
import { useNames } from './names';
import { barsFor, endsOf, parseRange, presetRange } from '@/ui/range/range';
import { area, filtersOf, onlyWanted, shapeOf, withValue, type EventsSearch } from './search';
import { Toolbar } from './Toolbar';
import { useFresh } from './useFresh';
import { type Rows, useRows } from './useRows';
import classes from './events.module.css';

/** The view of an address, at the moment it was asked for: a running range has fixed ends until somebody asks again. */
function useAsked(search: EventsSearch): { asked: EventWindow; anchor: number; again: () => void } {
  const key = JSON.stringify(search);
  const [anchor, setAnchor] = useState(() => ({ key, now: serverNow() }));
  if (anchor.key !== key) setAnchor({ key, now: serverNow() });
  const asked = useMemo<EventWindow>(() => {
    const now = JSON.parse(anchor.key) as EventsSearch;
    const range = parseRange(now.range ?? presetRange) ?? { kind: 'all' };
    return { ...endsOf(range, anchor.now), filters: filtersOf(now), text: now.text ?? '' };
  }, [anchor]);
  const again = useCallback(() => {
    setAnchor((known) => ({ key: known.key, now: serverNow() }));
  }, []);
  return { asked, anchor: anchor.now, again };
}

/** Events: search, list, and the panel of one. Everything about the view stands in the address. */
export function EventsPage() {
  useListStands('event');
  useZone();
  const search = useSearch({ from: '/app/events' });
  const { eventId } = useParams({ strict: false });
  const navigate = useNavigate();
  const names = useNames();
  const { asked, anchor, again } = useAsked(search);
  const rows = useRows(asked);
  const span = spanOf(asked, anchor);
  const counted = eventCountsQuery(asked, span === null ? 'day' : barsFor(span.from, span.to).width);
  // With a text, counting looks through every record as the search does: one cancel ends both, and going on asks for both.
  const cancelled = rows.search?.status === 'cancelled';
  const counts = useQuery({ ...counted, enabled: !cancelled });
  const client = useQueryClient();
  const cancel = (): void => {
    rows.cancel();
    void client.cancelQueries({ queryKey: counted.queryKey });
  };
  const fresh = useFresh(asked, anchor, rows.events, !rows.loading && !rows.stale);
  const total = totalOf(rows, counts.data?.total ?? null);
  const refused = rows.events.length === 0 && rows.error instanceof ApiError && rows.error.status === 403 ? rows.error : null;

  useEffect(() => {
    if (eventId === undefined) document.title = 'Events · Picket';
  }, [eventId]);

  const shown = useRef(eventId);
  useEffect(() => {
    const closed = eventId === undefined ? shown.current : undefined;
    shown.current = eventId;
    if (closed !== undefined) focusLinkTo(`/events/${closed}`);
  }, [eventId]);

  const onSearch = useCallback(
    (next: EventsSearch, replace = false) => {
      forgetBroken(area);
      void navigate({ to: '.', search: () => next, replace });
    },
    [navigate],
  );
  const onSpan = useCallback(
    (range: string) => {
      onSearch({ ...search, range });
    },
    [search, onSearch],
  );
  const { refetch } = counts;
  const countAgain = useCallback(() => void refetch(), [refetch]);
  const view = useView({ rows, names, search, total, onSearch });
  const fields = useMemo(() => {
    const streams = new Map<string, number>();
    for (const one of counts.data?.buckets ?? []) {
      if (one.stream !== undefined) streams.set(one.stream, (streams.get(one.stream) ?? 0) + one.count);
    }
    return filterFields(names, streams, rows.events);
  }, [names, counts.data, rows.events]);

  // Nothing of what stands around the list can be done either.
  if (refused !== null) {
    return (
      <section className={classes['page']} aria-labelledby="events-title">
        <div className={classes['head']}>
          <h1 id="events-title">Events</h1>
        </div>
        <ErrorState title="The events could not be loaded" error={refused} />
      </section>
    );
  }
  return (
    <EventsViewContext value={view}>
      <div className={classes['split']} data-panel={eventId !== undefined}>
        <section className={classes['page']} aria-labelledby="events-title">
          <Toolbar search={search} fields={fields} asked={asked} total={total} onSearch={onSearch} onRefresh={again} />
          <div className={classes['notice']}>
            <BrokenAddress area={area} label={labelOf} />
          </div>
          <Histogram
            counts={counts.data}
            error={counts.error}
            waits={counts.isPending && !cancelled}
            onRetry={countAgain}
            asked={asked}
            anchor={anchor}
            names={names}
            onSpan={onSpan}
          />
          {rows.search && <SearchProgress search={rows.search} onCancel={cancel} onResume={rows.loadMore} />}
          <EventList selected={eventId} asked={asked} onSearch={onSearch} fresh={fresh} onFresh={again} />
          <Foot rows={rows} total={total} narrowed={asked.filters.length > 0 || asked.text !== ''} />
        </section>
        <Outlet />
      </div>
    </EventsViewContext>
  );
}

function useView(parts: Pick<EventsView, 'rows' | 'names' | 'search' | 'total'> & { onSearch: (next: EventsSearch) => void }): EventsView {
  const { rows, names, search, total, onSearch } = parts;
  const navigate = useNavigate();
  const narrow = useCallback(
    (field: EventField, value: string, exclude: boolean) => {
      // The server cannot leave a stream out; the others can be asked for.
      const others = names.streams.map((one) => one.value).filter((one) => one !== value);
      const text =
        exclude && field === 'stream'
          ? filterText({ not: false, values: others })
          : withValue(search[field], value, exclude);
      if (text !== undefined) onSearch({ ...search, [field]: text });
    },
    [names, search, onSearch],
  );
  const canExclude = useCallback(
    (field: EventField, value: string) =>
      field === 'stream' ? names.streams.length > 1 : !onlyWanted.includes(field) && shapeOf(value) === 'whole',
    [names],
  );
  const open = useCallback(
    (id: string, replace: boolean) => {
      void navigate({ to: '/events/$eventId', params: { eventId: id }, search: (previous) => previous, replace });
    },
    [navigate],
  );
  const close = useCallback(() => {
    void navigate({ to: '/events', search: (previous) => previous });
  }, [navigate]);
  return useMemo(
    () => ({ rows, names, search, total, marks: literals(search.text ?? ''), narrow, canExclude, open, close }),
    [rows, names, search, total, narrow, canExclude, open, close],
  );
}

const labelOf = (key: string): string => (key === 'range' ? 'Time range' : key === 'text' ? 'Text' : fieldWords[key as EventField]);

/** How many match; null where nobody can tell. What a search through the records found is known by itself when it has ended. */
function totalOf({ search, events }: Rows, counted: number | null): number | null {
  if (search === null) return counted;
  return search.status === 'ended' ? events.length : search.status === 'enough' ? counted : null;
}

/** How many there are, in words; nothing while that is not known. */
function howMany({ search, events, loading, error }: Rows, total: number | null, narrowed: boolean): string {
  const shown = events.length;
  if (loading || (error !== null && shown === 0)) return '';
  if (search !== null && search.status !== 'ended' && search.status !== 'enough') return `${count(shown)} found so far`;
  const number = total ?? shown;
  return `${count(number)}${total === null && shown > 0 ? '+' : ''} ${number === 1 ? 'event' : 'events'}${narrowed ? (number === 1 ? ' matches' : ' match') : ''}`;
}

const Foot = memo(function Foot({ rows, total, narrowed }: { rows: Rows; total: number | null; narrowed: boolean }) {
  return (
    <ListFoot walks={rows.events.length > 0}>
      {/* A search tells its progress itself. */}
      <span aria-live={rows.search?.status === 'searching' ? 'off' : 'polite'}>{howMany(rows, total, narrowed)}</span>
    </ListFoot>
  );
});
