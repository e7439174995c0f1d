import { Button, Modal, Progress } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { changeDevice, testDevice } from '@/data/devices/changes';
import { copyText } from '@/ui/CopyButton';
import { announce } from '@/ui/announce';
import { IconAlertOctagon, IconCheck, IconLoader2, IconMinus } from '@/ui/icons';
import { count } from '@/ui/timeText';
import { useKnownDevices } from '../context';
import { inOrderOfInterest, type Outcome, type Result, runBulk } from './bulk';
import classes from './bulk.module.css';
import page from '../devices.module.css';

export type BulkAction = 'pause' | 'resume' | 'test';

const words: Record<BulkAction, { title: string; doing: string; done: string; undo: BulkAction | null }> = {
  pause: { title: 'Pause', doing: 'Pausing', done: 'paused', undo: 'resume' },
  resume: { title: 'Resume', doing: 'Resuming', done: 'resumed and polled', undo: 'pause' },
  test: { title: 'Test', doing: 'Testing', done: 'answered well', undo: null },
};

/** The server runs four tests at once, for everybody together; one place stays free. */
const atOnce: Record<BulkAction, number> = { pause: 4, resume: 4, test: 3 };
/** From here on a pause is asked about: it stops a good part of what comes in. */
const askFrom = 20;
const mostShown = 200;

const devicesText = (n: number): string => `${count(n)} ${n === 1 ? 'device' : 'devices'}`;

/** One thing done to many devices; says of each what came of it. */
export function BulkDialog({ action, ids, already = 0, onClose }: {
  action: BulkAction;
  ids: string[];
  /** How many more were selected that are so already. */
  already?: number;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const devices = useKnownDevices();
  const [doing, setDoing] = useState(action);
  const [outcomes, setOutcomes] = useState<Outcome[]>([]);
  const [phase, setPhase] = useState<'asking' | 'running' | 'over'>(action === 'pause' && ids.length >= askFrom ? 'asking' : 'running');
  const abort = useRef<AbortController | null>(null);

  const run = useCallback(
    (what: BulkAction, on: { id: string; name: string }[]) => {
      const control = new AbortController();
      abort.current = control;
      let frame = 0;
      let latest: readonly Outcome[] = [];
      const work = async (id: string): Promise<Result> => {
        if (what === 'test') {
          const { ok, sentence } = await testDevice(client, id);
          return { ok, note: sentence };
        }
        await changeDevice(client, id, { paused: what === 'pause' }, null);
        return { ok: true, note: null };
      };
      setDoing(what);
      setPhase('running');
      void runBulk(on, work, {
        atOnce: atOnce[what],
        signal: control.signal,
        onChange: (now) => {
          latest = now;
          // Hundreds of answers a second are one picture a frame.
          frame ||= requestAnimationFrame(() => {
            frame = 0;
            setOutcomes([...latest]);
          });
        },
      }).then((all) => {
        cancelAnimationFrame(frame);
        frame = -1;
        setOutcomes([...all]);
        setPhase('over');
      });
    },
    [client],
  );
  const named = useCallback(
    (wanted: string[]) => wanted.map((id) => ({ id, name: devices.get(id)?.attributes.name ?? id })),
    [devices],
  );
  const started = useRef(false);
  useEffect(() => {
    if (phase !== 'running' || started.current) return;
    started.current = true;
    run(action, named(ids));
  }, [phase, run, action, ids, named]);

  const text = words[doing];
  const of = (state: Outcome['state']): Outcome[] => outcomes.filter((one) => one.state === state);
  const failed = of('failed');
  const done = of('done');
  const stopped = of('stopped');
  const total = outcomes.length;
  const summary =
    phase === 'running'
      ? `${text.doing}: ${count(done.length + failed.length)} of ${count(total)}${failed.length > 0 ? `, ${count(failed.length)} failed` : ''}`
      : [
          `${devicesText(done.length)} ${text.done}`,
          ...(failed.length > 0 ? [`${count(failed.length)} failed`] : []),
          ...(stopped.length > 0 ? [`${count(stopped.length)} left alone`] : []),
        ].join(', ');
  const rows = inOrderOfInterest(outcomes);
  return (
    <Modal
      opened
      onClose={() => {
        abort.current?.abort();
        onClose();
      }}
      closeOnClickOutside={phase !== 'running'}
      title={`${text.title} ${devicesText(total || ids.length)}`}
      size="lg"
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {already > 0 && (
        <p className="pk-muted">
          {count(already)} {already === 1 ? 'is' : 'are'} {action === 'pause' ? 'paused' : 'running'} already.
        </p>
      )}
      {phase === 'asking' ? (
        <div className={page.dialogText}>
          <p>Picket stops reading from {devicesText(ids.length)} until somebody resumes them. Each keeps its place and its token.</p>
          <p>What happens meanwhile is read afterwards, as long as the vendor keeps it (1Password: 120 days).</p>
          <div className={page.buttons}>
            <Button variant="default" data-autofocus onClick={onClose}>
              Cancel
            </Button>
            <Button
              onClick={() => {
                setPhase('running');
              }}
            >
              Pause {devicesText(ids.length)}
            </Button>
          </div>
        </div>
      ) : (
        <>
          <p role="status" className={classes.bulkSummary}>
            {summary}
          </p>
          <Progress
            aria-label={text.doing}
            size="sm"
            value={total === 0 ? 0 : ((done.length + failed.length) / total) * 100}
            color={failed.length > 0 ? 'red' : 'indigo'}
          />
          {/* Focusable, so that it scrolls with the keyboard. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <ul className={classes.outcomes} tabIndex={0} aria-label="Result of each device">
            {rows.slice(0, mostShown).map((one) => (
              <li key={one.id} data-state={one.state}>
                <OutcomeIcon state={one.state} />
                <span>
                  <bdi className={classes.outcomeName}>{one.name}</bdi>
                  {one.note !== null && <span>{one.note}</span>}
                </span>
              </li>
            ))}
          </ul>
          {rows.length > mostShown && <p className="pk-muted">And {devicesText(rows.length - mostShown)} more.</p>}
          <div className={page.buttons}>
            {phase === 'running' ? (
              <Button
                variant="default"
                data-autofocus
                onClick={() => {
                  abort.current?.abort();
                }}
              >
                Stop
              </Button>
            ) : (
              <>
                {failed.length > 0 && (
                  <>
                    <Button
                      variant="subtle"
                      color="gray"
                      onClick={() => {
                        void copyText(failed.map((one) => `${one.name}: ${one.note ?? ''}`).join('\n')).then((copied) => {
                          if (copied) announce('Copied what failed.');
                        });
                      }}
                    >
                      Copy what failed
                    </Button>
                    <Button
                      variant="default"
                      onClick={() => {
                        run(doing, failed);
                      }}
                    >
                      Try {count(failed.length)} again
                    </Button>
                  </>
                )}
                {text.undo !== null && done.length > 0 && (
                  <Button
                    variant="default"
                    onClick={() => {
                      if (text.undo !== null) run(text.undo, done);
                    }}
                  >
                    {words[text.undo].title} {done.length === 1 ? 'it' : 'them'}{text.undo === 'pause' ? ' again' : ''}
                  </Button>
                )}
                <Button onClick={onClose}>Done</Button>
              </>
            )}
          </div>
        </>
      )}
    </Modal>
  );
}

function OutcomeIcon({ state }: { state: Outcome['state'] }) {
  if (state === 'done') return <IconCheck size={16} role="img" aria-label="Done" />;
  if (state === 'failed') return <IconAlertOctagon size={16} role="img" aria-label="Failed" />;
  if (state === 'working') return <IconLoader2 size={16} role="img" aria-label="Under way" className={classes.turning} />;
  return <IconMinus size={16} role="img" aria-label={state === 'stopped' ? 'Left alone' : 'Waiting'} />;
}
