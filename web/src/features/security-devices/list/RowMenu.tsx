import { ActionIcon, Menu } from '@mantine/core';
import {
  IconChevronDown,
  IconLayoutSidebarRightExpand,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugConnected,
  IconTrash,
} from '@/ui/icons';
import type { Device } from '@/api/types';
import { useDevicesView } from '../context';
import classes from './list.module.css';

/** The arrow beside the name. */
export function RowMenu({ device }: { device: Device }) {
  const { act } = useDevicesView();
  const { name, paused } = device.attributes;
  const label = `Actions for ${name}`;
  return (
    <Menu position="bottom-start" width={200} transitionProps={{ duration: 0 }} portalProps={{ target: '#content' }}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label}>
          <IconChevronDown size={15} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconLayoutSidebarRightExpand size={16} aria-hidden />}
          onClick={() => {
            act('view', device);
          }}
        >
          View details
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPencil size={16} aria-hidden />}
          onClick={() => {
            act('edit', device);
          }}
        >
          Edit
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPlugConnected size={16} aria-hidden />}
          onClick={() => {
            act('test', device);
          }}
        >
          Test now
        </Menu.Item>
        <Menu.Item
          leftSection={paused ? <IconPlayerPlay size={16} aria-hidden /> : <IconPlayerPause size={16} aria-hidden />}
          onClick={() => {
            act(paused ? 'resume' : 'pause', device);
          }}
        >
          {paused ? 'Resume' : 'Pause'}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          className={classes.danger ?? ''}
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => {
            act('delete', device);
          }}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
