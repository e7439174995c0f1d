import type { ComponentType } from 'react';
import { IconActivity, IconHome, IconRadar2, IconPlugConnected, IconWorldUp } from '@/ui/icons';

export interface Area {
  to: '/' | '/events' | '/detections' | '/settings/security-devices' | '/settings/egress-addresses';
  title: string;
  Icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  settings: boolean;
}

/** The areas of the console. Only what exists is listed. */
export const areas: readonly Area[] = [
  { to: '/', title: 'Home', Icon: IconHome, settings: false },
  { to: '/events', title: 'Events', Icon: IconActivity, settings: false },
  { to: '/detections', title: 'Detections', Icon: IconRadar2, settings: false },
  { to: '/settings/security-devices', title: 'Security Devices', Icon: IconPlugConnected, settings: true },
  { to: '/settings/egress-addresses', title: 'Egress addresses', Icon: IconWorldUp, settings: true },
];
