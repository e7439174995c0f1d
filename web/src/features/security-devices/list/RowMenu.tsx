import { Menu } from '@mantine/core';
import { type KeyboardEvent, type RefObject, useEffect } from 'react';
import {
  IconLayoutSidebarRightExpand,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugConnected,
  IconTrash,
} from '@/ui/icons';
import type { Device } from '@/api/types';
import { keepEscape } from '@/ui/filters/FilterBar';
import { useDevicesView } from '../context';
import classes from './menu.module.css';

export interface OpenMenu {
  device: Device;
  button: HTMLElement;
}

/**
 * At once, before the next key: Mantine takes the focus with a timer, and a key that comes earlier is one outside the menu, which closes it.
 */
function focusFirst(dropdown: HTMLElement | null): void {
  dropdown?.querySelector<HTMLElement>('[role="menuitem"]')?.focus({ preventScroll: true });
}

/** The menu of whichever row's arrow was pressed: one for the whole table, beside its button. */
export function RowMenu({ open, scroller, onClose }: {
  open: OpenMenu;
  scroller: RefObject<HTMLElement | null>;
  onClose: () => void;
}) {
  const { act } = useDevicesView();
  const { device, button } = open;
  const { paused } = device.attributes;
  const place = button.getBoundingClientRect();
  useEffect(() => {
    const element = scroller.current;
    element?.addEventListener('scroll', onClose, { passive: true });
    return () => {
      element?.removeEventListener('scroll', onClose);
    };
  }, [scroller, onClose]);
  // A press on the menu's own arrow is no press outside: that would close it, and the click that follows open it again.
  useEffect(() => {
    const own = (event: Event): void => {
      event.stopPropagation();
    };
    button.addEventListener('mousedown', own);
    button.addEventListener('touchstart', own, { passive: true });
    return () => {
      button.removeEventListener('mousedown', own);
      button.removeEventListener('touchstart', own);
    };
  }, [button]);
  const choose = (action: Parameters<typeof act>[0]) => () => {
    onClose();
    act(action, device);
  };
  const leave = (): void => {
    onClose();
    button.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    keepEscape(event);
    // The browser goes on from the button, as from any menu.
    if (event.key === 'Tab') leave();
  };
  return (
    <Menu
      opened
      onChange={(opened) => {
        if (!opened) leave();
      }}
      trapFocus={false}
      returnFocus={false}
      position="bottom-start"
      width={200}
      transitionProps={{ duration: 0 }}
      portalProps={{ target: '#content' }}
    >
      <Menu.Target>
        <span
          aria-hidden
          aria-label={`Actions for ${device.attributes.name}`}
          className={classes.menuAnchor}
          style={{ top: place.top, left: place.left, width: place.width, height: place.height }}
        />
      </Menu.Target>
      <Menu.Dropdown ref={focusFirst} onKeyDown={onKeyDown}>
        <Menu.Item leftSection={<IconLayoutSidebarRightExpand size={16} aria-hidden />} onClick={choose('view')}>
          View details
        </Menu.Item>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={choose('edit')}>
          Edit
        </Menu.Item>
        <Menu.Item leftSection={<IconPlugConnected size={16} aria-hidden />} onClick={choose('test')}>
          Test now
        </Menu.Item>
        <Menu.Item
          leftSection={paused ? <IconPlayerPlay size={16} aria-hidden /> : <IconPlayerPause size={16} aria-hidden />}
          onClick={choose(paused ? 'resume' : 'pause')}
        >
          {paused ? 'Resume' : 'Pause'}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item className={classes.danger ?? ''} leftSection={<IconTrash size={16} aria-hidden />} onClick={choose('delete')}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
