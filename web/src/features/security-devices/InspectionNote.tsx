import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@/ui/icons';
import type { SchemaForm } from '@/forms/useSchemaForm';
import { Callout } from '@/ui/states';
import { Term } from '@/ui/Term';
import { calendarDay } from '@/ui/timeText';
import type { InspectionState } from './useInspection';
import classes from './devices.module.css';

const streamTitles: Record<string, string> = {
  auditevents: 'audit events',
  itemusages: 'item usage events',
  signinattempts: 'sign-in attempts',
};

export const streamTitle = (feature: string): string => streamTitles[feature] ?? feature;

/** What the token says of itself. */
export function InspectionNote({ state, form }: { state: InspectionState; form: SchemaForm }) {
  const { inspection, pending, error } = state;
  const server = form.fields.find((field) => field.name === 'server');
  const proposed = inspection?.proposals['server'];
  const chosen = server ? form.values[server.path] : undefined;
  const known = inspection?.ok === true;
  const offered = server?.choices?.some((choice) => choice.value === proposed) ?? false;
  // A token is not good and wrong at once.
  const elsewhere = known && server !== undefined && proposed !== undefined && offered && chosen !== proposed;
  return (
    <div aria-live="polite">
      {pending && <span className="pk-muted">Reading the token</span>}
      {error && <Callout tone="warn">The token could not be read: {error.message}</Callout>}
      {known && !elsewhere && (
        <Callout tone="ok" icon={<IconCircleCheck size={18} aria-hidden />} title={inspection.sentence}>
          <dl className={classes.facts}>
            {inspection.server !== null && (
              <div>
                <dt>
                  <Term of="server_address">Server</Term>
                </dt>
                <dd className="pk-mono">{inspection.server}</dd>
              </div>
            )}
            <div>
              <dt>
                <Term of="stream">Event kinds</Term>
              </dt>
              <dd>{inspection.features.length === 0 ? 'none' : inspection.features.map(streamTitle).join(', ')}</dd>
            </div>
            <div>
              <dt>
                <Term of="token_expiry">Expires</Term>
              </dt>
              <dd>{inspection.expires_at === null ? 'never' : calendarDay(inspection.expires_at)}</dd>
            </div>
          </dl>
        </Callout>
      )}
      {elsewhere && (
        <Callout tone="warn" icon={<IconAlertTriangle size={18} aria-hidden />}>
          This token belongs to {proposed}, but another server address is chosen.
          <div>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => {
                form.set(server.path, proposed, false);
              }}
            >
              Use {proposed}
            </Button>
          </div>
        </Callout>
      )}
    </div>
  );
}
