import { Button } from '@mantine/core';
import { IconAlertOctagon, IconAlertTriangle } from '@/ui/icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { ApiError } from '@/api/client';
import type { FormField, Plugin, Secrets } from '@/api/types';
import { changeDevice, replaceSecret } from '@/data/devices/changes';
import { deviceQuery, type DeviceWithActors, etagOf } from '@/data/devices/devices';
import { SchemaFields } from '@/forms/SchemaFields';
import { bodyOf, commonFields, initialValues } from '@/forms/schema';
import { useSchemaForm } from '@/forms/useSchemaForm';
import { announce, quoted } from '@/ui/announce';
import { Callout } from '@/ui/states';
import { InspectionNote } from '../InspectionNote';
import { useInspection } from '../useInspection';
import { Conflict } from './Conflict';
import { conflictsOf, editOf, openValues, type ConflictField } from './conflicts';
import { Reread } from './Reread';
import classes from './edit.module.css';

interface Props {
  seen: DeviceWithActors;
  plugin: Plugin | undefined;
  onDirty: (dirty: boolean) => void;
  onDone: () => void;
  onCancel: () => void;
  /** The person tried to leave with changes. */
  asking: boolean;
  onStay: () => void;
  onDiscard: () => void;
}

/** The form is longer than its dialog: what is said about saving must be in sight, also above the buttons that stay at the foot. */
function intoSight(said: HTMLDivElement | null): void {
  said?.scrollIntoView({ block: 'center' });
}

export function EditForm(props: Props) {
  const { seen, plugin } = props;
  const { id, attributes } = seen.device;
  const client = useQueryClient();
  const formElement = useRef<HTMLFormElement>(null);
  const spec = plugin?.attributes.device_spec_json;
  const [openFields, secretFields] = useMemo(() => {
    const own = spec?.fields ?? [];
    const secret = own
      .filter((field) => field.type === 'secret')
      .map((field) => ({
        ...field,
        required: false,
        help: 'Leave empty to keep the token in use. A new one continues at the same place; nothing is lost or doubled.',
      }));
    return [[...commonFields, ...own.filter((field) => field.type !== 'secret' && field.path.startsWith('device_spec.'))], secret];
  }, [spec]);
  const fields = useMemo(() => [...openFields, ...secretFields], [openFields, secretFields]);
  const [base, setBase] = useState({ device: seen.device, etag: seen.etag });
  const form = useSchemaForm(fields, { ...initialValues(secretFields), ...openValues(openFields, seen.device) });
  const inspection = useInspection(attributes.plugin_slug ?? '', form);
  const [conflict, setConflict] = useState<{ fields: ConflictField[]; now: DeviceWithActors } | null>(null);
  const [otherAccount, setOtherAccount] = useState<string | null>(null);
  const [deleted, setDeleted] = useState(false);

  const edit = editOf(openFields, base.device, form.values);
  const hasToken = secretFields.some((field) => (form.values[field.path] ?? '') !== '');
  const dirty = edit !== null || hasToken;
  const { onDirty } = props;
  useEffect(() => {
    onDirty(dirty);
  }, [dirty, onDirty]);

  useEffect(() => {
    // The dialog looks for it as it opens, and its fields may come later.
    formElement.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus({ preventScroll: true });
  }, []);

  const toFirstError = (): void => {
    window.setTimeout(() => formElement.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };

  /** Saves the open fields; when somebody was faster, either nothing of theirs is touched or they are shown. */
  const saveOpen = async (from: { device: DeviceWithActors['device']; etag: string }): Promise<boolean> => {
    const wanted = editOf(openFields, from.device, form.values);
    if (wanted === null) return true;
    try {
      const saved = await changeDevice(client, id, wanted, from.etag);
      setBase({ device: saved, etag: etagOf(saved) });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412) throw error;
      const now = await client.fetchQuery({ ...deviceQuery(id), staleTime: 0 });
      const theirs = conflictsOf(openFields, from.device, now.device, form.values);
      if (theirs.length > 0) {
        setConflict({ fields: theirs, now });
        return false;
      }
      // The version moved for another reason (a new token, say): nothing that is edited here was changed.
      const next = { device: now.device, etag: now.etag };
      setBase(next);
      return saveOpen(next);
    }
  };

  const save = useMutation({
    mutationFn: async (options: { from?: { device: DeviceWithActors['device']; etag: string }; accept?: boolean }) => {
      if (!(await saveOpen(options.from ?? base))) return false;
      if (hasToken) {
        const body = bodyOf(secretFields, form.values);
        await replaceSecret(client, id, (body['secrets'] ?? {}) as Secrets, options.accept === true);
      }
      return true;
    },
    onSuccess: (done) => {
      if (!done) return;
      announce(`${quoted(form.values['name'] ?? attributes.name)} is saved.`);
      props.onDone();
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'account_mismatch') {
        setOtherAccount(error.message);
        return;
      }
      if (error instanceof ApiError && error.status === 404) {
        setDeleted(true);
        return;
      }
      form.fail(error);
      toFirstError();
    },
  });

  const submit = (): void => {
    if (save.isPending) return;
    form.clearFailure();
    setConflict(null);
    setOtherAccount(null);
    if (!form.check()) toFirstError();
    else if (dirty) save.mutate({});
    else props.onDone();
  };

  return (
    <form
      ref={formElement}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {conflict && (
        <Conflict
          fields={conflict.fields}
          now={conflict.now}
          onResolve={(values) => {
            for (const [path, value] of Object.entries(values)) form.set(path, value);
            setBase({ device: conflict.now.device, etag: conflict.now.etag });
            setConflict(null);
          }}
        />
      )}
      <SchemaFields form={form} fields={openFields} autoFocus />
      {secretFields.length > 0 && (
        <fieldset className={classes.part}>
          <legend>Replace the token</legend>
          <SchemaFields
            form={form}
            fields={secretFields}
            below={(field: FormField) => (field.inspect === true ? <InspectionNote state={inspection} form={form} /> : null)}
          />
        </fieldset>
      )}
      {otherAccount !== null && (
        <div className={classes.gap} ref={intoSight}>
          <Callout tone="warn" role="alert" icon={<IconAlertTriangle size={18} aria-hidden />} title="Another account">
            <p>{otherAccount}</p>
            <div className={classes.inline}>
              <Button
                size="xs"
                color="red"
                loading={save.isPending}
                onClick={() => {
                  setOtherAccount(null);
                  save.mutate({ accept: true });
                }}
              >
                Use the other account
              </Button>
              <Button
                size="xs"
                variant="default"
                onClick={() => {
                  setOtherAccount(null);
                  for (const field of secretFields) form.set(field.path, '');
                }}
              >
                Keep the token in use
              </Button>
            </div>
          </Callout>
        </div>
      )}
      {spec?.backfill && <Reread id={id} backfill={spec.backfill} />}
      {deleted && (
        <div className={classes.gap} ref={intoSight}>
          <Callout tone="warn" role="alert" icon={<IconAlertTriangle size={18} aria-hidden />} title="This device was deleted">
            Somebody deleted it while you were editing, so nothing can be saved to it. What you typed stays here until you close this.
          </Callout>
        </div>
      )}
      {form.formError !== null && (
        <div className={classes.gap} ref={intoSight}>
          <Callout tone="bad" role="alert" icon={<IconAlertOctagon size={18} aria-hidden />}>
            {form.formError}
          </Callout>
        </div>
      )}
      {props.asking ? (
        <div className={classes.gap}>
          <Callout tone="warn" role="alert" title="Discard the changes?">
            <div className={classes.inline}>
              <Button size="xs" variant="default" autoFocus onClick={props.onStay}>
                Go on editing
              </Button>
              <Button size="xs" color="red" onClick={props.onDiscard}>
                Discard
              </Button>
            </div>
          </Callout>
        </div>
      ) : (
        <div className={classes.buttons}>
          <Button variant="default" onClick={props.onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={conflict !== null || deleted}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}
