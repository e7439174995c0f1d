import { ActionIcon, Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { ApiError } from '@/api/client';
import { signOut } from '@/data/session/session';
import { announce } from '@/ui/announce';
import { IconChevronDown, IconKeyboard, IconLogout, IconMoon, IconSun, IconUserCircle } from '@/ui/icons';
import { useMountedFirst } from '@/ui/useMountedFirst';
import { useChoose } from './usePersonal';
import classes from './Shell.module.css';

/** Whether the page is dark now, and the way to the other. */
export function useScheme(): { dark: boolean; toggle: () => void } {
  const { colorScheme } = useMantineColorScheme();
  const choose = useChoose();
  const dark =
    colorScheme === 'dark' || (colorScheme === 'auto' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  const toggle = useCallback(() => {
    choose({ theme: dark ? 'light' : 'dark' });
  }, [choose, dark]);
  return { dark, toggle };
}

export function SchemeSwitch() {
  const { dark, toggle } = useScheme();
  const label = dark ? 'Use light colors' : 'Use dark colors';
  return (
    <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} title={label} className={classes.scheme} onClick={toggle}>
      {dark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}

/** Ends the session, and the page with it. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useCallback(() => {
    signOut(client)
      .then(() => navigate({ to: '/sign-in', search: {}, ignoreBlocker: true }))
      .catch((error: unknown) => {
        announce(error instanceof ApiError ? error.message : 'Signing out failed. Try again.', 'bad');
      });
  }, [client, navigate]);
}

export function ProfileMenu({ name, email, onKeys }: { name: string; email: string; onKeys: () => void }) {
  const leave = useSignOut();
  const [opened, setOpened] = useState(false);
  const dropdown = useMountedFirst(opened);
  return (
    <Menu opened={dropdown.opened} onChange={setOpened} position="bottom-end" width={240} withinPortal={false}>
      <Menu.Target>
        <UnstyledButton className={classes.profile} aria-label={`Profile of ${name}`}>
          <span aria-hidden className={classes.avatar}>
            {name.trim().slice(0, 1).toUpperCase()}
          </span>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      {dropdown.mounted && (
        <Menu.Dropdown>
          <div className={classes.who}>
            <strong>{name}</strong>
            {name !== email && <span className="pk-muted">{email}</span>}
          </div>
          <Menu.Divider />
          <Menu.Item component={Link} to="/profile" leftSection={<IconUserCircle size={16} aria-hidden />}>
            Profile
          </Menu.Item>
          <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={onKeys}>
            Keyboard shortcuts
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={leave}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      )}
    </Menu>
  );
}
