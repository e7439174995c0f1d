import { memo, useMemo } from 'react';
import { highlight, type YamlPart } from './highlight';
import classes from './yaml.module.css';

const Line = memo(function Line({ text, parts }: { text: string; parts: YamlPart[] }) {
  return parts.length === 0 ? <>{text}</> : (
    <>
      {parts.map((part, index) => (
        <span key={index} className={part.kind === 'plain' ? undefined : classes[part.kind]}>
          {part.text}
        </span>
      ))}
    </>
  );
}, (before, after) => before.text === after.text && before.parts.map((part) => part.kind).join() === after.parts.map((part) => part.kind).join());

/** The coloured lines alone, for whoever draws the frame. */
export function YamlLines({ text }: { text: string }) {
  const lines = useMemo(() => {
    const parts = highlight(text);
    return text.split('\n').map((line, index) => ({ line, parts: parts[index] ?? [] }));
  }, [text]);
  return (
    <>
      {lines.map(({ line, parts }, index) => (
        <span key={index} className={classes['line']}>
          <Line text={line} parts={parts} />
          {'\n'}
        </span>
      ))}
    </>
  );
}

/** A text of YAML with line numbers, to read. The numbers are drawn, not copied. */
export function YamlText({ text, label }: { text: string; label: string }) {
  return (
    // A text that scrolls has to be reachable without a mouse.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className={classes['text']} dir="ltr" role="region" aria-label={label} tabIndex={0}>
      <code>
        <YamlLines text={text.replace(/\n$/, '')} />
      </code>
    </pre>
  );
}
