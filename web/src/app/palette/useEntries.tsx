import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import type { DetectionRule, Device } from '@/api/types';
import { ruleListQuery } from '@/data/detections/rules';
import { findDevicesQuery, guidPattern } from '@/data/devices/find';
import { levelOf } from '@/data/devices/level';
import { type Area, usePreferences } from '@/data/preferences/preferences';
import { addressOf } from '@/ui/AppLink';
import {
  IconActivity, IconBookmark, IconClock, IconDeviceDesktop, IconKeyboard, IconListSearch, IconLogout, IconMoon, IconPlugConnected,
  IconPlus, IconRadar2, IconSun, IconUserCircle,
} from '@/ui/icons';
import { StatusBadge } from '@/ui/StatusBadge';
import { areas } from '../areas';
import { useScheme, useSignOut } from '../ProfileMenu';
import { useChoose } from '../usePersonal';
import { type Entry, narrow } from './entries';
import { recognise } from './recognise';

/** The text as it was when the hand last rested. */
function useRested(text: string, ms: number): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => {
      setRested(text);
    }, ms);
    return () => {
      window.clearTimeout(timer);
    };
  }, [text, ms]);
  return rested;
}

function useFixed(onKeys: () => void): Entry[] {
  const navigate = useNavigate();
  const router = useRouter();
  const { dark, toggle } = useScheme();
  const choose = useChoose();
  const signOut = useSignOut();
  const { saved_filters } = usePreferences();
  return useMemo(() => {
    const go = (href: string) => (): void => {
      router.history.push(href);
    };
    const action = (id: string, label: string, Icon: Entry['Icon'], run: () => void, words?: string): Entry => ({
      id: `action ${id}`, group: 'Actions', label, Icon, run, ...(words === undefined ? {} : { words }),
    });
    return [
      ...areas.map(({ to, title, Icon, settings }): Entry => ({
        id: `area ${to}`, group: 'Go to', label: title, Icon, run: () => void navigate({ to }), ...(settings ? { hint: 'Organization Settings' } : {}),
      })),
      { id: 'area /profile', group: 'Go to', label: 'Profile', words: 'account password second factor sign-ins sessions', Icon: IconUserCircle, run: go('/profile') },
      action('add', 'Add Security Device', IconPlus, go('/settings/security-devices/add'), 'connect new integration'),
      action('write-rule', 'Write a rule', IconPlus, go('/detections/write'), 'new detection sigma'),
      action('scheme', dark ? 'Use light colors' : 'Use dark colors', dark ? IconSun : IconMoon, toggle, 'theme mode'),
      action('system', 'Use the colors of the system', IconDeviceDesktop, () => {
        choose({ theme: 'system' });
      }, 'theme mode'),
      action('zone', 'Change the time zone', IconClock, go('/profile#time-zone')),
      action('keys', 'Keyboard shortcuts', IconKeyboard, onKeys, 'shortcuts help keyboard'),
      action('sign-out', 'Sign out', IconLogout, signOut, 'log out leave'),
      ...(saved_filters ?? []).map(({ area, name, search }): Entry => ({
        id: `view ${area} ${name}`,
        group: 'Saved views',
        label: name,
        hint: viewOf[area].title,
        Icon: IconBookmark,
        run: go(addressOf(viewOf[area].path, search)),
      })),
    ];
  }, [router, navigate, dark, toggle, choose, signOut, onKeys, saved_filters]);
}

export interface Entries {
  entries: Entry[];
  /** There is only the search in Events, which is offered for every text. */
  unknown: boolean;
  /** Devices are still being looked for. */
  looking: boolean;
  error: Error | null;
}

const viewOf: Record<Area, { title: string; path: string }> = {
  'security-devices': { title: 'Security Devices', path: '/settings/security-devices' },
  events: { title: 'Events', path: '/events' },
  detections: { title: 'Detections', path: '/detections' },
};

/** More rules than this are found by what else is typed, or in their list. */
const mostRules = 8;

/** Everything that fits what is typed. */
export function useEntries(text: string, onKeys: () => void): Entries {
  const router = useRouter();
  const typed = text.trim();
  const rested = useRested(typed.slice(0, 200), guidPattern.test(typed) ? 0 : 150);
  const query = useQuery(findDevicesQuery(rested));
  // Where they cannot be had nothing is said: their own area says it.
  const rules = useQuery({ ...ruleListQuery, enabled: rested !== '' });
  const fixed = useFixed(onKeys);
  const { all, unknown } = useMemo(() => {
    const open = (device: Device): Entry => ({
      id: `device ${device.id}`,
      group: 'Security Devices',
      label: device.attributes.name,
      badge: <StatusBadge level={levelOf(device)} />,
      Icon: IconPlugConnected,
      run: () => {
        router.history.push(`/settings/security-devices/${encodeURIComponent(device.id)}`);
      },
    });
    // What an earlier text found still has to have this one.
    const fits = (device: Device): boolean => device.id === typed.toLowerCase() || device.attributes.name.toLowerCase().includes(typed.toLowerCase());
    const devices = typed === '' ? [] : (query.data ?? []).filter(fits).map(open);
    const openRule = ({ id, attributes }: DetectionRule): Entry => ({
      id: `rule ${id}`,
      group: 'Detections',
      label: attributes.title,
      words: attributes.techniques.join(' '),
      Icon: IconRadar2,
      run: () => {
        router.history.push(`/detections/${encodeURIComponent(id)}`);
      },
    });
    const found = typed === '' ? [] : narrow((rules.data ?? []).map(openRule), typed).slice(0, mostRules);
    const searches = recognise(typed).map((one): Entry & { sure: boolean } => ({
      id: `events ${one.label}`,
      group: 'Events of the last 30 days',
      label: `${one.label} ${one.value}`,
      content: (
        <>
          {one.label} <bdi>{one.value}</bdi>
        </>
      ),
      Icon: one.label.endsWith('mention') ? IconListSearch : IconActivity,
      run: () => {
        router.history.push(addressOf('/events', one.search));
      },
      sure: one.sure,
    }));
    const first = searches.some((one) => one.sure);
    const named = [...narrow(fixed, typed), ...devices, ...found];
    return { all: first ? [...searches, ...named] : [...named, ...searches], unknown: named.length === 0 && !first };
  }, [typed, query.data, rules.data, fixed, router]);
  return { entries: all, unknown, looking: typed !== '' && (query.isFetching || rules.isPending || rested !== typed.slice(0, 200)), error: typed === '' ? null : query.error };
}
