import { Button, NativeSelect } from '@mantine/core';
import { IconArrowUp, IconPlus } from '@/ui/icons';
import { useNavigate } from '@tanstack/react-router';
import { memo, useCallback, useEffect, useMemo, useRef } from 'react';
import type { DeviceList as DeviceListData } from '@/data/devices/devices';
import { useSavedFilters } from '@/data/preferences/preferences';
import { announce, quoted } from '@/ui/announce';
import { BrokenAddress, forgetBroken } from '@/ui/BrokenAddress';
import { AddFilter, FilterChips } from '@/ui/filters/FilterBar';
import { type FilterField, parseFilter } from '@/ui/filters/filters';
import { SavedFilters } from '@/ui/filters/SavedFilters';
import { Later } from '@/ui/Later';
import { ListFoot } from '@/ui/ListFoot';
import { SearchBox } from '@/ui/SearchBox';
import { EmptyState, ErrorState } from '@/ui/states';
import { count } from '@/ui/timeText';
import { useKey } from '@/ui/useKey';
import { useMedia } from '@/ui/useMedia';
import { useDevicesView } from '../context';
import { area, type DevicesSearch, type FilterKey, parseSort, sortText, statusFilters, useDevicesSearch, useSettledSearch, validateDevicesSearch, viewKeys } from '../search';
import { BulkBar } from './BulkBar';
import { ColumnsMenu } from './ColumnsMenu';
import { columnsOf, useChosenColumns } from './columns';
import { DeviceTable } from './DeviceTable';
import { ExportMenu } from './ExportMenu';
import { useFilterFields } from './useFilterFields';
import { useSelection } from './useSelection';
import classes from './list.module.css';

const labels: Record<string, string> = {
  q: 'Search', status: 'Status', technology: 'Technology', location: 'Location', sort: 'Sort', columns: 'Columns', history: 'History',
};
const labelOf = (key: string): string => labels[key] ?? key;

/** Whoever changes the view has read what was wrong with its address. */
function useForgetBroken(search: DevicesSearch): void {
  const key = JSON.stringify(search);
  const first = useRef(key);
  useEffect(() => {
    if (first.current !== key) forgetBroken(area);
    first.current = key;
  }, [key]);
}

/** What an empty list says of a search or filter that nothing fits. */
export function nothingText({ q, status, technology, location }: DevicesSearch): { title: string; text: string } {
  const text =
    q === undefined ? 'Devices that the filters leave out are not shown.' : 'Search looks at name, location, technology and GUID.';
  const wanted = parseFilter(status);
  const [one] = wanted?.values ?? [];
  const told = statusFilters.find((key) => key === one);
  if (told === undefined || wanted?.not !== false || wanted.values.length > 1) return { title: 'No device matches', text };
  if (q !== undefined || technology !== undefined || location !== undefined) return { title: 'No device matches', text };
  return { title: `No device ${told === 'attention' ? 'needs attention' : `is ${told}`}`, text: 'Other devices are not shown while this filter is set.' };
}

/** Whether there is a device that was not deleted. */
function hasAny(devices: DeviceListData['devices']): boolean {
  for (const device of devices.values()) if (device.attributes.deleted_at === null) return true;
  return false;
}

const AddButton = memo(function AddButton() {
  const navigate = useNavigate();
  return (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => {
        void navigate({ to: '/settings/security-devices/add' });
      }}
    >
      Add Security Device
    </Button>
  );
});

export const DeviceList = memo(function DeviceList(props: {
  list: DeviceListData;
  fresh: number;
  sortAgain: () => void;
  selected: string | undefined;
}) {
  const { list, fresh } = props;
  const { ids } = useDevicesView();
  const search = useDevicesSearch();
  useForgetBroken(search);
  const navigate = useNavigate();
  const fields = useFilterFields(list.devices.ids);
  const { devices } = list;
  const selection = useSelection(ids, useCallback((id: string) => devices.get(id)?.attributes.deleted_at !== null, [devices]));
  const settled = useSettledSearch();
  const narrowed = [settled.q, settled.status, settled.technology, settled.location].some((one) => one !== undefined);
  const empty = list.complete && ids.length === 0;
  const bare = empty && !narrowed && !hasAny(list.devices);
  const nothing = nothingText(settled);
  const filter = useFilterChange();
  const clear = useCallback(() => {
    void navigate({ to: '.', search: ({ status: _s, technology: _t, location: _l, ...rest }) => rest });
  }, [navigate]);
  const showAll = (): void => {
    void navigate({
      to: '.',
      search: ({ q: _q, status: _s, technology: _t, location: _l, ...rest }) => rest,
      replace: true,
    });
  };
  useKey('Escape', () => {
    const something = document.querySelector('[role="dialog"], [role="menu"]') !== null;
    // With the panel open Esc closes that.
    if (!something && props.selected === undefined) selection.clear();
  }, props.selected === undefined && selection.ids.length > 0 ? 'Select nothing' : undefined);

  return (
    <section className={classes.page} aria-labelledby="devices-title">
      <div className={classes.head}>
        <h1 id="devices-title">Security Devices</h1>
        <AddButton />
      </div>
      {!bare && <Tools fields={fields} ids={ids} />}
      <div className={classes.chipsRow}>
        <FilterChips
          fields={fields}
          values={search}
          onChange={filter}
          onClear={clear}
        />
      </div>
      <div className={classes.broken}>
        <BrokenAddress area={area} label={labelOf} />
      </div>
      {list.error && list.devices.size === 0 ? (
        <ErrorState title="The devices could not be loaded" error={list.error} onRetry={list.retry} />
      ) : bare ? (
        <EmptyState
          title="No security devices yet"
          text="Connect the first one: Picket then reads its events, keeps them, and watches that they keep coming."
          action={<AddButton />}
        />
      ) : empty ? (
        <EmptyState
          title={nothing.title}
          text={nothing.text}
          action={
            <Button variant="default" onClick={showAll}>
              Show all devices
            </Button>
          }
        />
      ) : (
        <div className={classes.body}>
          <DeviceTable loading={list.loading} selected={props.selected} selection={selection} />
          {fresh > 0 && (
            <Button
              className={classes.fresh}
              size="compact-sm"
              radius="xl"
              leftSection={<IconArrowUp size={14} aria-hidden />}
              onClick={props.sortAgain}
            >
              {fresh} new
            </Button>
          )}
          <BulkBar selection={selection} />
        </div>
      )}
      <ListFoot walks={ids.length > 0}>
        <span aria-live="polite">
          {list.loading
            ? 'Loading devices'
            : narrowed
              ? `${count(ids.length)} of ${count(list.total)} devices`
              : `${count(list.total)} ${list.total === 1 ? 'device' : 'devices'}`}
          {!list.loading && !list.complete && !list.error && list.devices.size < list.total && (
            <span className={classes.loaded}>{`, ${count(list.devices.size)} loaded`}</span>
          )}
        </span>
        {list.error && list.devices.size > 0 && (
          <span role="alert" className={classes.footError}>
            The list is not up to date: {list.error.message}{' '}
            <button type="button" onClick={list.retry}>
              Try again
            </button>
          </span>
        )}
      </ListFoot>
    </section>
  );
});

function useFilterChange(): (key: string, text: string | undefined) => void {
  const navigate = useNavigate();
  return useCallback(
    (key, text) => {
      void navigate({
        to: '.',
        search: (now) => {
          const { [key as FilterKey]: _, ...rest } = now;
          return text === undefined ? rest : { ...rest, [key]: text };
        },
      });
    },
    [navigate],
  );
}

/** What stands above the table: it comes once the rows are seen. It has nothing to do with which device is open, and does not render again for that. */
const Tools = memo(function Tools({ fields, ids }: { fields: FilterField[]; ids: string[] }) {
  const search = useDevicesSearch();
  const navigate = useNavigate();
  const filter = useFilterChange();
  // Cards have no heads to sort by.
  const cards = useMedia('(max-width: 640px)');
  const tools = (
    <>
      <SearchBox
        label="Search devices"
        placeholder="Search"
        says="Search in the list"
        text={search.q ?? ''}
        onText={(q) => {
          void navigate({ to: '.', search: ({ q: _, ...rest }) => (q === '' ? rest : { ...rest, q }), replace: true });
        }}
      />
      <AddFilter fields={fields} values={search} onChange={filter} />
      <span className={classes.toolsEnd}>
        {cards && <SortSelect />}
        <Views />
        <ColumnsMenu />
        <ExportMenu ids={ids} />
      </span>
    </>
  );
  return (
    <div className={classes.tools}>
      {/* Beside cards they are as high as the name of a view makes them: nobody knows that room before. */}
      {cards ? (
        tools
      ) : (
        <Later atOnce meanwhile={<div className={classes.toolsRoom} />}>
          {tools}
        </Later>
      )}
    </div>
  );
});

function SortSelect() {
  const search = useDevicesSearch();
  const navigate = useNavigate();
  const columns = useChosenColumns();
  const sort = parseSort(search.sort);
  const options = columnsOf(columns).flatMap(({ key, title }) =>
    [false, true].map((descending) => ({
      value: `${descending ? '-' : ''}${key}`,
      label: `${title} ${descending ? '\u2193' : '\u2191'}`,
    })),
  );
  return (
    <NativeSelect
      className={classes.sortSelect}
      aria-label="Sort by"
      value={`${sort.descending ? '-' : ''}${sort.key}`}
      data={options}
      onChange={(event) => {
        const text = sortText(parseSort(event.currentTarget.value));
        void navigate({ to: '.', search: ({ sort: _, ...rest }) => (text === undefined ? rest : { ...rest, sort: text }) });
      }}
    />
  );
}

function Views() {
  const search = useDevicesSearch();
  const navigate = useNavigate();
  const { saved, save, remove } = useSavedFilters('security-devices');
  const current = useMemo(
    () => Object.fromEntries(viewKeys.flatMap((key) => (search[key] === undefined ? [] : [[key, search[key]]]))) as Record<string, string>,
    [search],
  );
  return (
    <SavedFilters
      saved={saved}
      current={current}
      onApply={(wanted) => {
        // What was saved by another version may name what no longer exists.
        void navigate({ to: '.', search: validateDevicesSearch(wanted) });
      }}
      onSave={async (name) => {
        await save(name, current);
        announce(`${quoted(name)} is saved.`);
      }}
      onRemove={async (name) => {
        await remove(name);
        announce(`${quoted(name)} is deleted.`);
      }}
    />
  );
}
