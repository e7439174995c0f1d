import { extremes, inEveryState } from '@/gallery/devices';
import { refused } from '@/gallery/server';
import { scenes } from '@/gallery/story';

const healthy = inEveryState.filter((device) => device.attributes.status_details?.level === 'ok');

export default scenes('Home', {
  'a day of trouble': { at: '/', height: 1150 },
  'all is well': { at: '/', devices: healthy, answers: { 'GET /api/v2/detection_rules': { body: { data: [], meta: { page: { limit: 0, total: 0 } }, links: {} } } } },
  'names and numbers without end': { at: '/', devices: [...extremes, ...inEveryState.filter((device) => device.id === 'd-unauthorized').map((device) => ({ ...device, attributes: { ...device.attributes, name: 'W'.repeat(200) } }))], height: 1150 },
  'an empty installation': { at: '/', devices: [] },
  'still loading': { at: '/', answers: { 'GET /api/v2/security_devices': 'never', 'GET /api/v2/security_device_histories': 'never', 'GET /api/v2/events/counts': 'never' }, waits: true },
  'without the right': { at: '/', answers: { 'GET /api/v2/security_devices': refused(403, 'forbidden', 'Your role does not include seeing devices.') } },
  'some of it failed': {
    at: '/',
    answers: { 'GET /api/v2/security_device_histories': refused(500, 'internal', 'The store is busy. Try again in a moment.'), 'GET /api/v2/events/counts': refused(500, 'internal', 'The store is busy. Try again in a moment.') },
  },
});
