import { ActionIcon, Burger, Drawer, Kbd, Menu, Modal, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { IconChevronDown, IconKeyboard, IconLogout, IconMoon, IconSun } from '@/ui/icons';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Outlet, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '@/api/client';
import { sessionQuery, signOut } from '@/data/session/session';
import { announce } from '@/ui/announce';
import { useKey } from '@/ui/useKey';
import { LiveDot } from './LiveDot';
import { Brand, Rail } from './Rail';
import { SignInAgain } from './SignInAgain';
import classes from './Shell.module.css';

const keys: [string[], string][] = [
  [['/'], 'Search in the list'],
  [['f'], 'Add a filter'],
  [['j', 'k'], 'Next and previous row'],
  [['x'], 'Select the row; Shift with j or k selects on the way'],
  [['['], 'Previous device'],
  [[']'], 'Next device'],
  [['Esc'], 'Close the panel or the dialog'],
  [['?'], 'Show these keys'],
];

export function Shell() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const [drawer, setDrawer] = useState(false);
  const [help, setHelp] = useState(false);
  useKey('?', () => {
    setHelp(true);
  });
  if (session === null) return null;
  return (
    <div className={classes.frame}>
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <header className={classes.bar}>
        <Burger
          className={classes.burger}
          opened={drawer}
          size="sm"
          aria-label="Menu"
          onClick={() => {
            setDrawer(!drawer);
          }}
        />
        <span className={classes.organization} title={session.organization.name}>
          {session.organization.name}
        </span>
        <span className={classes.spacer} />
        <LiveDot />
        <SchemeSwitch />
        <Profile
          name={session.user.display_name ?? session.user.email}
          email={session.user.email}
          onKeys={() => {
            setHelp(true);
          }}
        />
      </header>
      <nav className={classes.rail} aria-label="Main">
        <Rail session={session} />
      </nav>
      <main id="content" className={classes.content} tabIndex={-1}>
        <Outlet />
      </main>
      <Drawer
        opened={drawer}
        onClose={() => {
          setDrawer(false);
        }}
        size={260}
        title={<Brand />}
        classNames={{ body: classes.drawer ?? '' }}
        lockScroll={false}
        closeButtonProps={{ 'aria-label': 'Close menu' }}
      >
        <nav aria-label="Main menu" className={classes.drawerNav}>
          <Rail
            session={session}
            inDrawer
            onFollow={() => {
              setDrawer(false);
            }}
          />
        </nav>
      </Drawer>
      <Modal
        opened={help}
        onClose={() => {
          setHelp(false);
        }}
        title="Keys"
        size="sm"
        lockScroll={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <dl className={classes.keys}>
          {keys.map(([combination, meaning]) => (
            <div key={meaning}>
              <dt>
                {combination.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Modal>
      <SignInAgain email={session.user.email} />
    </div>
  );
}

function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark =
    colorScheme === 'dark' ||
    (colorScheme === 'auto' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  const label = dark ? 'Use light colours' : 'Use dark colours';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={label}
      title={label}
      onClick={() => {
        setColorScheme(dark ? 'light' : 'dark');
      }}
    >
      {dark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}

function Profile({ name, email, onKeys }: { name: string; email: string; onKeys: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <Menu position="bottom-end" width={240} withinPortal={false}>
      <Menu.Target>
        <UnstyledButton className={classes.profile} aria-label={`Profile of ${name}`}>
          <span aria-hidden className={classes.avatar}>
            {name.trim().slice(0, 1).toUpperCase()}
          </span>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <strong>{name}</strong>
          {name !== email && <span className="pk-muted">{email}</span>}
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={onKeys}>
          Keys
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          onClick={() => {
            signOut(client)
              .then(() => navigate({ to: '/sign-in', search: {} }))
              .catch((error: unknown) => {
                announce(error instanceof ApiError ? error.message : 'Signing out failed. Try again.', 'bad');
              });
          }}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
