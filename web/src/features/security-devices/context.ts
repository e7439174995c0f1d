import { createContext, useContext } from 'react';
import type { Device, Plugin } from '@/api/types';
import type { Devices } from '@/data/devices/known';

/** What the list shares with the panel beside it. */
export interface DevicesView {
  /** The rows in the order on the screen: the panel's arrows walk them. */
  ids: string[];
  technology: (slug: string) => string;
  plugin: (slug: string) => Plugin | undefined;
  act: (action: DeviceAction, device: Device) => void;
}

/** The devices themselves: another object ten times a second where many change, so what draws none of them does not ask for it. */
export const KnownDevicesContext = createContext<Devices | null>(null);

export function useKnownDevices(): Devices {
  const devices = useContext(KnownDevicesContext);
  if (devices === null) throw new Error('KnownDevicesContext is missing');
  return devices;
}

export type DeviceAction = 'view' | 'edit' | 'test' | 'pause' | 'resume' | 'delete';

export const DevicesViewContext = createContext<DevicesView | null>(null);

export function useDevicesView(): DevicesView {
  const view = useContext(DevicesViewContext);
  if (view === null) throw new Error('DevicesViewContext is missing');
  return view;
}
