import { useQuery } from '@tanstack/react-query';
import { memo, type ReactNode } from 'react';
import type { Device } from '@/api/types';
import { weekTotalQuery } from '@/data/counts/deviceCounts';
import { weekAlertsQuery } from '@/data/detections/alerts';
import { deviceDetectionsQuery } from '@/data/detections/rules';
import { lastGoodPollQuery } from '@/data/polls/polls';
import type { GlossaryKey } from '@/glossary';
import { AppLink } from '@/ui/AppLink';
import { Skeleton } from '@/ui/states';
import { Term } from '@/ui/Term';
import { Ago } from '@/ui/time';
import { bytes, count, took } from '@/ui/timeText';
import { NextPoll } from '../NextPoll';
import { nextPollOf } from '../nextPollText';
import { Expiry } from './Expiry';
import { Heading } from '@/ui/PanelHeading';
import { goTo } from './jump';
import { eventsAddress } from '../links';
import sections from './sections.module.css';
import classes from './health.module.css';

/** Does it connect, does data come, what comes of it. */
export const HealthCards = memo(function HealthCards({ device }: { device: Device }) {
  return (
    <div className={classes.cards}>
      <Connection device={device} />
      <Data device={device} />
      <Alerts device={device} />
    </div>
  );
});

function Connection({ device }: { device: Device }) {
  const { attributes } = device;
  const poll = useQuery(lastGoodPollQuery(device.id));
  return (
    <Card title="Connection">
      <Fact term="last_successful_poll">
        <Ago time={attributes.last_successful_poll_at} alone />
      </Fact>
      {attributes.deleted_at === null && (
        <Fact term="next_poll">
          <NextPoll {...nextPollOf(device)} />
        </Fact>
      )}
      <Fact term="response_time">
        {poll.isPending ? (
          <Skeleton width={44} />
        ) : poll.data ? (
          took(poll.data.attributes.duration_ms / Math.max(1, poll.data.attributes.pages))
        ) : (
          <span className="pk-muted">not known yet</span>
        )}
      </Fact>
      {attributes.deleted_at === null && (
        <Fact term="token_expiry">
          <Expiry device={device} />
        </Fact>
      )}
    </Card>
  );
}

function Data({ device }: { device: Device }) {
  const { attributes } = device;
  const { usual_24h: usual, bytes_total: stored } = attributes;
  return (
    <Card title="Data">
      <Fact term="last_data_received">
        <Ago time={attributes.last_data_received_at} alone />
      </Fact>
      <Fact term="newest_event">
        <Ago time={attributes.newest_event_at} alone />
      </Fact>
      <Fact term="events_24h">
        <AppLink
          href={eventsAddress({ device: device.id, range: '24h' })}
          aria-label={`${count(attributes.events_24h)} events in 24 hours, show them`}
        >
          {count(attributes.events_24h)}
        </AppLink>
        <span className={sections.aside}>
          <Term of="usual">{usual === null ? 'Usual: not known yet' : `usually ${count(Math.round(usual))}`}</Term>
        </span>
      </Fact>
      <Fact term="stored">{bytes(stored)}</Fact>
    </Card>
  );
}

/** From events to alerts. What comes after alerts does not exist yet and is not drawn as zeros. */
function Alerts({ device }: { device: Device }) {
  const events = useQuery(weekTotalQuery(device.id));
  const rules = useQuery(deviceDetectionsQuery(device.id));
  const alerts = useQuery(weekAlertsQuery(device.id));
  const matches = rules.data?.rules.reduce((sum, rule) => sum + rule.matches_7d, 0);
  return (
    <Card title="Alerts">
      <Fact term="events_7d">
        <Counted value={events.data} failed={events.isError}>
          {(value) => (
            <AppLink href={eventsAddress({ device: device.id, range: '7d' })} aria-label={`${count(value)} events in 7 days, show them`}>
              {count(value)}
            </AppLink>
          )}
        </Counted>
      </Fact>
      <Fact term="matches_7d">
        <Counted value={matches} failed={rules.isError}>
          {(value) =>
            device.attributes.deleted_at !== null ? (
              count(value)
            ) : (
              <button
                type="button"
                className="pk-text-button pk-num"
                aria-label={`${count(value)} ${value === 1 ? 'match' : 'matches'} in 7 days, go to the rules of this device`}
                onClick={(event) => {
                  goTo(event.currentTarget, 'device-detections');
                }}
              >
                {count(value)}
              </button>
            )
          }
        </Counted>
      </Fact>
      <Fact term="alerts_7d">
        <Counted value={alerts.data} failed={alerts.isError}>
          {count}
        </Counted>
      </Fact>
    </Card>
  );
}

function Counted({ value, failed, children }: { value: number | undefined; failed: boolean; children: (value: number) => ReactNode }) {
  if (value !== undefined) return <>{children(value)}</>;
  return failed ? <span className="pk-muted">could not be counted</span> : <Skeleton width={60} />;
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={classes.card}>
      <Heading level={4} className={sections.cardTitle}>
        {title}
      </Heading>
      <dl>{children}</dl>
    </div>
  );
}

function Fact({ term, children }: { term: GlossaryKey; children: ReactNode }) {
  return (
    <div>
      <dt>
        <Term of={term} />
      </dt>
      <dd className="pk-num">{children}</dd>
    </div>
  );
}
