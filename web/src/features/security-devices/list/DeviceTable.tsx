import { useMediaQuery } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp } from '@/ui/icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef, useState } from 'react';
import type { Device, Plugin } from '@/api/types';
import type { GlossaryKey } from '@/glossary';
import { Skeleton } from '@/ui/states';
import { StatusBadge } from '@/ui/StatusBadge';
import { Meaning } from '@/ui/Term';
import { Ago, For } from '@/ui/time';
import { count } from '@/ui/timeText';
import { forgetAdded, peekAdded } from '../added';
import { useDevicesView } from '../context';
import { levelOf, sinceOf } from '../order';
import { parseSort, sortText, useDevicesSearch, type SortKey } from '../search';
import { TechnologyLogo } from '../TechnologyLogo';
import { RowMenu } from './RowMenu';
import classes from './list.module.css';

interface Column {
  key: SortKey;
  title: string;
  term?: GlossaryKey;
  className: string | undefined;
}

const columns: Column[] = [
  { key: 'name', title: 'Name', className: classes.colName },
  { key: 'technology', title: 'Technology', term: 'technology', className: classes.colTechnology },
  { key: 'location', title: 'Location', term: 'location', className: classes.colLocation },
  { key: 'status', title: 'Status', term: 'status', className: classes.colStatus },
  { key: 'poll', title: 'Last successful poll', term: 'last_successful_poll', className: classes.colTime },
  { key: 'data', title: 'Last data received', term: 'last_data_received', className: classes.colTime },
  { key: 'events', title: 'Events in 24 h', term: 'events_24h', className: classes.colEvents },
];

const rowHeight = 40;
const cardHeight = 132;
const headHeight = 36;

/** A real table with only the visible rows in it: spacers above and below keep the scrollbar honest. */
export function DeviceTable({ loading, selected }: { loading: boolean; selected: string | undefined }) {
  const { ids, devices, plugin, technology } = useDevicesView();
  const scroller = useRef<HTMLDivElement>(null);
  const cards = useMediaQuery('(max-width: 640px)', false, { getInitialValueInEffect: false });
  const virtual = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (cards ? cardHeight : rowHeight),
    getItemKey: (index) => ids[index] ?? index,
    // The sticky head lies in the scrolled area, above the first row.
    scrollMargin: cards ? 0 : headHeight,
    scrollPaddingStart: cards ? 0 : headHeight,
    overscan: 10,
    initialRect: { width: 1280, height: 800 },
  });
  useEffect(() => {
    virtual.measure();
  }, [cards, virtual]);
  const selectedIndex = selected === undefined ? -1 : ids.indexOf(selected);
  useEffect(() => {
    if (selectedIndex >= 0) virtual.scrollToIndex(selectedIndex, { align: 'auto' });
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

  const items = virtual.getVirtualItems();
  const margin = virtual.options.scrollMargin;
  const before = Math.max(0, (items[0]?.start ?? margin) - margin);
  const after = Math.max(0, virtual.getTotalSize() - ((items.at(-1)?.end ?? margin) - margin));
  return (
    <div ref={scroller} className={classes.scroller}>
      <table className={classes.table} aria-rowcount={ids.length + 1} aria-busy={loading}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <SortHeader key={column.key} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr aria-hidden className={classes.spacer} style={{ height: before }} />}
          {loading
            ? Array.from({ length: 8 }, (_, index) => <SkeletonRow key={index} />)
            : items.map((item) => {
                const id = ids[item.index];
                const device = id === undefined ? undefined : devices.get(id);
                return device ? (
                  <DeviceRow
                    key={device.id}
                    device={device}
                    plugin={plugin(device.attributes.plugin_slug)}
                    technology={technology(device.attributes.plugin_slug)}
                    rowIndex={item.index + 2}
                    selected={device.id === selected}
                    added={device.id === added}
                  />
                ) : null;
              })}
          {after > 0 && <tr aria-hidden className={classes.spacer} style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  );
}

function SortHeader({ column }: { column: Column }) {
  const { key } = column;
  const search = useDevicesSearch();
  const navigate = useNavigate();
  const sort = parseSort(search.sort);
  const active = sort.key === key;
  const text = sortText({ key, descending: active && !sort.descending });
  return (
    <th
      scope="col"
      className={column.className}
      aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : 'none'}
    >
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

interface RowProps {
  device: Device;
  plugin: Plugin | undefined;
  technology: string;
  rowIndex: number;
  selected: boolean;
  added: boolean;
}

const DeviceRow = memo(function DeviceRow({ device, plugin, technology, rowIndex, selected, added }: RowProps) {
  const { act } = useDevicesView();
  const { attributes } = device;
  const level = levelOf(device);
  const since = sinceOf(device);
  const gone = level === 'deleted';
  return (
    <tr
      aria-rowindex={rowIndex}
      className={classes.row}
      data-selected={selected}
      data-gone={gone}
      data-added={added}
      onClick={(event) => {
        // The whole row leads to the panel for a mouse; keyboards have the link.
        const onControl = (event.target as Element).closest('a, button, [role="menu"], [role="menuitem"]');
        const selecting = window.getSelection()?.type === 'Range';
        // Portals bubble through React: a click in the menu is not a click in the row.
        if (!gone && !onControl && !selecting && event.currentTarget.contains(event.target as Node)) act('view', device);
      }}
    >
      <th scope="row" className={classes.cellName}>
        <div className={classes.nameBox}>
          {gone ? (
            <span className={classes.name}>{attributes.name}</span>
          ) : (
            <>
              <Link
                to="/settings/security-devices/$deviceId"
                params={{ deviceId: device.id }}
                search={(previous) => previous}
                className={classes.name}
                title={attributes.name}
                aria-current={selected ? 'true' : undefined}
              >
                <bdi>{attributes.name}</bdi>
              </Link>
              <RowMenu device={device} />
            </>
          )}
        </div>
      </th>
      <td className={classes.cellTechnology}>
        <span className={classes.technology}>
          <TechnologyLogo plugin={plugin} size={18} />
          {technology}
        </span>
      </td>
      <td className={classes.cellLocation} title={attributes.location ?? undefined}>
        <bdi>{attributes.location}</bdi>
      </td>
      <td title={attributes.status_details?.sentence}>
        <span className={classes.status}>
          <StatusBadge level={level} />
          {since !== null && <For since={since} className={classes.since} />}
        </span>
        <span className={classes.cardSentence}>{attributes.status_details?.sentence}</span>
      </td>
      <td data-label="Last successful poll">
        <Ago time={attributes.last_successful_poll_at} />
      </td>
      <td data-label="Last data received">
        <Ago time={attributes.last_data_received_at} />
      </td>
      <td data-label="Events in 24 h" className={classes.cellEvents}>
        {count(attributes.events_24h)}
      </td>
    </tr>
  );
});

function SkeletonRow() {
  return (
    <tr className={classes.row} aria-hidden>
      {[140, 80, 90, 110, 60, 60, 40].map((width, index) => (
        <td key={index}>
          <Skeleton width={width} />
        </td>
      ))}
    </tr>
  );
}
