import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Device, StreamStatus } from '@/api/types';
import type { DeviceWithActors } from '@/data/devices/devices';
import { relatedId } from '@/data/included';
import type { GlossaryKey } from '@/glossary';
import { AppLink } from '@/ui/AppLink';
import { CopyButton } from '@/ui/CopyButton';
import { IconBook } from '@/ui/icons';
import { Term } from '@/ui/Term';
import { Ago } from '@/ui/time';
import { absolute, calendarDay, count } from '@/ui/timeText';
import { useDevicesView } from '../context';
import { Heading } from '@/ui/PanelHeading';
import { Expiry } from './Expiry';
import { GuideDialog } from './HealthSection';
import { goTo } from './jump';
import { eventsAddress } from '../links';
import sections from './sections.module.css';
import classes from './information.module.css';

export function InformationSection({ device, details }: { device: Device; details: DeviceWithActors | undefined }) {
  const view = useDevicesView();
  const [guide, setGuide] = useState(false);
  const { attributes } = device;
  const { credential } = attributes;
  const gone = attributes.deleted_at !== null;
  const plugin = view.plugin(attributes.plugin_slug);
  const server = attributes.device_spec?.['server'];
  const streams = attributes.status_details?.streams ?? [];
  return (
    <section className={sections.section} aria-labelledby="information-title">
      <Heading level={3} id="information-title" className={sections.sectionTitle}>
        Information
      </Heading>
      <dl className={classes.information}>
        <Row label="Name" copy={attributes.name}>
          <bdi>{attributes.name}</bdi>
        </Row>
        <Row label="Location" term="location" copy={attributes.location}>
          <bdi>{attributes.location}</bdi>
        </Row>
        <Row label="GUID" term="guid" copy={device.id}>
          <span className="pk-mono">{device.id}</span>
        </Row>
        <Row label="Technology" term="technology">
          {view.technology(attributes.plugin_slug)}
          {plugin && (
            <button
              type="button"
              className={`${sections.quiet} ${classes.guideLink}`}
              onClick={() => {
                setGuide(true);
              }}
            >
              <IconBook size={14} aria-hidden /> Setup guide
            </button>
          )}
        </Row>
        {typeof server === 'string' && (
          <Row label="Server address" term="server_address" copy={server}>
            <span className="pk-mono">{server}</span>
          </Row>
        )}
        <Row label="Streams" term="stream">
          {streams.length === 0 ? <span className="pk-muted">not known yet</span> : streams.map((one) => one.title).join(', ')}
        </Row>
        <Row label="Read from" term="read_from" copy={attributes.start_time}>
          <span title={attributes.start_time}>{absolute(attributes.start_time)}</span>
        </Row>
        {streams.length > 0 && (
          <Row label="Events stored" term="events_stored">
            <Stored device={device} counts={streams.map((one) => [one, one.events_total])} />
          </Row>
        )}
        {streams.some((one) => one.events_unreadable > 0) && (
          <Row label="Unreadable" term="unreadable">
            <Stored device={device} counts={streams.map((one) => [one, one.events_unreadable])} record="unreadable" />
          </Row>
        )}
        <Row label="Account" term="account" copy={credential?.account_uuid}>
          {credential?.account_uuid ? (
            <span className="pk-mono">{credential.account_uuid}</span>
          ) : (
            <span className="pk-muted">not known yet</span>
          )}
        </Row>
        <Row label="API token" term="api_token">
          {credential === null ? (
            'No token yet'
          ) : (
            <>
              ends in <span className="pk-mono">{credential.last_four ?? '????'}</span>{' '}
              {gone ? null : <span className="pk-muted">(stored in the vault, replace only)</span>}
            </>
          )}
        </Row>
        {credential !== null && (
          <>
            <Row label="Token fingerprint" term="fingerprint" copy={credential.fingerprint}>
              <span className="pk-mono">{credential.fingerprint}</span>
            </Row>
            {!gone && (
              <Row label="Token expiry" term="token_expiry">
                <Expiry device={device} />
              </Row>
            )}
            {credential.issued_at !== null && (
              <Row label="Token issued" copy={credential.issued_at}>
                {calendarDay(credential.issued_at)}
              </Row>
            )}
            {storedLater(device) && (
              <Row label="Token stored">
                <Ago time={credential.replaced_at} alone />
              </Row>
            )}
          </>
        )}
        <Row label="Created" copy={attributes.created_at}>
          <Ago time={attributes.created_at} alone />
          <By name={details?.createdBy} id={relatedId(device, 'created_by')} />
        </Row>
        <Row label="Updated" copy={attributes.updated_at}>
          <Ago time={attributes.updated_at} alone />
          <By name={details?.updatedBy} id={relatedId(device, 'updated_by')} />
        </Row>
      </dl>
      {plugin && (
        <GuideDialog
          opened={guide}
          onClose={() => {
            setGuide(false);
          }}
          plugin={plugin}
        />
      )}
    </section>
  );
}

/** How many are stored, of the device and of each stream; each number leads to them. */
function Stored({ device, counts, record }: { device: Device; counts: [StreamStatus, number][]; record?: 'unreadable' }) {
  const of = { device: device.id, range: 'all', ...(record && { record }) };
  const what = (number: number): string => `${record === undefined ? '' : `${record} `}${number === 1 ? 'event' : 'events'}`;
  // A stream without events may be news; one without unreadable ones is as it should be.
  const told = record === undefined ? counts : counts.filter(([, number]) => number > 0);
  return (
    <>
      <AppLink href={eventsAddress(of)}>{count(counts.reduce((sum, [, number]) => sum + number, 0))}</AppLink>
      {counts.length > 1 && (
        <ul className={classes.storedOf}>
          {told.map(([{ stream, title }, number]) => (
            <li key={stream}>
              {title}{' '}
              <AppLink href={eventsAddress({ ...of, stream })} className="pk-num" aria-label={`${count(number)} ${what(number)} of ${title} in all, show them`}>
                {count(number)}
              </AppLink>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Who did it; leads to what else they did to this device. */
function By({ name, id }: { name: string | null | undefined; id: string | null }) {
  if (!name) return null;
  if (id === null) return <> by {name}</>;
  return (
    <>
      {' by '}
      <Link
        to="."
        search={(now) => ({ ...now, by: id })}
        replace
        title="What they did to this device"
        onClick={(event) => {
          if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) goTo(event.currentTarget, 'history-title');
        }}
      >
        {name}
      </Link>
    </>
  );
}

/** The first token usually comes with the device, in one step; then its time says nothing that "Created" does not. */
function storedLater({ attributes: { credential, created_at } }: Device): boolean {
  return credential !== null && Date.parse(credential.replaced_at) - Date.parse(created_at) > 5000;
}

function Row(props: { label: string; term?: GlossaryKey; copy?: string | null | undefined; children: ReactNode }) {
  return (
    <div className={classes.infoRow}>
      <dt>{props.term ? <Term of={props.term}>{props.label}</Term> : props.label}</dt>
      <dd>
        <span className={classes.infoValue}>{props.children}</span>
        {props.copy ? (
          <span className={classes.infoCopy}>
            <CopyButton text={props.copy} what={props.label} size="xs" />
          </span>
        ) : null}
      </dd>
    </div>
  );
}
