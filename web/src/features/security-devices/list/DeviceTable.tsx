import { useNavigate, useRouter } from '@tanstack/react-router';
import { memo, type ReactNode, startTransition, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { IconArrowDown, IconArrowUp } from '@/ui/icons';
import { useDayCounts } from '@/data/counts/counts';
import { panelWidth } from '@/ui/PanelFrame';
import { Meaning } from '@/ui/Term';
import { useMedia } from '@/ui/useMedia';
import { useWidth } from '@/ui/useWidth';
import { useVirtualRows } from '@/ui/useVirtualRows';
import { bringIntoSight, keepInSight } from '@/ui/virtualScroller';
import { forgetAdded, peekAdded } from '../added';
import { useDevicesView, useKnownDevices } from '../context';
import { parseSort, sortText, useDevicesSearch, useSettledSearch, viewKeys } from '../search';
import { type Column, columnsOf, fitting, useChosenColumns, widthOf } from './columns';
import { DeviceRow, type RowActions, SkeletonRow } from './DeviceRow';
import { ReasonCard } from './ReasonCard';
import { tellWithoutRoom } from './room';
import { type OpenMenu, RowMenu } from './RowMenu';
import { useRowKeys } from './useRowKeys';
import type { Selection } from './useSelection';
import cells from './cells.module.css';
import classes from './table.module.css';

const rowHeight = 40;
/** With one line of health; more lines are measured. */
const cardHeight = 142;
const headHeight = 36;
// What is beside and around the rows as a rule: with a good guess they are drawn once, and not again when they are measured.
const railWidth = 232;
const aroundHeight = 232;

/** How wide the list will be; 0 where there is no room for it beside a panel. */
function guessWidth(beside: boolean): number {
  if (beside && window.matchMedia('(max-width: 1020px)').matches) return 0;
  const rail = window.matchMedia('(max-width: 860px)').matches ? 0 : railWidth;
  return Math.max(0, window.innerWidth - rail - (beside ? panelWidth() : 0));
}

/** How many rows are drawn beyond the edges of the scrolled area: of another view of the list only those in sight at first, so that they are seen sooner. */
function useOverscan(view: string): number {
  const [settled, setSettled] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      startTransition(() => {
        setSettled(view);
      });
    }, 250);
    return () => {
      clearTimeout(timer);
    };
  }, [view]);
  return settled === view ? 6 : 1;
}

export function DeviceTable({ loading, selected, selection }: {
  loading: boolean;
  selected: string | undefined;
  selection: Selection;
}) {
  const { ids, plugin, technology, act } = useDevicesView();
  const devices = useKnownDevices();
  const router = useRouter();
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller, () => guessWidth(selected !== undefined));
  const cards = useMedia('(max-width: 640px)');
  const keys = useChosenColumns();
  const all = useMemo(() => columnsOf(cards ? ['name', 'status', 'data', 'events'] : keys), [keys, cards]);
  const columns = useMemo(() => (cards ? all : fitting(keys, width === 0 ? Infinity : width)), [all, keys, width, cards]);
  // Rows keep every cell that was asked for, and a rule hides those without room: a panel that opens beside them renders no row again.
  const hidden = all.filter(({ key }) => !columns.some((column) => column.key === key)).map(({ key }) => key);
  const hiddenKeys = hidden.join(' ');
  useLayoutEffect(() => {
    tellWithoutRoom(hidden);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a new array every time; its keys tell
  }, [hiddenKeys]);
  const search = useSettledSearch();
  const query = useMemo(() => {
    const parameters = new URLSearchParams();
    for (const key of viewKeys) if (search[key] !== undefined) parameters.set(key, search[key]);
    const text = parameters.toString();
    return text === '' ? '' : `?${text}`;
  }, [search]);
  const overscan = useOverscan(query);
  const estimateSize = useCallback(() => (cards ? cardHeight : rowHeight), [cards]);
  const getItemKey = useCallback((index: number) => ids[index] ?? index, [ids]);
  const { virtual, items, before, after } = useVirtualRows({
    scroller,
    count: ids.length,
    estimateSize,
    getItemKey,
    head: cards ? 0 : headHeight,
    overscan,
    guess: { width: window.innerWidth, height: Math.max(headHeight, window.innerHeight - aroundHeight) },
    draws: width !== 0,
  });
  const selectedIndex = selected === undefined ? -1 : ids.indexOf(selected);
  useEffect(() => {
    keepInSight(virtual, selectedIndex);
    // Only when another device is opened: live changes must not scroll.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected, virtual]);

  const [added] = useState(peekAdded);
  const addedIndex = added === null ? -1 : ids.indexOf(added);
  useEffect(() => {
    if (addedIndex < 0) return;
    virtual.scrollToIndex(addedIndex, { align: 'center' });
    forgetAdded();
    // Once, when the row first exists.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [addedIndex >= 0, virtual]);

  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const closeMenu = useCallback(() => {
    setMenu(null);
  }, []);
  const { toggle } = selection;
  const actions = useMemo<RowActions>(
    () => ({
      open: (device) => {
        act('view', device);
      },
      toggle,
      menu: (device, button) => {
        // Not every browser gives a button the focus when it is clicked.
        button.focus({ preventScroll: true });
        setMenu((now) => (now?.device.id === device.id ? null : { device, button }));
      },
      follow: (href) => {
        router.history.push(href);
      },
    }),
    [act, toggle, router],
  );
  useRowKeys({
    scroller,
    ids,
    toggle,
    scrollTo: (index) => {
      bringIntoSight(virtual, index);
    },
  });

  const [first, last] = [items[0]?.index, items.at(-1)?.index];
  const inView = useMemo(
    () => (virtual.isScrolling || !columns.some((column) => column.key === 'events') ? [] : items.map((item) => ids[item.index] ?? '').filter(Boolean)),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the virtual rows are a new array every time; their ends tell
    [ids, columns, virtual.isScrolling, first, last],
  );
  const dayOf = useDayCounts(inView);

  const least = widthOf(columns);
  return (
    <div className={classes.tableBox}>
      {/* While nothing in it takes the focus, a keyboard can still scroll it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={scroller} className={classes.scroller} data-selecting={selection.ids.length > 0} tabIndex={loading ? 0 : -1}>
      <table
        className={classes.table}
        aria-rowcount={ids.length + 1}
        aria-busy={loading}
        data-hidden={hiddenKeys}
        data-last={columns.at(-1)?.key}
        data-told={(!cards && columns.some(({ key }) => key === 'reason')) || undefined}
        data-tight={!cards && columns.length <= 2}
        style={cards || width === 0 || least <= width ? undefined : { minWidth: least }}
      >
        <Head
          columns={columns}
          chosen={selection.whole ? 'all' : selection.ids.length > 0 ? 'some' : 'none'}
          empty={ids.length === 0}
          toggleAll={selection.toggleAll}
        />
        <tbody>
          {before > 0 && <tr aria-hidden className={classes.spacer} style={{ height: before }} />}
          {loading
            ? Array.from({ length: 12 }, (_, index) => <SkeletonRow key={index} columns={all} />)
            : items.map((item) => {
                const id = ids[item.index];
                const device = id === undefined ? undefined : devices.get(id);
                return device ? (
                  <DeviceRow
                    key={device.id}
                    device={device}
                    plugin={plugin(device.attributes.plugin_slug)}
                    technology={technology(device.attributes.plugin_slug)}
                    day={dayOf(device.id)}
                    columns={all}
                    index={item.index}
                    href={`/settings/security-devices/${encodeURIComponent(device.id)}${query}`}
                    open={device.id === selected}
                    chosen={selection.chosen.has(device.id)}
                    added={device.id === added}
                    menuOpen={menu?.device.id === device.id}
                    measure={cards ? virtual.measureElement : undefined}
                    actions={actions}
                  />
                ) : null;
              })}
          {after > 0 && <tr aria-hidden className={classes.spacer} style={{ height: after }} />}
        </tbody>
      </table>
      </div>
      {!cards && <ReasonCard scroller={scroller} devices={devices} />}
      {menu && <RowMenu key={menu.device.id} open={menu} scroller={scroller} onClose={closeMenu} />}
    </div>
  );
}

interface HeadProps {
  columns: Column[];
  chosen: 'all' | 'some' | 'none';
  empty: boolean;
  toggleAll: () => void;
}

/** Its tooltips are the heaviest thing of the table: scrolling must not render them again. */
const Head = memo(function Head({ columns, chosen, empty, toggleAll }: HeadProps) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map((column) => (
          <SortHeader key={column.key} column={column}>
            {column.key === 'name' && (
              <label className={cells.check}>
                <input
                  type="checkbox"
                  aria-label="Select all devices"
                  title={chosen === 'all' ? 'Select none' : 'Select all that are shown'}
                  checked={chosen === 'all'}
                  disabled={empty}
                  ref={(input) => {
                    if (input) input.indeterminate = chosen === 'some';
                  }}
                  onChange={toggleAll}
                />
              </label>
            )}
          </SortHeader>
        ))}
      </tr>
    </thead>
  );
});

function SortHeader({ column, children }: { column: Column; children?: ReactNode }) {
  const { key } = column;
  const search = useDevicesSearch();
  const navigate = useNavigate();
  const sort = parseSort(search.sort);
  const active = sort.key === key;
  const text = sortText({ key, descending: active && !sort.descending });
  return (
    <th
      scope="col"
      data-col={key}
      style={key === 'name' ? undefined : { width: column.width }}
      aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : 'none'}
    >
      {children}
      <Meaning of={column.term}>
        <button
          type="button"
          className={classes.sort}
          onClick={() => {
            void navigate({
              to: '.',
              search: ({ sort: _, ...rest }) => (text === undefined ? rest : { ...rest, sort: text }),
            });
          }}
        >
          {column.title}
          {active && (sort.descending ? <IconArrowDown size={13} aria-hidden /> : <IconArrowUp size={13} aria-hidden />)}
        </button>
      </Meaning>
    </th>
  );
}
