import { Anchor, Button, Loader } from '@mantine/core';
import { IconAlertOctagon, IconPlugConnected } from '@/ui/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef } from 'react';
import { serverNow } from '@/api/clock';
import type { FormField, Plugin } from '@/api/types';
import { createDevice, type NewDevice } from '@/data/devices/changes';
import { pluginsQuery, testBeforeSaving } from '@/data/plugins/plugins';
import { draftOf, dropDraft, keepDraft } from '@/data/session/drafts';
import { SchemaFields } from '@/forms/SchemaFields';
import { bodyOf, commonFields, initialValues, type Values } from '@/forms/schema';
import { dateComplaint, daysAgo, daysBetween, startOf } from '@/forms/startDate';
import { useSchemaForm } from '@/forms/useSchemaForm';
import { announce, quoted } from '@/ui/announce';
import { Callout, EmptyState, ErrorState } from '@/ui/states';
import { rememberAdded } from '../added';
import { CheckList } from '../CheckList';
import { InspectionNote } from '../InspectionNote';
import { TechnologyLogo } from '@/ui/TechnologyLogo';
import { useMedia } from '@/ui/useMedia';
import { useInspection } from '../useInspection';
import { Guide } from './Guide';
import classes from './add.module.css';

export default function AddDevice({ slug }: { slug: string }) {
  const plugins = useQuery(pluginsQuery);
  if (plugins.isPending) return <Loader className={classes.loader} role="status" aria-label="Loading" />;
  if (plugins.error) {
    return (
      <ErrorState
        heading="h1"
        title="The form could not be loaded"
        error={plugins.error}
        onRetry={() => void plugins.refetch()}
      />
    );
  }
  const plugin = plugins.data.find((one) => one.attributes.plugin_slug === slug);
  if (!plugin) {
    return (
      <EmptyState
        heading="h1"
        title="Picket does not know this technology"
        text={`The address asks for "${slug}". Choose from the technologies that this server can connect.`}
        action={
          <Button component={Link} to="/settings/security-devices/add">
            Choose a technology
          </Button>
        }
      />
    );
  }
  return <AddForm plugin={plugin} />;
}

function startField(plugin: Plugin, now: number): FormField | null {
  const { backfill, fields } = plugin.attributes.device_spec_json;
  if (!backfill || fields.some((field) => field.path === 'start_time')) return null;
  return {
    name: 'start_time',
    path: 'start_time',
    label: 'How far back to read',
    type: 'date',
    required: true,
    help: `Events from this day on are read. At most ${String(backfill.max_days)} days back.`,
    default: daysAgo(backfill.default_days, now),
  };
}

export function AddForm({ plugin }: { plugin: Plugin }) {
  const slug = plugin.attributes.plugin_slug;
  const title = plugin.attributes.display_name;
  const spec = plugin.attributes.device_spec_json;
  const maxDays = spec.backfill?.max_days ?? 120;
  const draftKey = `device ${slug}`;
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);
  const fields = useMemo(() => {
    const start = startField(plugin, serverNow());
    return [...commonFields, ...spec.fields, ...(start ? [start] : [])];
  }, [plugin, spec.fields]);
  const state = useSchemaForm(fields, draftOf<Values>(draftKey) ?? initialValues(fields), {
    onChange: (values) => {
      keepDraft(draftKey, values);
    },
    judge: (field, value) => (field.path === 'start_time' ? dateComplaint(value, maxDays, serverNow()) : null),
  });
  const inspection = useInspection(slug, state);
  // Where the guide would stand below the buttons it stands at the field that it is about.
  const hasToken = fields.some((field) => field.inspect === true && field.type === 'secret');
  const narrow = useMedia('(max-width: 1100px)') && hasToken;

  useEffect(() => {
    document.title = `Add ${title} · Picket`;
  }, [title]);

  const toFirstError = (): void => {
    window.setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const body = (): NewDevice => {
    const filled = bodyOf(fields, state.values) as unknown as NewDevice;
    const start = state.values['start_time'];
    return {
      ...filled,
      plugin_slug: slug,
      device_spec: filled.device_spec ?? {},
      ...(start ? { start_time: startOf(start, maxDays, serverNow()) } : {}),
    };
  };

  const test = useMutation({
    mutationFn: () => {
      const { device_spec, secrets } = body();
      return testBeforeSaving(slug, { device_spec, ...(secrets ? { secrets } : {}) });
    },
    onError: (error) => {
      state.fail(error);
      toFirstError();
    },
  });
  const save = useMutation({
    mutationFn: () => createDevice(client, body()),
    onSuccess: (device) => {
      dropDraft(draftKey);
      rememberAdded(device.id);
      announce(`${quoted(device.attributes.name)} is saved. Picket verifies the connection now.`);
      void navigate({ to: '/settings/security-devices', search: {} });
    },
    onError: (error) => {
      state.fail(error);
      toFirstError();
    },
  });

  return (
    <div className={classes.page}>
      <div className={classes.split}>
        <div className={classes.column}>
          <Anchor component={Link} to="/settings/security-devices/add" size="sm">
            All technologies
          </Anchor>
          <div className={classes.title}>
            <TechnologyLogo plugin={plugin} size={28} />
            <h1>Add Security Device: {title}</h1>
          </div>
          <form
            ref={form}
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              if (save.isPending) return;
              state.clearFailure();
              if (state.check()) save.mutate();
              else toFirstError();
            }}
          >
            <SchemaFields
              form={state}
              below={(field) =>
                field.inspect === true && field.type === 'secret' ? (
                  <>
                    <InspectionNote state={inspection} form={state} />
                    {narrow && (
                      <details className={classes.folded}>
                        <summary>How to get a token</summary>
                        <Guide plugin={plugin} />
                      </details>
                    )}
                  </>
                ) : field.path === 'start_time' && !state.errors[field.path] ? (
                  <span className="pk-muted">{daysText(state.values[field.path] ?? '', maxDays)}</span>
                ) : null
              }
            />
            {state.formError !== null && (
              <div className={classes.formError}>
                <Callout tone="bad" role="alert" icon={<IconAlertOctagon size={18} aria-hidden />}>
                  {state.formError}
                </Callout>
              </div>
            )}
            <div className={classes.actions}>
              <Button type="submit" loading={save.isPending}>
                Save
              </Button>
              <Button
                variant="default"
                leftSection={<IconPlugConnected size={16} aria-hidden />}
                loading={test.isPending}
                onClick={() => {
                  state.clearFailure();
                  const connection = (field: FormField): boolean => /^(device_spec|secrets)\./.test(field.path);
                  if (state.check(connection)) test.mutate();
                  else toFirstError();
                }}
              >
                Test connection
              </Button>
              <Button
                variant="subtle"
                color="gray"
                onClick={() => {
                  dropDraft(draftKey);
                  void navigate({ to: '/settings/security-devices', search: {} });
                }}
              >
                Cancel
              </Button>
            </div>
            <div aria-live="polite" className={classes.result}>
              {test.data && !test.isPending && <CheckList result={test.data} />}
            </div>
          </form>
        </div>
        {!narrow && <Guide plugin={plugin} />}
      </div>
    </div>
  );
}

/** Nothing while the day is still being typed. */
function daysText(date: string, maxDays: number): string {
  const now = serverNow();
  if (dateComplaint(date, maxDays, now) !== null) return '';
  const days = daysBetween(date, now);
  if (days === 0) return 'From midnight today.';
  return `${String(days)} ${days === 1 ? 'day' : 'days'} back.`;
}
