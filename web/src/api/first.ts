/** Paths that are asked for before the code that shows them is there; `data/` asks for the very same. */
export const sessionPath = '/auth/v0/session';
export const pluginsPath = '/api/v2/plugins?page[limit]=1000';
/** A first page that paints at once fills a screen and a half. */
export const firstDevices = 50;
export const firstDevicesPath = devicesPath(0, firstDevices);

export function devicesPath(offset: number, limit: number): string {
  const query = new URLSearchParams({ sort: '+name', 'page[limit]': String(limit), 'page[offset]': String(offset) });
  return `/api/v2/security_devices?${query.toString()}`;
}
