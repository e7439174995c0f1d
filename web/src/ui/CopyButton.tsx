import { ActionIcon } from '@mantine/core';
import { IconCheck, IconCopy } from '@/ui/icons';
import { useEffect, useState } from 'react';
import { announce } from './announce';

/** The clipboard needs https or loopback; elsewhere the old way still works. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.setAttribute('readonly', '');
    area.className = 'pk-hidden';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

export function CopyButton({ text, what, size = 'sm' }: { text: string; what: string; size?: 'xs' | 'sm' | 'md' }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = window.setTimeout(() => {
      setCopied(false);
    }, 1500);
    return () => {
      window.clearTimeout(timer);
    };
  }, [copied]);
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={size}
      aria-label={`Copy ${what}`}
      title={`Copy ${what}`}
      onClick={() => {
        void copyText(text).then((done) => {
          setCopied(done);
          if (done) announce(`Copied ${what}.`);
          else announce(`The browser did not let Picket copy ${what}. Select it and copy by hand.`, 'bad');
        });
      }}
    >
      {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
    </ActionIcon>
  );
}
