import { Button } from '@mantine/core';
import { IconAlertOctagon, IconAlertTriangle, IconCircleCheck, IconRefresh } from '@/ui/icons';
import { Skeleton } from '@/ui/states';
import { Place } from '../Place';
import type { Check } from './useCheck';
import { errorsOf } from './useCheck';
import classes from './write.module.css';

/** What the server says of the text: what is wrong and where, or what its rules mean. */
export function Problems({ check, text, onGo }: { check: Check; text: string; onGo: (line: number, column: number) => void }) {
  const { answer, error } = check;
  const lines = text.split('\n');
  if (text.trim() === '') return <p className="pk-muted">Nothing is written yet.</p>;
  if (answer === null && error === null) return <Skeleton height={48} />;
  const problems = answer?.problems ?? [];
  const errors = errorsOf(problems);
  return (
    <>
      <p role="status" className={classes['verdict']} data-tone={error ? 'bad' : errors > 0 ? 'bad' : problems.length > 0 ? 'warn' : 'ok'}>
        {error || errors > 0 ? <IconAlertOctagon size={16} aria-hidden /> : problems.length > 0 ? <IconAlertTriangle size={16} aria-hidden /> : <IconCircleCheck size={16} aria-hidden />}
        {error
          ? `It could not be checked: ${error.message}`
          : errors > 0
            ? `${String(errors)} ${errors === 1 ? 'error' : 'errors'}: the rule cannot be saved yet.`
            : problems.length > 0
              ? `It can be saved. ${String(problems.length)} ${problems.length === 1 ? 'thing' : 'things'} to look at.`
              : 'Nothing is wrong with it.'}
      </p>
      {error && (
        <div>
          <Button size="xs" variant="default" leftSection={<IconRefresh size={15} aria-hidden />} onClick={check.again}>
            Check again
          </Button>
        </div>
      )}
      {problems.length > 0 && (
        <ol className={classes['problems']} aria-label="Problems">
          {problems.map((one, index) => (
            <li key={index} data-severity={one.severity}>
              <button
                type="button"
                onClick={() => {
                  onGo(one.line, one.column);
                }}
              >
                <span className="pk-num">
                  {one.severity === 'warning' && 'Warning, '}
                  {one.severity === 'warning' ? 'line' : 'Line'} {one.line}, column {one.column}:
                </span>{' '}
                {one.message}
              </button>
              {/* While somebody types on, the line may not be the one that was meant. */}
              {!check.checking && <Place line={one.line} column={one.column} severity={one.severity} source={lines[one.line - 1] ?? null} />}
            </li>
          ))}
        </ol>
      )}
      {(answer?.rules ?? []).map((rule, index) => (
        <div key={index} className={classes['rule']}>
          <p>
            <strong>{rule.title}</strong>
            {rule.kind === 'correlation' && <span className="pk-muted"> (correlation)</span>}
          </p>
          {rule.words !== '' && <p className={classes['words']}>{rule.words}</p>}
        </div>
      ))}
    </>
  );
}
