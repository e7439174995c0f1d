import { useLocalStorage } from '@mantine/hooks';
import { type CSSProperties, type ReactNode, useRef } from 'react';
import classes from './PanelFrame.module.css';

const least = 380;
const most = 900;
const preset = 600;
const step = 24;

const clamp = (width: number): number => Math.round(Math.min(most, Math.max(least, width)));

/** The region beside the list. Its width can be dragged, or changed with the arrow keys, and is remembered. */
export function PanelFrame({ label, children }: { label: string; children: ReactNode }) {
  const [stored, setWidth] = useLocalStorage({
    key: 'picket.panel-width',
    defaultValue: preset,
    getInitialValueInEffect: false,
  });
  const width = clamp(Number.isFinite(stored) ? stored : preset);
  const drag = useRef<{ x: number; width: number } | null>(null);
  return (
    <aside className={classes['panel']} aria-label={label} style={{ '--panel-width': `${String(width)}px` } as CSSProperties}>
      {/* A separator that can be moved is a widget, and so takes the focus. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label="Panel width"
        aria-valuenow={width}
        aria-valuemin={least}
        aria-valuemax={most}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={classes['grip']}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { x: event.clientX, width };
        }}
        onPointerMove={(event) => {
          if (drag.current) setWidth(clamp(drag.current.width + drag.current.x - event.clientX));
        }}
        onPointerUp={() => {
          drag.current = null;
        }}
        onPointerCancel={() => {
          drag.current = null;
        }}
        onDoubleClick={() => {
          setWidth(preset);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') setWidth(clamp(width + step));
          else if (event.key === 'ArrowRight') setWidth(clamp(width - step));
          else return;
          event.preventDefault();
        }}
      />
      {children}
    </aside>
  );
}
