import { Button, CloseButton, NativeSelect, TextInput } from '@mantine/core';
import { IconArrowUp, IconPlus, IconSearch } from '@/ui/icons';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { DeviceList as DeviceListData } from '@/data/devices/devices';
import { EmptyState, ErrorState } from '@/ui/states';
import { count, zoneName } from '@/ui/timeText';
import { useKey } from '@/ui/useKey';
import { useDevicesView } from '../context';
import { statusFilters, type StatusFilter, useDevicesSearch } from '../search';
import { DeviceTable } from './DeviceTable';
import classes from './list.module.css';

const filterWords: Record<StatusFilter, string> = {
  healthy: 'Healthy',
  attention: 'Needs attention',
  unhealthy: 'Unhealthy',
  verifying: 'Verifying',
  paused: 'Paused',
};

function AddButton() {
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
}

export function DeviceList(props: {
  list: DeviceListData;
  fresh: number;
  sortAgain: () => void;
  selected: string | undefined;
}) {
  const { list, fresh } = props;
  const { ids } = useDevicesView();
  const search = useDevicesSearch();
  const navigate = useNavigate();
  const narrowed = search.q !== undefined || search.status !== undefined;
  const empty = list.complete && ids.length === 0;
  const showAll = (): void => {
    void navigate({ to: '.', search: ({ q: _q, status: _s, ...rest }) => rest, replace: true });
  };

  return (
    <section className={classes.page} aria-labelledby="devices-title">
      <div className={classes.head}>
        <h1 id="devices-title">Security Devices</h1>
        <AddButton />
      </div>
      <div className={classes.tools}>
        <SearchBox key={search.q === undefined ? 'empty' : 'filled'} />
        <NativeSelect
          aria-label="Status filter"
          className={classes.filter}
          value={search.status ?? ''}
          data={[
            { value: '', label: 'Any status' },
            ...statusFilters.map((value) => ({ value, label: `Status is ${filterWords[value]}` })),
          ]}
          onChange={(event) => {
            const status = statusFilters.find((one) => one === event.currentTarget.value);
            void navigate({ to: '.', search: ({ status: _, ...rest }) => (status ? { ...rest, status } : rest) });
          }}
        />
        {fresh > 0 && (
          <Button
            size="compact-sm"
            radius="xl"
            leftSection={<IconArrowUp size={14} aria-hidden />}
            onClick={props.sortAgain}
          >
            {fresh} new
          </Button>
        )}
      </div>
      {list.error && list.devices.size === 0 ? (
        <ErrorState title="The devices could not be loaded" error={list.error} onRetry={list.retry} />
      ) : empty && !narrowed ? (
        <EmptyState
          title="No security devices yet"
          text="Connect the first one: Picket then reads its events, keeps them, and watches that they keep coming."
          action={<AddButton />}
        />
      ) : empty ? (
        <EmptyState
          title="No device matches"
          text="Search looks at name, location, technology and GUID."
          action={
            <Button variant="default" onClick={showAll}>
              Show all devices
            </Button>
          }
        />
      ) : (
        <DeviceTable loading={list.loading} selected={props.selected} />
      )}
      <footer className={classes.foot}>
        <span aria-live="polite">
          {list.loading
            ? 'Loading devices'
            : narrowed
              ? `${count(ids.length)} of ${count(list.total)} devices`
              : `${count(list.total)} ${list.total === 1 ? 'device' : 'devices'}`}
          {!list.loading && !list.complete && !list.error && `, ${count(list.devices.size)} loaded`}
        </span>
        {list.error && list.devices.size > 0 && (
          <span role="alert" className={classes.footError}>
            The list is not up to date: {list.error.message}{' '}
            <button type="button" onClick={list.retry}>
              Try again
            </button>
          </span>
        )}
        <span className={classes.zone}>Times are in {zoneName()}</span>
      </footer>
    </section>
  );
}

/** Search as one types; the address follows without filling the browser's history. */
function SearchBox() {
  const search = useDevicesSearch();
  const navigate = useNavigate();
  const [text, setText] = useState(search.q ?? '');
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<number | undefined>(undefined);
  useKey('/', () => input.current?.focus());
  useEffect(
    () => () => {
      window.clearTimeout(timer.current);
    },
    [],
  );
  const change = (next: string): void => {
    setText(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      const q = next.trim();
      void navigate({ to: '.', search: ({ q: _, ...rest }) => (q === '' ? rest : { ...rest, q }), replace: true });
    }, 120);
  };
  return (
    <TextInput
      ref={input}
      type="search"
      aria-label="Search devices"
      aria-keyshortcuts="/"
      placeholder="Search devices"
      className={classes.search}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text === '' ? (
          <kbd className={classes.kbd} aria-hidden>
            /
          </kbd>
        ) : (
          <CloseButton
            size="sm"
            aria-label="Clear search"
            onClick={() => {
              change('');
              input.current?.focus();
            }}
          />
        )
      }
      value={text}
      onChange={(event) => {
        change(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && text !== '') {
          event.stopPropagation();
          change('');
        }
      }}
    />
  );
}
