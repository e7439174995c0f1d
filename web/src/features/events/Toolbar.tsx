import { ActionIcon, Button, Menu } from '@mantine/core';
import { memo, useState } from 'react';
import { askExport } from '@/data/events/exports';
import { exportPath } from '@/data/events/query';
import { eventFields, type EventWindow } from '@/data/events/types';
import { useSavedFilters } from '@/data/preferences/preferences';
import { AddFilter, FilterChips } from '@/ui/filters/FilterBar';
import { withoutFilters, type FilterField } from '@/ui/filters/filters';
import { SavedFilters } from '@/ui/filters/SavedFilters';
import { IconDownload, IconRefresh } from '@/ui/icons';
import { count } from '@/ui/timeText';
import { RangePicker } from '@/ui/range/RangePicker';
import { presetRange } from '@/ui/range/range';
import { SearchBox } from '@/ui/SearchBox';
import { useMountedFirst } from '@/ui/useMountedFirst';
import type { EventsSearch } from './search';
import { useDownload } from './useDownload';
import classes from './events.module.css';

export interface ToolbarProps {
  search: EventsSearch;
  fields: FilterField[];
  asked: EventWindow;
  total: number | null;
  onSearch: (search: EventsSearch, replace?: boolean) => void;
  onRefresh: () => void;
}

/** It has nothing to do with which event is open, and does not render again for that. */
export const Toolbar = memo(function Toolbar(props: ToolbarProps) {
  const { search, fields, onSearch } = props;
  const setField = (key: string, text: string | undefined): void => {
    const { [key as keyof EventsSearch]: _, ...rest } = search;
    onSearch(text === undefined ? rest : { ...rest, [key]: text });
  };
  return (
    <>
      <div className={classes['head']}>
        <h1 id="events-title">Events</h1>
        <div className={classes['headTools']}>
          <RangePicker
            range={search.range ?? presetRange}
            onChange={(range) => {
              setField('range', range === presetRange ? undefined : range);
            }}
          />
          <ActionIcon variant="default" size={36} aria-label="Refresh" title="Refresh" onClick={props.onRefresh}>
            <IconRefresh size={16} aria-hidden />
          </ActionIcon>
          <ExportMenu asked={props.asked} total={props.total} />
        </div>
      </div>
      <div className={classes['tools']}>
        <SearchBox
          label="Search events"
          placeholder="Search in records"
          says="Search in the records"
          title={'Every word must occur in the record, with capitals as written. "Quotation marks" keep words together.'}
          wide
          maxLength={1000}
          // A search reads all records: it waits until the hand rests.
          restMs={450}
          text={search.text ?? ''}
          onText={(text) => {
            const { text: _, ...rest } = search;
            onSearch(text === '' ? rest : { ...rest, text }, true);
          }}
        />
        <AddFilter fields={fields} values={search} onChange={setField} />
        <Views search={search} onSearch={onSearch} />
      </div>
      <div className={classes['chips']}>
        <FilterChips
          fields={fields}
          values={search}
          onChange={setField}
          onClear={() => {
            onSearch(withoutFilters(search, eventFields));
          }}
        />
      </div>
    </>
  );
});

function Views({ search, onSearch }: { search: EventsSearch; onSearch: (search: EventsSearch) => void }) {
  const { saved, save, remove } = useSavedFilters('events');
  return (
    <SavedFilters
      saved={saved}
      current={search}
      onApply={onSearch}
      onSave={(name) => save(name, { ...search })}
      onRemove={remove}
    />
  );
}

const mostExported = 1_000_000;

function ExportMenu({ asked, total }: { asked: EventWindow; total: number | null }) {
  const limit = Math.min(mostExported, Math.max(1, total ?? mostExported));
  const some = total !== null && total > mostExported;
  const [opened, setOpened] = useState(false);
  const dropdown = useMountedFirst(opened);
  const { asking, download } = useDownload();
  const save = (format: 'csv' | 'jsonl') => () => {
    download(() => askExport(asked, format), exportPath(asked, format, limit));
  };
  return (
    <Menu opened={dropdown.opened} onChange={setOpened} position="bottom-end" shadow="md" width={270} portalProps={{ target: '#content' }}>
      <Menu.Target>
        <Button variant="default" className={classes['export'] ?? ''} aria-label="Export" disabled={total === 0} loading={asking}>
          <IconDownload size={16} aria-hidden />
          <span className={classes['exportWord']}>Export</span>
        </Button>
      </Menu.Target>
      {dropdown.mounted && (
        <Menu.Dropdown>
          <Menu.Label>
            {total === null
              ? 'Every event that matches, newest first'
              : some
                ? `The newest ${count(mostExported)} of ${count(total)} events`
                : `${count(total)} ${total === 1 ? 'event' : 'events'}, newest first`}
          </Menu.Label>
          <Menu.Item onClick={save('csv')}>CSV, for a spreadsheet</Menu.Item>
          <Menu.Item onClick={save('jsonl')}>JSON lines, with the records</Menu.Item>
        </Menu.Dropdown>
      )}
    </Menu>
  );
}
