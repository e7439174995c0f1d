import { IconAlertOctagon, IconCircleCheck, IconMinus } from '@/ui/icons';
import type { TestResult } from '@/api/types';
import { Callout } from '@/ui/states';
import classes from './devices.module.css';

const titles: Record<string, string> = {
  token: 'Token',
  address: 'Server address',
  connection: 'Connection',
  authorization: 'Authorization',
  auditevents: 'Audit events',
  itemusages: 'Item usage events',
  signinattempts: 'Sign-in attempts',
};

function titleOf(name: string): string {
  return titles[name] ?? name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
}

/** What a connection test found, check by check. */
export function CheckList({ result }: { result: TestResult }) {
  return (
    <div className={classes.checks}>
      <Callout
        tone={result.ok ? 'ok' : 'bad'}
        icon={result.ok ? <IconCircleCheck size={18} aria-hidden /> : <IconAlertOctagon size={18} aria-hidden />}
        title={result.sentence}
      />
      <ul>
        {result.checks.map((check) => (
          <li key={check.name} data-ok={String(check.ok)}>
            {check.ok === true ? (
              <IconCircleCheck size={16} aria-label="Passed" />
            ) : check.ok === false ? (
              <IconAlertOctagon size={16} aria-label="Failed" />
            ) : (
              <IconMinus size={16} aria-label="Not checked" />
            )}
            <span>
              <strong>{titleOf(check.name)}.</strong> {check.sentence}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
