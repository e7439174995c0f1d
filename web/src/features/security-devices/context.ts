import { createContext, useContext } from 'react';
import type { Device, Plugin } from '@/api/types';

/** What the list shares with the panel beside it. */
export interface DevicesView {
  /** The rows in the order on the screen: the panel's arrows walk them. */
  ids: string[];
  devices: Map<string, Device>;
  technology: (slug: string) => string;
  plugin: (slug: string) => Plugin | undefined;
  act: (action: DeviceAction, device: Device) => void;
}

export type DeviceAction = 'view' | 'edit' | 'test' | 'pause' | 'resume' | 'delete';

export const DevicesViewContext = createContext<DevicesView | null>(null);

export function useDevicesView(): DevicesView {
  const view = useContext(DevicesViewContext);
  if (view === null) throw new Error('DevicesViewContext is missing');
  return view;
}
