import { ActionIcon } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { actionWords, detailWords, kindWords } from '@/data/events/action';
import { tells, vendorOf } from '@/data/events/record';
import type { EventField, EventRow } from '@/data/events/types';
import type { GlossaryKey } from '@/glossary';
import { CopyButton } from '@/ui/CopyButton';
import { IconFilterMinus, IconFilterPlus } from '@/ui/icons';
import { Heading } from '@/ui/PanelHeading';
import { Skeleton } from '@/ui/states';
import { Term } from '@/ui/Term';
import { absolute, span } from '@/ui/timeText';
import { useEventsView } from '../context';
import { countryName, kindOfEvent, outcomeWords, useDeviceName } from '../names';
import type { Facts } from './useFacts';
import classes from './panel.module.css';

/** The longest value that is shown without being asked for. */
const longest = 600;

function delay(event: EventRow): string {
  const ms = Date.parse(event.receivedAt) - Date.parse(event.time);
  if (ms < 0) return 'before its own time: the clock of the vendor is ahead';
  return ms < 1000 ? 'at once' : `${span(ms / 1000)} later`;
}

/** What every event has, whatever it came from. Each value can be wanted, left out, and copied. */
export function FieldsSection({ event, facts }: { event: EventRow; facts: Facts }) {
  const { names } = useEventsView();
  const device = useDeviceName(names, event.deviceId);
  const words = event.action === null ? null : actionWords(event.stream, event.action, facts.targetType);
  const detailed = facts.detail === null ? null : detailWords(facts.detail);
  const vendor = vendorOf(event.stream);
  return (
    <section className={classes['section']} aria-labelledby="fields-title">
      <Heading level={3} id="fields-title" className={classes['sectionName']}>
        Fields
      </Heading>
      <dl className={classes['fields']} data-unreadable={event.unreadable}>
        <Field label="Time" term="event_time" value={event.time}>
          <time dateTime={event.time} title={event.time}>
            {absolute(event.time)}
          </time>
        </Field>
        <Field label="Received" term="received" value={event.receivedAt}>
          <time dateTime={event.receivedAt} title={absolute(event.receivedAt)}>
            {delay(event)}
          </time>
        </Field>
        {/* The title has its words. Some vendors' action is only how it went, which the outcome says. */}
        {event.action !== event.outcome && <Field label="Action" term="action" value={event.action} field="action" mono={words !== event.action} />}
        <Field label="Outcome" term="outcome" value={event.outcome} field="outcome">
          {outcomeWords[event.outcome]}
        </Field>
        {tells(event.stream, 'detail') && (
          <Field label="Status detail" term="status_detail" value={facts.detail} waits={facts.waits}>
            {detailed === null ? null : (
              <>
                {detailed}
                {facts.detailValue !== null && <bdi>: {facts.detailValue.slice(0, 80)}</bdi>} <bdi className="pk-mono pk-muted">{facts.detail}</bdi>
              </>
            )}
          </Field>
        )}
        <Field label="Actor" term="actor" value={event.actorEmail} field="actor" />
        {tells(event.stream, 'actorName') && <Field label="Actor's name" term="actor_name" value={facts.actorName} waits={facts.waits} />}
        <Field label="Actor's ID" term="actor_id" value={event.actorUid} field="actor" mono />
        <Field label="Address" term="source_address" value={event.address} field="address" mono />
        <Field label="Country" term="country" value={event.country} field="country">
          {event.country === null || countryName(event.country) === event.country ? event.country : `${countryName(event.country)} (${event.country})`}
        </Field>
        {tells(event.stream, 'app') && <Field label="App" term="app" value={facts.app} waits={facts.waits} />}
        <Field label="Target" term="target" value={event.target} field="target" mono>
          {event.target === null || facts.targetType === null || event.target.length > longest ? null : (
            <>
              <bdi>{event.target}</bdi> <span className={classes['kind']}>{kindWords(facts.targetType).slice(0, 80)}</span>
            </>
          )}
        </Field>
        {tells(event.stream, 'vault') && <Field label="Vault" term="vault" value={facts.vault} waits={facts.waits} mono />}
        <Field label="Stream" term="stream" value={event.stream} field="stream">
          {names.stream(event.stream)}
        </Field>
        <Field label="Device" term="security_device" value={event.deviceId} field="device">
          <Link to="/settings/security-devices/$deviceId" params={{ deviceId: event.deviceId }} search={{}}>
            <bdi>{device}</bdi>
          </Link>
        </Field>
        <Field label="Kind of event" term="kind_of_event" value={kindOfEvent(event.classUid) ?? `OCSF class ${String(event.classUid)}`}>
          {kindOfEvent(event.classUid) ?? (
            <>
              <Term of="ocsf_class" /> {event.classUid}
            </>
          )}
        </Field>
        {event.unreadable && <Unknown event={event} />}
        <Field label={vendor === null ? "Vendor's event ID" : `${vendor} event ID`} term="vendor_event_id" value={event.vendorUid} mono />
        <Field label="Picket event ID" term="event_id" value={event.id} mono />
      </dl>
    </section>
  );
}

/** What could not be read, in one line in place of one each. */
function Unknown({ event }: { event: EventRow }) {
  const values: [string, string | null][] = [
    ['action', event.action], ['actor', event.actorEmail], ['actor\u2019s ID', event.actorUid], ['address', event.address], ['country', event.country],
    ['target', event.target],
  ];
  const names = values.filter(([, value]) => value === null || value === '').map(([name]) => name);
  if (names.length === 0) return null;
  return (
    <div className={classes['field']}>
      <dt className="pk-muted">Not known</dt>
      <dd>{names.join(', ')}</dd>
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string | null;
  field?: EventField;
  term: GlossaryKey;
  mono?: boolean;
  /** The record it stands in is on its way. */
  waits?: boolean;
  children?: ReactNode;
}

function Field({ label, value, field, term, mono, waits, children }: FieldProps) {
  const { narrow, canExclude } = useEventsView();
  const empty = value === null || value === '';
  const shown = empty ? '' : value.length > longest ? `${value.slice(0, longest)}…` : value;
  return (
    <div className={classes['field']} data-empty={empty}>
      <dt>
        <Term of={term}>{label}</Term>
      </dt>
      <dd>
        <span className={mono && !empty ? `pk-mono ${classes['value'] ?? ''}` : classes['value']}>
          {waits ? <Skeleton width={140} /> : empty ? <span className="pk-muted">–</span> : (children ?? <bdi>{shown}</bdi>)}
        </span>
        {!empty && (
          <span className={classes['acts']}>
            {field && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={`Show only this ${label}`}
                title={`Show only events with this ${label}`}
                onClick={() => {
                  narrow(field, value, false);
                }}
              >
                <IconFilterPlus size={15} aria-hidden />
              </ActionIcon>
            )}
            {field && canExclude(field, value) && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={`Leave out this ${label}`}
                title={`Leave out events with this ${label}`}
                onClick={() => {
                  narrow(field, value, true);
                }}
              >
                <IconFilterMinus size={15} aria-hidden />
              </ActionIcon>
            )}
            <CopyButton text={value} what={label} />
          </span>
        )}
      </dd>
    </div>
  );
}
