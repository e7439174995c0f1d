import { ActionIcon, Button, Menu } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Device } from '@/api/types';
import { knownDevices } from '@/data/devices/devices';
import { announce } from '@/ui/announce';
import { IconDownload } from '@/ui/icons';
import { count } from '@/ui/timeText';
import { useMountedFirst } from '@/ui/useMountedFirst';
import { useDevicesView } from '../context';
import { exportDevices, type ExportFormat } from './export';
import bulk from './bulk.module.css';
import classes from './menu.module.css';

/** Saves these devices as a file, in the order of the list. */
export function ExportMenu({ ids, inBar = false }: { ids: string[]; inBar?: boolean }) {
  const { technology } = useDevicesView();
  const client = useQueryClient();
  const save = (format: ExportFormat) => () => {
    const devices = knownDevices(client);
    const rows = ids.map((id) => devices.get(id)).filter((device): device is Device => device !== undefined);
    announce(`${exportDevices(format, rows, technology)} is saved with ${count(rows.length)} ${rows.length === 1 ? 'device' : 'devices'}.`);
  };
  const what = inBar ? 'the selected devices' : 'the devices shown';
  const [opened, setOpened] = useState(false);
  const dropdown = useMountedFirst(opened);
  return (
    <Menu opened={dropdown.opened} onChange={setOpened} position={inBar ? 'top-start' : 'bottom-end'} width={210} portalProps={{ target: '#content' }}>
      <Menu.Target>
        {inBar ? (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            leftSection={<IconDownload size={16} aria-hidden />}
            className={bulk.bulkAct ?? ''}
            aria-label="Export"
            title="Export"
          >
            <span>Export</span>
          </Button>
        ) : (
          <ActionIcon variant="default" size={36} aria-label={`Export ${what}`} title={`Export ${what}`} disabled={ids.length === 0}>
            <IconDownload size={16} aria-hidden />
          </ActionIcon>
        )}
      </Menu.Target>
      {dropdown.mounted && (
        <Menu.Dropdown>
          <Menu.Label className={classes.menuLabel ?? ''}>
            {count(ids.length)} {ids.length === 1 ? 'device' : 'devices'}, without secrets
          </Menu.Label>
          <Menu.Item onClick={save('csv')}>As a table (CSV)</Menu.Item>
          <Menu.Item onClick={save('json')}>As the API gives it (JSON)</Menu.Item>
        </Menu.Dropdown>
      )}
    </Menu>
  );
}
