import { memo, type MouseEvent, type ReactNode } from 'react';
import { Sparkline } from '@/charts/Sparkline';
import type { Device, Plugin } from '@/api/types';
import type { DayCounts } from '@/data/counts/counts';
import { faultFirst } from '@/data/devices/sentence';
import { Skeleton } from '@/ui/states';
import { StatusBadge } from '@/ui/StatusBadge';
import { TechnologyLogo } from '@/ui/TechnologyLogo';
import { Ago, For } from '@/ui/time';
import { bytes, count } from '@/ui/timeText';
import { told } from '@/ui/moments';
import { eventsAddress } from '../links';
import { levelOf, sinceOf } from '../order';
import type { ColumnKey } from '../search';
import { NextPoll } from '../NextPoll';
import { nextPollOf } from '../nextPollText';
import { noEndText } from '../token';
import type { Column } from './columns';
import table from './table.module.css';
import classes from './cells.module.css';

/** What the rows call; always the same object, so that a row renders again only when its device changes. */
export interface RowActions {
  open: (device: Device) => void;
  toggle: (id: string, range: boolean) => void;
  menu: (device: Device, button: HTMLElement) => void;
  /** Follows a link that leads elsewhere in the console. */
  follow: (href: string) => void;
}

interface RowProps {
  device: Device;
  plugin: Plugin | undefined;
  technology: string;
  /** Its last 24 hours, when they are known. */
  day: DayCounts | undefined;
  columns: Column[];
  index: number;
  /** The address of its panel. */
  href: string;
  open: boolean;
  chosen: boolean;
  added: boolean;
  menuOpen: boolean;
  actions: RowActions;
  /** Of a card, whose height follows from its words; a row of the table is as high as every other. */
  measure: ((row: Element | null) => void) | undefined;
}

const plainClick = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

/** Light on purpose: forty of them appear in one frame of a fast scroll. Menu and reasons are drawn once, by the table. */
export const DeviceRow = memo(function DeviceRow(props: RowProps) {
  const { device, columns, index, open, chosen, added, actions, measure } = props;
  const gone = levelOf(device) === 'deleted';
  return (
    <tr
      ref={measure}
      aria-rowindex={index + 2}
      className={table.row}
      data-index={index}
      data-selected={open || undefined}
      data-chosen={chosen || undefined}
      data-gone={gone || undefined}
      data-added={added || undefined}
      onMouseDown={(event) => {
        // Shift would select text from wherever the last click was.
        if (event.shiftKey) event.preventDefault();
      }}
      onClick={(event) => {
        // The whole row leads to the panel for a mouse; keyboards have the link.
        const onControl = (event.target as Element).closest('a, button, input, label');
        if (gone || onControl) return;
        if (event.shiftKey || event.metaKey || event.ctrlKey) actions.toggle(device.id, event.shiftKey);
        else if (window.getSelection()?.type !== 'Range') actions.open(device);
      }}
    >
      {columns.map((column) => (column.key === 'name' ? <NameCell key="name" {...props} gone={gone} /> : cells[column.key](props)))}
    </tr>
  );
});

function NameCell({ device, plugin, href, open, chosen, menuOpen, actions, gone }: RowProps & { gone: boolean }) {
  const { name } = device.attributes;
  return (
    <th scope="row">
      <div className={classes.nameBox}>
        <label className={classes.check}>
          <input
            type="checkbox"
            aria-label={`Select ${name}`}
            checked={chosen}
            disabled={gone}
            onChange={(event) => {
              actions.toggle(device.id, (event.nativeEvent as unknown as MouseEvent).shiftKey);
            }}
          />
        </label>
        <TechnologyLogo plugin={plugin} size={18} className={classes.logo} />
        {gone ? (
          <span className={classes.name} dir="auto">
            {name}
          </span>
        ) : (
          <>
            <a
              href={href}
              className={classes.name}
              dir="auto"
              title={name}
              aria-current={open ? 'true' : undefined}
              onClick={(event) => {
                // Another tab, a copy of the address: what the browser does with links stays possible.
                if (!plainClick(event)) return;
                event.preventDefault();
                actions.open(device);
              }}
            >
              {name}
            </a>
            <button
              type="button"
              className={classes.menuButton}
              aria-label={`Actions for ${name}`}
              aria-haspopup="menu"
              aria-expanded={menuOpen}
              onClick={(event) => {
                actions.menu(device, event.currentTarget);
              }}
            />
          </>
        )}
      </div>
    </th>
  );
}

const timeCell = (key: ColumnKey, label: string, time: string | null, never = 'never'): ReactNode => (
  <td key={key} data-col={key} data-label={label} className={time === null ? 'pk-muted' : undefined}>
    {time === null ? never : <Ago time={time} />}
  </td>
);

type Cell = (props: RowProps) => ReactNode;

const cells: Record<Exclude<ColumnKey, 'name'>, Cell> = {
  technology: ({ technology }) => (
    <td key="technology" data-col="technology" title={technology}>
      {technology}
    </td>
  ),
  location: ({ device }) => (
    <td key="location" data-col="location" dir="auto" title={device.attributes.location ?? undefined}>
      {device.attributes.location}
    </td>
  ),
  status: ({ device }) => {
    const since = sinceOf(device);
    return (
      <td key="status" data-col="status" data-reason={device.id}>
        <span className={classes.status}>
          <StatusBadge level={levelOf(device)} />
          {since !== null && <For since={since} className={classes.since} />}
        </span>
        <span className={classes.cardSentence}>{told(faultFirst(device.attributes.status_details))}</span>
      </td>
    );
  },
  reason: ({ device }) => (
    <td key="reason" data-col="reason" title={told(device.attributes.status_details?.sentence ?? '') || undefined}>
      {told(faultFirst(device.attributes.status_details))}
    </td>
  ),
  poll: ({ device }) => timeCell('poll', 'Last successful poll', device.attributes.last_successful_poll_at),
  data: ({ device }) => timeCell('data', 'Last data received', device.attributes.last_data_received_at),
  newest: ({ device }) => timeCell('newest', 'Newest event', device.attributes.newest_event_at, 'none yet'),
  next: ({ device }) => (
    <td key="next" data-col="next" data-label="Next poll">
      <NextPoll {...nextPollOf(device)} />
    </td>
  ),
  added: ({ device }) => timeCell('added', 'Added', device.attributes.created_at),
  expires: ({ device }) => timeCell('expires', 'Token expiry', device.attributes.credential?.expires_at ?? null, noEndText(device)),
  events: ({ device, day, actions }) => {
    const { name, events_24h: events } = device.attributes;
    const href = eventsAddress({ device: device.id, range: '24h' });
    return (
      <td key="events" data-col="events" data-label="Events in 24 h">
        <span className={classes.events}>
          {day && (
            <span className={classes.spark}>
              <Sparkline counts={day.counts} width={72} height={20} />
            </span>
          )}
          <a
            href={href}
            aria-label={`${count(events)} events of ${name} in 24 hours, show them`}
            onClick={(event) => {
              if (!plainClick(event)) return;
              event.preventDefault();
              actions.follow(href);
            }}
          >
            {count(events)}
          </a>
        </span>
      </td>
    );
  },
  usual: ({ device }) => (
    <td key="usual" data-col="usual" data-label="Usual in 24 h">
      {device.attributes.usual_24h === null ? (
        <span className="pk-muted" title="Known after the first whole week">
          not known yet
        </span>
      ) : (
        count(Math.round(device.attributes.usual_24h))
      )}
    </td>
  ),
  stored: ({ device }) => (
    <td key="stored" data-col="stored" data-label="Stored" title={`${count(device.attributes.bytes_total)} bytes`}>
      {bytes(device.attributes.bytes_total)}
    </td>
  ),
};

export function SkeletonRow({ columns }: { columns: Column[] }) {
  return (
    <tr className={table.row} aria-hidden>
      {columns.map((column) => (
        <td key={column.key} data-col={column.key}>
          <Skeleton width={column.key === 'name' ? '60%' : Math.round(column.width * 0.55)} />
        </td>
      ))}
    </tr>
  );
}
