import { CloseButton, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { IconSearch } from './icons';
import { useKey } from './useKey';
import classes from './ui.module.css';

export interface SearchBoxProps {
  label: string;
  placeholder: string;
  /** What `/` does, for the help of keys. */
  says: string;
  /** As it stands in the address. */
  text: string;
  onText: (text: string) => void;
  title?: string;
  /** Longer texts are usual. */
  wide?: boolean;
  maxLength?: number;
  /** How long nothing is typed before it is asked for: longer where asking is work for the server. */
  restMs?: number;
}

/** A search field that `/` leads to; Esc clears it, then leaves it. */
export function SearchBox({ label, placeholder, says, text: given, onText, title, wide = false, maxLength = 200, restMs = 120 }: SearchBoxProps) {
  const [text, setText] = useState(given);
  const [shown, setShown] = useState(given);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<number | undefined>(undefined);
  // The address may change on its own: back, a link, "clear".
  if (given !== shown) {
    setShown(given);
    if (given !== text.trim()) setText(given);
  }
  useKey('/', () => input.current?.focus(), says);
  // What is typed now is sent later: by then another filter may stand in the address.
  const latest = useRef({ given, onText });
  useEffect(() => {
    latest.current = { given, onText };
  });
  useEffect(
    () => () => {
      window.clearTimeout(timer.current);
    },
    [],
  );
  const send = (next: string): void => {
    window.clearTimeout(timer.current);
    if (next.trim() !== latest.current.given) latest.current.onText(next.trim());
  };
  const clear = (): void => {
    setText('');
    send('');
  };
  return (
    <TextInput
      ref={input}
      type="search"
      aria-label={label}
      aria-keyshortcuts="/"
      placeholder={placeholder}
      title={title}
      maxLength={maxLength}
      className={classes['searchBox'] ?? ''}
      mod={{ wide }}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSectionPointerEvents={text === '' ? 'none' : 'all'}
      rightSection={
        text === '' ? (
          <kbd className={classes['kbd']} aria-hidden>
            /
          </kbd>
        ) : (
          <CloseButton
            size="sm"
            aria-label="Clear search"
            onClick={() => {
              clear();
              input.current?.focus();
            }}
          />
        )
      }
      value={text}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => {
          send(next);
        }, restMs);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') send(text);
        if (event.key === 'Escape') {
          event.stopPropagation();
          if (text === '') input.current?.blur();
          else clear();
        }
      }}
    />
  );
}
