import { scenes } from '@/gallery/story';
import { session } from '@/test/fixtures';

const withAddresses = (egress_addresses: string[]) => ({ 'GET /auth/v0/session': { body: { ...session, server: { ...session.server, egress_addresses } } } });
const at = '/settings/egress-addresses';

export default scenes('Egress addresses', {
  two: { at },
  none: { at, answers: withAddresses([]) },
  'many, old and new': { at, answers: withAddresses(['203.0.113.7', '198.51.100.0/24', '2001:db8:85a3:8d3:1319:8a2e:370:7348', ...Array.from({ length: 12 }, (_, n) => `192.0.2.${String(n)}`)]) },
});
