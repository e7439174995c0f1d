// One's own account: sign-ins, password, second factor. The password is "picket", a code any six digits.
import { randomUUID } from 'node:crypto';

const minute = 60_000;
const iso = (msAgo) => new Date(Date.now() - msAgo).toISOString();

const others = [
  ['browser', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', '198.51.100.23', 190],
  ['browser', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1', '2001:db8::7', 2600],
  ['api', 'python-requests/2.32.3', '203.0.113.90', 9],
].map(([kind, user_agent, client_address, used]) => ({
  type: 'user_sessions',
  id: randomUUID(),
  attributes: { kind, user_agent, client_address, created_at: iso((used + 900) * minute), last_used_at: iso(used * minute), expires_at: iso(-4000 * minute), current: false },
  relationships: {},
  meta: { version: 1 },
}));
const ended = new Set();

// Looks like a code and is none: three eyes and noise.
function qr() {
  const size = 37;
  let path = '';
  const square = (x, y, w) => (path += `M${x} ${y}h${w}v${w}h-${w}z`);
  for (const [x, y] of [[4, 4], [26, 4], [4, 26]]) {
    path += `M${x} ${y}h7v7h-7zM${x + 1} ${y + 1}v5h5v-5z`;
    square(x + 2, y + 2, 3);
  }
  for (let y = 4; y < 33; y += 1) for (let x = 4; x < 33; x += 1) if (!((x < 12 && y < 12) || (x > 24 && y < 12) || (x < 12 && y > 24)) && (x * 7 + y * 13 + x * y) % 3 === 0) square(x, y, 1);
  return { size, path };
}

/** The answer, or undefined when the path is another's. */
export function account(method, path, body, request, Refusal) {
  if (path === '/api/v2/user_sessions') {
    const own = { ...others[0], id: 's-own', attributes: { ...others[0].attributes, user_agent: request.headers['user-agent'], client_address: '127.0.0.1', created_at: iso(40 * minute), last_used_at: iso(0), current: true } };
    const data = [own, ...others.filter((one) => !ended.has(one.id))];
    return { status: 200, body: { data, meta: { page: { total: data.length } }, links: {} } };
  }
  const one = /^\/api\/v2\/user_sessions\/(.+)$/.exec(path);
  if (one && method === 'DELETE') {
    ended.add(one[1]);
    return { status: 204 };
  }
  const proved = () => {
    if (body.current_password !== 'picket' || !/^\d{6}$/.test(body.otp)) throw new Refusal(403, 'wrong_credentials', 'The password or the code is wrong.');
  };
  if (path === '/auth/v0/password') {
    proved();
    if (body.new_password.length < 12) throw new Refusal(400, 'invalid', 'A password has at least 12 characters.', '/new_password');
    return { status: 204 };
  }
  if (path === '/auth/v0/factor') {
    proved();
    return { status: 200, body: { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', otpauth_uri: 'otpauth://totp/Picket:ana@example.test?secret=JBSWY3DPEHPK3PXP', qr: qr(), expires_at: iso(-10 * minute) } };
  }
  if (path === '/auth/v0/factor/confirm') {
    if (!/^\d{6}$/.test(body.otp)) throw new Refusal(403, 'wrong_credentials', 'The code is wrong.');
    return { status: 200, body: { recovery_codes: Array.from({ length: 10 }, (_, i) => `${(0xa3f1 + i * 7919).toString(16).slice(0, 4)}-${(0xb2c4 + i * 104729).toString(16).slice(0, 4)}-${(0x1d0e + i * 1299709).toString(16).slice(0, 4)}`) } };
  }
  return undefined;
}
