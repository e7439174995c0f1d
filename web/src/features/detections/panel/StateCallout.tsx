import { Button, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useId, useState } from 'react';
import { ApiError } from '@/api/client';
import type { DetectionRule } from '@/api/types';
import { changeRule, type RuleEdit } from '@/data/detections/changes';
import { detectionKeys } from '@/data/detections/keys';
import { etagOf } from '@/data/detections/rules';
import { announce, quoted } from '@/ui/announce';
import { IconAlertOctagon, IconAlertTriangle, IconClock, IconMinus } from '@/ui/icons';
import { Callout } from '@/ui/states';
import { Term } from '@/ui/Term';
import { Ago } from '@/ui/time';
import { dayTime } from '@/ui/timeText';
import { Place } from '../Place';
import classes from './panel.module.css';

/** A reason that was begun stays while somebody looks at other rules. */
const reasons = new Map<string, string>();

function useChange(rule: DetectionRule, done: (saved: DetectionRule) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (edit: RuleEdit) => changeRule(client, rule.id, edit, etagOf(rule)),
    onSuccess: done,
    onError: (error) => {
      // What is on the screen is old: the sentence stays, the rule is asked for again.
      if (error instanceof ApiError && (error.status === 412 || error.status === 409)) void client.invalidateQueries({ queryKey: detectionKeys.rule(rule.id) });
    },
  });
}

/** What a rule's state asks of a person, and the switches. */
export function StateCallout({ rule }: { rule: DetectionRule }) {
  const { state, problem, reason, alert_from } = rule.attributes;
  return (
    <>
      {problem && (
        <Callout
          tone={problem.severity === 'error' ? 'bad' : 'warn'}
          icon={problem.severity === 'error' ? <IconAlertOctagon size={18} aria-hidden /> : <IconAlertTriangle size={18} aria-hidden />}
          title={
            problem.line === null
              ? problem.message
              : `Line ${String(problem.line)}${problem.column === null ? '' : `, column ${String(problem.column)}`}: ${problem.message}`
          }
        >
          <Place line={problem.line} column={problem.column} source={problem.source_line} severity={problem.severity} />
          {state === 'broken' && <p className="pk-muted">This rule watches nothing until it is mended. All other rules run.</p>}
        </Callout>
      )}
      {state === 'off' && <Off rule={rule} reason={reason} />}
      {state === 'new' && <Fresh rule={rule} from={alert_from} />}
      {(state === 'running' || state === 'new') && <SwitchOff key={rule.id} rule={rule} />}
    </>
  );
}

function Off({ rule, reason }: { rule: DetectionRule; reason: string | null }) {
  const change = useChange(rule, (saved) => {
    announce(`${quoted(saved.attributes.title)} is on.`);
  });
  return (
    <Callout tone="idle" icon={<IconMinus size={18} aria-hidden />} title="Switched off. It looks at no event.">
      {reason !== null && <p>Reason: {reason}</p>}
      <div className={classes['actions']}>
        <Button size="xs" loading={change.isPending} onClick={() => { change.mutate({ enabled: true }); }}>
          Switch on
        </Button>
      </div>
      <Failure error={change.error} />
    </Callout>
  );
}

function Fresh({ rule, from }: { rule: DetectionRule; from: string | null }) {
  const change = useChange(rule, (saved) => {
    announce(`${quoted(saved.attributes.title)} raises alerts from now on.`);
  });
  return (
    <Callout
      tone="info"
      icon={<IconClock size={18} aria-hidden />}
      title={
        <>
          <Term of="rule_new">New</Term>: it counts its matches and raises no alert yet.
        </>
      }
    >
      {from !== null && (
        <p className="pk-muted">
          It raises alerts from {dayTime(from)}, <Ago time={from} />.
        </p>
      )}
      <div className={classes['actions']}>
        <Button size="xs" variant="default" loading={change.isPending} onClick={() => { change.mutate({ alert_now: true }); }}>
          Alert from now on
        </Button>
      </div>
      <Failure error={change.error} />
    </Callout>
  );
}

function SwitchOff({ rule }: { rule: DetectionRule }) {
  const [open, setOpen] = useState(() => reasons.has(rule.id));
  const [reason, setReason] = useState(() => reasons.get(rule.id) ?? '');
  const [left, setLeft] = useState(false);
  const id = useId();
  const change = useChange(rule, (saved) => {
    reasons.delete(rule.id);
    announce(`${quoted(saved.attributes.title)} is off.`);
  });
  const empty = reason.trim() === '';
  useEffect(() => {
    if (reason !== '') reasons.set(rule.id, reason);
    else reasons.delete(rule.id);
  }, [rule.id, reason]);
  if (!open) {
    return (
      <div className={classes['actions']}>
        <Button size="xs" variant="default" onClick={() => { setOpen(true); }}>
          Switch off
        </Button>
      </div>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setLeft(true);
    if (empty) document.getElementById(id)?.focus();
    else change.mutate({ enabled: false, reason: reason.trim() });
  };
  return (
    <form className={classes['switch']} onSubmit={submit} noValidate>
      <Textarea
        id={id}
        label="Why switch it off?"
        description="Everybody can read it in the history."
        withAsterisk
        autosize
        minRows={2}
        maxLength={1000}
        data-autofocus
        autoFocus
        value={reason}
        error={left && empty ? 'Give a reason, so that others know when it can be switched on again.' : null}
        onChange={(event) => { setReason(event.currentTarget.value); }}
        onBlur={() => { if (!empty) setLeft(true); }}
        onKeyDown={(event) => { if (event.key === 'Escape') event.stopPropagation(); }}
      />
      <Failure error={change.error} />
      <div className={classes['actions']}>
        <Button size="xs" color="red" type="submit" loading={change.isPending}>
          Switch off
        </Button>
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            setOpen(false);
            setReason('');
            setLeft(false);
            change.reset();
          }}
        >
          Leave it on
        </Button>
      </div>
    </form>
  );
}

function Failure({ error }: { error: Error | null }) {
  if (error === null) return null;
  const stale = error instanceof ApiError && error.status === 412;
  return (
    <p role="alert" className={classes['complaint']}>
      {stale ? 'Somebody else changed this rule in the meantime; nothing was changed. What it is now is shown: look, and try again.' : error.message}
    </p>
  );
}
