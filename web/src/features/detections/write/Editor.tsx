import { type Ref, useImperativeHandle, useMemo, useRef } from 'react';
import type { RuleProblem } from '@/api/types';
import { YamlLines } from '@/ui/yaml/YamlText';
import classes from './write.module.css';

export interface EditorHandle {
  /** Puts the caret at a place and into sight; both count from 1. */
  goTo: (line: number, column: number) => void;
}

const lineHeight = 20;

/**
 * A text field with line numbers and colours: the field itself is the browser's own, its letters are drawn by what lies under it. Tab
 * leaves it, as it leaves every field.
 */
export function Editor({ value, onChange, problems, describedBy, ref }: {
  value: string;
  onChange: (text: string) => void;
  problems: readonly RuleProblem[];
  describedBy: string;
  ref: Ref<EditorHandle>;
}) {
  const area = useRef<HTMLTextAreaElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => {
      const field = area.current;
      if (field === null) return;
      const lines = field.value.split('\n');
      const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      const at = Math.min(field.value.length, before + Math.min(column - 1, lines[line - 1]?.length ?? 0));
      field.focus({ preventScroll: true });
      field.setSelectionRange(at, at);
      const box = scroller.current;
      if (box) box.scrollTo({ top: Math.max(0, (line - 1) * lineHeight - box.clientHeight / 2) });
      box?.scrollIntoView({ block: 'nearest' });
    },
  }));
  const bad = useMemo(() => {
    const map = new Map<number, RuleProblem['severity']>();
    for (const { line, severity } of problems) if (map.get(line) !== 'error') map.set(line, severity);
    return map;
  }, [problems]);
  const lines = value.split('\n').length;
  return (
    <div ref={scroller} className={classes['editor']}>
      <div className={classes['numbers']} aria-hidden>
        {Array.from({ length: lines }, (_, index) => (
          <span key={index} data-bad={bad.get(index + 1)}>
            {index + 1}
          </span>
        ))}
      </div>
      <div className={classes['sheet']}>
        <pre aria-hidden className={classes['colours']}>
          <YamlLines text={value} />
        </pre>
        <textarea
          ref={area}
          className={classes['field']}
          aria-label="Text of the rule"
          aria-describedby={describedBy}
          aria-invalid={problems.some((one) => one.severity === 'error')}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          autoCorrect="off"
          wrap="off"
          dir="ltr"
          rows={lines}
          value={value}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.stopPropagation();
          }}
        />
      </div>
    </div>
  );
}
