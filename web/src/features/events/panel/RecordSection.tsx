import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { ocsfQuery, rawPath, rawQuery, versionsQuery, wholeRaw } from '@/data/events/events';
import { askRaw } from '@/data/events/exports';
import { firstPart } from '@/data/events/record';
import type { EventRow } from '@/data/events/types';
import type { GlossaryKey } from '@/glossary';
import { CopyButton } from '@/ui/CopyButton';
import { IconDownload, IconInfoCircle } from '@/ui/icons';
import { JsonView, PlainText } from '@/ui/json/JsonView';
import { Heading } from '@/ui/PanelHeading';
import { Callout, ErrorState, Skeleton } from '@/ui/states';
import { Meaning } from '@/ui/Term';
import { count } from '@/ui/timeText';
import { useEventsView } from '../context';
import { useDownload } from '../useDownload';
import { Versions } from './Versions';
import classes from './panel.module.css';

type Tab = 'raw' | 'ocsf' | 'versions';

/** The record itself: as it came, as OCSF, and in all its versions. */
export function RecordSection({ event }: { event: EventRow }) {
  const [chosen, setTab] = useState<Tab>('raw');
  const tabs: { key: Tab; title: string; term: GlossaryKey }[] = [
    { key: 'raw', title: 'As received', term: 'as_received' },
    { key: 'ocsf', title: 'OCSF', term: 'ocsf' },
    ...(event.versions > 1 ? [{ key: 'versions' as const, title: `${count(event.versions)} versions`, term: 'versions' as const }] : []),
  ];
  // The form stays for the next event; one without it shows its record as received.
  const shown = tabs.some((tab) => tab.key === chosen) ? chosen : 'raw';
  const onKeyDown = (press: KeyboardEvent): void => {
    const step = press.key === 'ArrowRight' ? 1 : press.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    press.preventDefault();
    const next = tabs[(tabs.findIndex((tab) => tab.key === shown) + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    setTab(next.key);
    document.getElementById(`record-${next.key}`)?.focus();
  };
  return (
    <section className={classes['section']} aria-labelledby="record-title">
      <Heading level={3} id="record-title" className="pk-hidden">
        Record
      </Heading>
      <div role="tablist" aria-label="Record" tabIndex={-1} className={classes['tabs']} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <Meaning key={tab.key} of={tab.term}>
            <button
              id={`record-${tab.key}`}
              type="button"
              role="tab"
              aria-selected={tab.key === shown}
              aria-controls="record-panel"
              tabIndex={tab.key === shown ? 0 : -1}
              onClick={() => {
                setTab(tab.key);
              }}
            >
              {tab.title}
            </button>
          </Meaning>
        ))}
      </div>
      <div role="tabpanel" id="record-panel" aria-labelledby={`record-${shown}`}>
        {shown === 'raw' ? <Raw key={event.id} id={event.id} /> : shown === 'ocsf' ? <Ocsf key={event.id} event={event} /> : <AllVersions key={event.id} id={event.id} />}
      </div>
    </section>
  );
}

function Loading() {
  return (
    <div className={classes['box']} aria-busy="true">
      <Skeleton height={120} />
    </div>
  );
}

const size = (bytes: number): string => {
  if (bytes < 1024) return `${count(bytes)} bytes`;
  return bytes < 1024 * 1024 ? `${count(Math.round(bytes / 1024))} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
};

function Raw({ id }: { id: string }) {
  const [limit, setLimit] = useState(firstPart);
  const { marks } = useEventsView();
  const { asking, download } = useDownload();
  const { data, error, refetch } = useQuery({ ...rawQuery(id, limit), placeholderData: (before) => before });
  if (error) return <ErrorState title="The record could not be loaded" error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  const exact = (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      leftSection={<IconDownload size={15} aria-hidden />}
      loading={asking}
      onClick={() => {
        download(() => askRaw(id), rawPath(id), `${id}.json`);
      }}
    >
      Exact bytes
    </Button>
  );
  if (data.complete) {
    const tree = data.read <= firstPart;
    return (
      <Box bar={<span className="pk-muted">{size(data.read)}</span>} copy={data.text} what="the record" beside={exact}>
        {tree ? <JsonView text={data.text} mark={marks} /> : <PlainText text={data.text} mark={marks} />}
      </Box>
    );
  }
  const total = data.size === null ? '' : ` of ${size(data.size)}`;
  return (
    <>
      <Callout tone="info" icon={<IconInfoCircle size={18} aria-hidden />} title="This record is long">
        The first {size(data.read)}
        {total} are shown as text. Copying gives all of it.
        <div className={classes['buttons']}>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              setLimit(limit * 8);
            }}
          >
            Show up to {size(limit * 8)}
          </Button>
          {exact}
        </div>
      </Callout>
      <Box bar={<span className="pk-muted">First {size(data.read)}</span>} copy={() => wholeRaw(id)} what="the record">
        <PlainText text={data.text} mark={marks} />
      </Box>
    </>
  );
}

function Box(props: { bar: ReactNode; copy: string | (() => Promise<string>); what: string; beside?: ReactNode; children: ReactNode }) {
  return (
    <div className={classes['box']}>
      <div className={classes['boxBar']}>
        {props.bar}
        <span className={classes['spacer']} />
        {props.beside}
        <CopyButton text={props.copy} what={props.what} size="md" />
      </div>
      <div className={classes['boxBody']}>{props.children}</div>
    </div>
  );
}

function Ocsf({ event }: { event: EventRow }) {
  const { data, error, isPending, refetch } = useQuery(ocsfQuery(event.id));
  if (error) return <ErrorState title="The event could not be loaded" error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Loading />;
  if (data === null) {
    return <p className={classes['none']}>There is no OCSF form of this event: its record could not be read.</p>;
  }
  const large = data.length > firstPart;
  return (
    <Box bar={<span className="pk-muted">Open Cybersecurity Schema Framework</span>} copy={data} what="the event as OCSF">
      {large ? <PlainText text={data} /> : <JsonView text={data} />}
    </Box>
  );
}

function AllVersions({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(versionsQuery(id));
  if (error) return <ErrorState title="The versions could not be loaded" error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  return (
    <Versions
      versions={data}
      draw={(version) => (
        <Box
          bar={<span className="pk-muted">{size(new TextEncoder().encode(version.text).length)}</span>}
          copy={version.text}
          what="this version"
        >
          {version.text.length > firstPart ? <PlainText text={version.text} /> : <JsonView text={version.text} />}
        </Box>
      )}
    />
  );
}
