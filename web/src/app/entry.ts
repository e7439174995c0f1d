import { beginEarly } from '@/api/early';
import { firstDevicesPath, pluginsPath, sessionPath } from '@/api/first';

beginEarly(window.location.pathname, sessionPath, [firstDevicesPath, pluginsPath]);
