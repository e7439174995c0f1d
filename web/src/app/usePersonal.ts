import { useMantineColorScheme } from '@mantine/core';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useLayoutEffect } from 'react';
import { type Choice, choose, preferencesOf, sharePreferences, usePreferences } from '@/data/preferences/preferences';
import { announce } from '@/ui/announce';
import { setZone } from '@/ui/zone';

/** Before the first page is drawn: its times must not be told in one zone and then in another. */
export function applyZone(client: QueryClient): void {
  setZone(preferencesOf(client).time_zone);
}

/** Brings what the person has chosen onto the page, and keeps the tabs of one browser alike. */
export function usePersonal(): void {
  const client = useQueryClient();
  const { theme, time_zone } = usePreferences();
  const { setColorScheme } = useMantineColorScheme();
  useLayoutEffect(() => {
    setZone(time_zone);
  }, [time_zone]);
  useEffect(
    () => () => {
      setZone(undefined);
    },
    [],
  );
  useLayoutEffect(() => {
    if (theme !== undefined) setColorScheme(theme === 'system' ? 'auto' : theme);
  }, [theme, setColorScheme]);
  useEffect(() => sharePreferences(client), [client]);
}

/** Holds at once; that it could not be saved is told. */
export function useChoose(): (choice: Choice) => void {
  const client = useQueryClient();
  return useCallback(
    (choice) => {
      choose(client, choice).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        announce(`This holds on this page only; it could not be saved: ${why}`, 'bad');
      });
    },
    [client],
  );
}
