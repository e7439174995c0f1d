import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { announce } from '@/ui/announce';
import { copyText } from '@/ui/CopyButton';
import { IconAlertTriangle, IconCopy, IconDownload } from '@/ui/icons';
import { saveText } from '@/ui/saveFrom';
import { Callout } from '@/ui/states';
import classes from './profile.module.css';

/** What the file says; people find it again years later. */
function fileText(codes: string[], email: string): string {
  const lines = [`Recovery codes of ${email} for Picket at ${window.location.origin}`, 'Each works once, in place of a one-time code.', '', ...codes];
  return `${lines.join('\n')}\n`;
}

/** Told once. The browser asks before the page is left. */
export function RecoveryCodes({ codes, email, onDone }: { codes: string[]; email: string; onDone: () => void }) {
  const [kept, setKept] = useState(false);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => {
      event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => {
      window.removeEventListener('beforeunload', ask);
    };
  }, []);
  const download = (): void => {
    saveText('picket-recovery-codes.txt', 'text/plain', fileText(codes, email));
  };
  return (
    <div className={classes['form']}>
      <Callout tone="warn" icon={<IconAlertTriangle size={18} aria-hidden />} title="These codes are shown this once">
        Each lets you in once when your authenticator is out of reach. Keep them where you keep passwords. The old ones are void.
      </Callout>
      <ol className={classes['codes']} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <code className="pk-mono">{code}</code>
          </li>
        ))}
      </ol>
      <div className={classes['formButtons']}>
        <Button
          variant="default"
          leftSection={<IconCopy size={16} aria-hidden />}
          onClick={() => {
            void copyText(codes.join('\n')).then((done) => {
              announce(done ? 'Copied the recovery codes.' : 'The browser did not let Picket copy them. Select them and copy by hand.', done ? 'ok' : 'bad');
            });
          }}
        >
          Copy
        </Button>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} onClick={download}>
          Download
        </Button>
      </div>
      <label className={classes['keptBox']}>
        <input
          type="checkbox"
          checked={kept}
          onChange={(event) => {
            setKept(event.currentTarget.checked);
          }}
        />
        I have kept these codes
      </label>
      <div className={classes['formButtons']}>
        <Button disabled={!kept} onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}
