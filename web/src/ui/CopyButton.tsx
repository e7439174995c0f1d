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

/** What is still on its way is copied when it is there: the clipboard takes a promise, so that the click still counts. */
async function copyComing(coming: Promise<string>): Promise<boolean> {
  if (typeof ClipboardItem === 'undefined') return copyText(await coming);
  try {
    const item = new ClipboardItem({ 'text/plain': coming.then((text) => new Blob([text], { type: 'text/plain' })) });
    await navigator.clipboard.write([item]);
    return true;
  } catch {
    return copyText(await coming);
  }
}

/** `text` may be a function that fetches it: what is too long to be on the page. */
export function CopyButton({ text, what, size = 'sm' }: { text: string | (() => Promise<string>); what: string; size?: 'xs' | 'sm' | 'md' }) {
  const [last, setLast] = useState<string | null>(null);
  // A button that stands for another text by now has copied nothing.
  const subject = typeof text === 'string' ? text : what;
  const copied = last === subject;
  const [coming, setComing] = useState(false);
  const copy = async (): Promise<void> => {
    setComing(typeof text !== 'string');
    try {
      const done = await (typeof text === 'string' ? copyText(text) : copyComing(text()));
      setLast(done ? subject : null);
      if (done) announce(`Copied ${what}.`);
      else announce(`The browser did not let Picket copy ${what}. Select it and copy by hand.`, 'bad');
    } catch (error) {
      announce(`Nothing was copied. ${error instanceof Error ? error.message : String(error)}`, 'bad');
    }
    setComing(false);
  };
  useEffect(() => {
    if (last === null) return;
    const timer = window.setTimeout(() => {
      setLast(null);
    }, 1500);
    return () => {
      window.clearTimeout(timer);
    };
  }, [last]);
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={size}
      aria-label={`Copy ${what}`}
      title={`Copy ${what}`}
      loading={coming}
      onClick={() => {
        void copy();
      }}
    >
      {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
    </ActionIcon>
  );
}
