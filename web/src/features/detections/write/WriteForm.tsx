import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import { ApiError } from '@/api/client';
import { saveOwnRule } from '@/data/detections/changes';
import { ownRuleQuery, type OwnRuleWithEtag } from '@/data/detections/rules';
import { announce, quoted } from '@/ui/announce';
import { IconAlertOctagon, IconTrash } from '@/ui/icons';
import { Callout } from '@/ui/states';
import { BacktestSection } from '../backtest/BacktestSection';
import { DeleteOwn } from './DeleteOwn';
import { draftOf, dropDraft, keepDraft } from './drafts';
import { Editor, type EditorHandle } from './Editor';
import { Problems } from './Problems';
import { Stale } from './Stale';
import { errorsOf, useCheck } from './useCheck';
import classes from './write.module.css';

export interface Start {
  text: string;
  /** null for a text that is not stored yet. */
  own: OwnRuleWithEtag | null;
}

/** A text of rules being written: checked while it is, tried on what is stored, saved. */
export function WriteForm({ draftKey, start }: { draftKey: string; start: Start }) {
  const [text, setText] = useState(() => draftOf(draftKey)?.text ?? start.text);
  // A draft goes on from the version that it began from, however old that is by now.
  const [etag, setEtag] = useState(() => draftOf(draftKey)?.etag ?? start.own?.etag ?? null);
  const [stale, setStale] = useState<OwnRuleWithEtag | null>(null);
  /** What somebody wrote before they went on with the stored text. */
  const [aside, setAside] = useState<string | null>(null);
  const [deleting, setDeleting] = useState(false);
  const ownId = start.own?.own.id ?? null;
  const check = useCheck(text, ownId);
  const editor = useRef<EditorHandle>(null);
  const hint = useId();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [saved, setSaved] = useState(start.text);
  const dirty = text !== saved;
  const errors = check.answer === null ? 0 : errorsOf(check.answer.problems);

  const change = (next: string): void => {
    setText(next);
    if (next === saved) dropDraft(draftKey);
    else keepDraft(draftKey, { text: next, etag });
  };
  useEffect(() => {
    document.title = ownId === null ? 'Write a rule · Picket' : 'Edit a rule · Picket';
  }, [ownId]);
  const save = useMutation({
    mutationFn: async (over: string | null) => {
      const of = ownId === null ? null : { id: ownId, etag: over ?? etag ?? '' };
      return saveOwnRule(client, text, of);
    },
    onSuccess: (own) => {
      dropDraft(draftKey);
      const { titles } = own.attributes;
      announce(titles.length === 1 ? `${quoted(titles[0] ?? '')} is saved.` : `${String(titles.length)} rules are saved.`);
      void navigate({ to: '/detections', search: { origin: 'own' } });
    },
    onError: async (error) => {
      if (ownId === null || !(error instanceof ApiError) || (error.status !== 412 && error.status !== 409)) return;
      const now = await client.fetchQuery({ ...ownRuleQuery(ownId), staleTime: 0 }).catch(() => null);
      if (now !== null && now.etag !== etag) setStale(now);
    },
  });
  const places = save.error instanceof ApiError ? save.error.problems.filter((one) => one.place !== undefined) : [];
  const cannot = text.trim() === '' ? 'Write a rule first.' : errors > 0 ? 'A rule with errors cannot be tried. Mend them first.' : undefined;
  const held = check.error ? 'It cannot be saved before it is checked' : errors > 0 ? 'It cannot be saved while it has errors' : undefined;

  return (
    <form
      className={classes['page']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setStale(null);
        if (check.error) {
          check.again();
          return;
        }
        const first = check.checking ? undefined : check.answer?.problems.find((one) => one.severity === 'error');
        if (first) editor.current?.goTo(first.line, first.column);
        else if (text.trim() !== '') save.mutate(null);
      }}
    >
      <div className={classes['head']}>
        <h1>{ownId === null ? 'Write a rule' : 'Edit a rule'}</h1>
        {ownId !== null && (
          <Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => { setDeleting(true); }}>
            Delete
          </Button>
        )}
      </div>
      <div className={classes['columns']}>
        <div className={classes['left']}>
          {/* Above the editor, where it is seen: the form may be higher than the window. */}
          {stale && (
            <Stale
              now={stale}
              onTheirs={() => {
                const theirs = stale.own.attributes.text;
                setStale(null);
                setEtag(stale.etag);
                setSaved(theirs);
                setAside(text);
                setText(theirs);
                dropDraft(draftKey);
                save.reset();
              }}
              onMine={() => {
                setStale(null);
                setEtag(stale.etag);
                keepDraft(draftKey, { text, etag: stale.etag });
                save.mutate(stale.etag);
              }}
            />
          )}
          {aside !== null && (
            <p className="pk-muted">
              Your own version is set aside.{' '}
              <button type="button" className="pk-text-button" onClick={() => { change(aside); setAside(null); }}>
                Bring it back
              </button>
            </p>
          )}
          <Editor ref={editor} value={text} onChange={change} problems={check.answer?.problems ?? []} describedBy={hint} />
          <p id={hint} className="pk-muted">
            A rule in the Sigma format, or several with a line of three dashes between them. Tab leaves the editor.
          </p>
          {save.error && stale === null && (
            <Callout tone="bad" role="alert" icon={<IconAlertOctagon size={18} aria-hidden />} title="It was not saved">
              {places.length > 0
                ? places.map((one, index) => (
                    <p key={index}>
                      <button type="button" className="pk-text-button" onClick={() => { editor.current?.goTo(one.place?.line ?? 1, one.place?.column ?? 1); }}>
                        Line {one.place?.line}, column {one.place?.column}
                      </button>
                      : {one.detail}
                    </p>
                  ))
                : save.error.message}
            </Callout>
          )}
          <div className={classes['buttons']}>
            <Button component={Link} to="/detections" variant="default">
              {dirty ? 'Leave it for later' : 'Back'}
            </Button>
            {/* With errors it leads to the first of them, unchecked it asks for the check again; either way it looks as if it did not save. */}
            <Button
              type="submit"
              loading={save.isPending}
              disabled={text.trim() === '' || (ownId !== null && !dirty)}
              {...(held === undefined ? {} : { 'data-disabled': true, 'aria-disabled': true, title: held })}
            >
              Save
            </Button>
          </div>
        </div>
        <div className={classes['right']}>
          <section aria-label="Check" className={classes['check']} aria-busy={check.checking}>
            <Problems check={check} text={text} onGo={(line, column) => { editor.current?.goTo(line, column); }} />
          </section>
          <BacktestSection of={{ text, ownRuleId: ownId }} blocked={cannot} />
        </div>
      </div>
      {deleting && start.own && (
        <DeleteOwn
          seen={{ ...start.own, etag: etag ?? start.own.etag }}
          onClose={(deleted) => {
            setDeleting(false);
            if (!deleted) return;
            dropDraft(draftKey);
            void navigate({ to: '/detections' });
          }}
        />
      )}
    </form>
  );
}
