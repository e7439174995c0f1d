import { readLocalStorageValue } from '@mantine/hooks';
import { type CSSProperties, type ReactNode, type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import classes from './PanelFrame.module.css';
import { secondFrame } from '@/api/secondFrame';
import { opensBeside, useRoomKept } from './besideList';
import { Skeleton } from './states';

const least = 380;
const most = 900;
const preset = 600;
const step = 24;

const clamp = (width: number): number => Math.round(Math.min(most, Math.max(least, width)));

/**
 * The list beside it makes room when the panel and its first figures are seen, and takes it back one frame after the panel is gone: whoever clicks waits for the
 * panel alone. The panel's parent is positioned, and holds both.
 */
function useRoomLater(panel: RefObject<HTMLElement | null>, width: number): void {
  const last = useRef(width);
  useLayoutEffect(() => {
    last.current = width;
  }, [width]);
  useLayoutEffect(() => {
    const element = panel.current;
    const host = element?.parentElement;
    if (!element || !host) return;
    host.style.removeProperty('padding-right');
    let stop: (() => void) | undefined;
    if (opensBeside()) {
      element.toggleAttribute('data-over', true);
      // The second frame is that of what the panel shows next, see Later.
      stop = secondFrame(() => {
        stop = secondFrame(() => {
          element.toggleAttribute('data-over', false);
        });
      });
    }
    return () => {
      stop?.();
      // To take the focus from what is removed the browser lays out the page: before anything has changed that costs nothing.
      const { activeElement } = document;
      if (activeElement instanceof HTMLElement && element.contains(activeElement)) activeElement.blur();
      // Where there is no room for two the panel was the page. Its width is not asked of the browser: that would be a layout of its own.
      if (window.matchMedia('(max-width: 1020px)').matches) return;
      host.style.setProperty('padding-right', `min(${String(last.current)}px, 100%)`);
      secondFrame(() => {
        host.style.removeProperty('padding-right');
      });
    };
  }, [panel]);
}

const kept = 'picket.panel-width';

/** How wide a panel is beside the list, known without asking for a layout. */
export function panelWidth(): number {
  const stored = readLocalStorageValue({ key: kept, defaultValue: preset });
  return clamp(Number.isFinite(stored) ? stored : preset);
}

function usePanelWidth() {
  const [width, setWidth] = useState(panelWidth);
  const change = useCallback((next: number) => {
    setWidth(next);
    try {
      window.localStorage.setItem(kept, JSON.stringify(next));
    } catch {
      // Without storage it is remembered while the panel is open.
    }
  }, []);
  return { width, setWidth: change };
}

/** The room of a panel whose code is not there yet: the list beside it stands where it will stay. */
export function PanelRoom() {
  useRoomKept();
  const { width } = usePanelWidth();
  return (
    <aside className={classes['panel']} aria-label="Loading" aria-busy style={{ '--panel-width': `${String(width)}px` } as CSSProperties}>
      <div className={classes['waiting']}>
        <Skeleton width="50%" height={18} />
        <Skeleton height={60} />
        <Skeleton height={120} />
      </div>
    </aside>
  );
}

/** The region beside the list. Its width can be dragged, or changed with the arrow keys, and is remembered. */
export function PanelFrame({ label, children }: { label: string; children: ReactNode }) {
  const { width, setWidth } = usePanelWidth();
  const drag = useRef<{ x: number; width: number } | null>(null);
  const panel = useRef<HTMLElement>(null);
  useRoomLater(panel, width);
  return (
    <aside ref={panel} className={classes['panel']} aria-label={label} style={{ '--panel-width': `${String(width)}px` } as CSSProperties}>
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
