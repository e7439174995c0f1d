import { Burger, Drawer } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { Suspense, useCallback, useState } from 'react';
import { sessionQuery } from '@/data/session/session';
import { useKey } from '@/ui/useKey';
import { Later } from '@/ui/Later';
import { useMedia } from '@/ui/useMedia';
import { useMountedFirst } from '@/ui/useMountedFirst';
import { KeysHelp } from './KeysHelp';
import { LiveDot } from './LiveDot';
import { Palette, PaletteButton, usePaletteKey } from './PaletteButton';
import { ProfileMenu, SchemeSwitch } from './ProfileMenu';
import { Brand, Rail } from './Rail';
import { ServerGone } from './ServerGone';
import { SignInAgain } from './SignInAgain';
import { useLiveFeed } from './useLiveFeed';
import { usePersonal } from './usePersonal';
import classes from './Shell.module.css';

export function Shell() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const [drawer, setDrawer] = useState(false);
  const [help, setHelp] = useState(false);
  const showKeys = useCallback(() => {
    setHelp(true);
  }, []);
  usePersonal();
  const feed = useLiveFeed(session?.organization.id ?? null);
  useKey('?', showKeys, 'Show these keys', true);
  const [palette, setPalette] = usePaletteKey();
  const menu = useMountedFirst(drawer);
  const narrow = useMedia('(max-width: 860px)');
  if (session === null) return null;
  return (
    <div className={classes.frame}>
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <header className={classes.bar}>
        {narrow && (
          <Burger
            opened={drawer}
            size="sm"
            aria-label="Menu"
            onClick={() => {
              setDrawer(!drawer);
            }}
          />
        )}
        <span className={classes.organization} title={session.organization.name}>
          {session.organization.name}
        </span>
        <span className={classes.spacer} />
        {/* The page itself is seen first. */}
        <Later atOnce>
          <PaletteButton
            onOpen={() => {
              setPalette(true);
            }}
          />
          <LiveDot feed={feed} />
          <SchemeSwitch />
          <ProfileMenu
            name={session.user.display_name ?? session.user.email}
            email={session.user.email}
            onKeys={showKeys}
          />
        </Later>
      </header>
      <nav className={classes.rail} aria-label="Main">
        <Rail session={session} />
      </nav>
      <main id="content" className={classes.content} tabIndex={-1}>
        {/* Another person may have signed in over the page: what stands in its forms is not theirs. */}
        <Outlet key={session.user.id} />
      </main>
      {menu.mounted && (
        <Drawer
          opened={menu.opened}
          onClose={() => {
            setDrawer(false);
          }}
          size={260}
          title={<Brand />}
          classNames={{ content: classes.drawerBox ?? '', body: classes.drawer ?? '' }}
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
      )}
      {palette && (
        <Suspense fallback={null}>
          <Palette
            onKeys={showKeys}
            onClose={() => {
              setPalette(false);
            }}
          />
        </Suspense>
      )}
      <KeysHelp
        opened={help}
        onClose={() => {
          setHelp(false);
        }}
      />
      <ServerGone />
      <SignInAgain email={session.user.email} />
    </div>
  );
}
