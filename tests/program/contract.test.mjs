// What outsiders rely on, word for word: command line, sign-in, devices, events, stopping. Against the real program.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Api, Program, init, scratch, sleep, totp, until } from "../lib/program.mjs";

const picket = process.env.PICKET_PROGRAM ?? "build/release/picket";
const dir = scratch("contract");
const data = join(dir.path, "data");
let sim, simUrl, token, serve, base, account, api, device;

const start = async () => {
  serve = new Program(picket, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--allow-device-server", simUrl, "--poll-interval", "1s"]);
  base = (await serve.line(/^Picket is ready at (http:\/\/127\.0\.0\.1:\d+)$/))[1];
  if (api) api.base = base;
};

before(async () => {
  sim = new Program(picket, ["sim", "onepassword", "--events", "300", "--rate", "5", "--quota", "off"]);
  simUrl = (await sim.line(/(http:\/\/[^\s]+)/))[1];
  token = (await sim.line(/(eyJ[\w-]+\.[\w-]+\.[\w-]+)/))[1];
  account = init(picket, data);
  await start();
});
after(async () => {
  await serve?.stop("SIGKILL");
  await sim?.stop();
  dir.remove();
});

const everyFile = (path) => readdirSync(path, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? everyFile(join(path, e.name)) : [join(path, e.name)]));

test("init prints one JSON object with everything that is shown once", () => {
  assert.match(account.organization_id, /^[0-9a-f-]{36}$/);
  assert.match(account.user_id, /^[0-9a-f-]{36}$/);
  assert.match(account.totp_secret, /^[A-Z2-7]{32}$/);
  assert.ok(account.recovery_codes.length >= 8);
  assert.equal(statSync(data).mode & 0o777, 0o700);
  assert.equal(statSync(join(data, "root.key")).mode & 0o777, 0o600);
});

test("wrong use ends with exit code 2, trouble with 1, and a sentence on standard error", () => {
  const run = (...args) => spawnSync(picket, args, { encoding: "utf8" });
  assert.equal(run("nonsense").status, 2);
  assert.equal(run("serve", "--data", data, "--listen", "nonsense").status, 2);
  assert.equal(run("serve", "--data", data, "--poll-interval", "0").status, 2);
  const open = run("serve", "--data", data, "--listen", "0.0.0.0:0");
  assert.equal(open.status, 2);
  assert.match(open.stderr, /without encryption/);
  const second = run("serve", "--data", data, "--listen", "127.0.0.1:0");
  assert.equal(second.status, 1);
  assert.match(second.stderr, /Another picket uses/);
  const file = join(dir.path, "bad.toml");
  writeFileSync(file, "listten = 1\n");
  const config = run("serve", "--data", data, "--config", file);
  assert.equal(config.status, 2);
  assert.match(config.stderr, /bad\.toml:1:1/);
  assert.equal(run("version").stdout.trim().split(" ")[0], "picket");
  assert.equal(run("--help").status, 0);
  assert.match(run("completion", "bash").stdout, /complete -F _picket picket/);
  const empty = run("serve", "--data", join(dir.path, "empty"), "--listen", "127.0.0.1:0");
  assert.equal(empty.status, 1);
  assert.match(empty.stderr, /picket init/);
});

test("a value that cannot be used ends with exit code 2 and says which, before any data is opened", () => {
  const no = join(dir.path, "no.pem"), nowhere = join(dir.path, "never-made");
  writeFileSync(no, "no certificate\n");
  const refused = (option, ...args) => {
    const run = spawnSync(picket, ["serve", "--data", nowhere, "--listen", "127.0.0.1:0", ...args], { encoding: "utf8" });
    assert.equal(run.status, 2, `${args}: ${run.stderr}`);
    assert.ok(run.stderr.startsWith(`picket: ${option}: `), run.stderr);
    assert.equal(existsSync(nowhere), false);
    return run.stderr;
  };
  assert.doesNotMatch(refused("--proxy", "--proxy", "ftp://me:hush@proxy.example"), /hush/);
  assert.match(refused("--ca-file", "--ca-file", no), /holds no certificate.*PEM/);
  assert.match(refused("--trusted-proxy", "--trusted-proxy", "10.0.0.0/99"), /10\.0\.0\.0\/8/);
  assert.match(refused("--tls-cert, --tls-key", "--tls-cert", no, "--tls-key", no), /certificate file.*cannot be used/);
  const sim = spawnSync(picket, ["sim", "onepassword", "--tls-cert", no, "--tls-key", no], { encoding: "utf8" });
  assert.equal(sim.status, 2, sim.stderr);
});

test("an init that is refused leaves nothing behind, and an existing directory as it was", () => {
  const fresh = join(dir.path, "fresh"), password = join(dir.path, "password"), short = join(dir.path, "short");
  writeFileSync(password, "correct horse battery\n");
  writeFileSync(short, "short\n");
  const run = (data, ...args) => spawnSync(picket, ["init", "--data", data, ...args], { encoding: "utf8" });
  const good = ["--organization", "Second", "--email", "bo@example.test", "--password-file", password];
  const wrong = [
    [...good.slice(0, 5), short],
    ["--organization", "Second", "--email", "nobody", "--password-file", password],
    ["--organization", " ", "--email", "bo@example.test", "--password-file", password],
    [...good, "--name", "a\u0007b"],
  ];
  for (const args of wrong) {
    const refused = run(fresh, ...args);
    assert.equal(refused.status, 2, refused.stderr);
    assert.match(refused.stderr, /^picket: [^\n]+\.\n$/);
    assert.equal(existsSync(fresh), false, `${args}`);
  }
  assert.equal(run(fresh, ...good).status, 0);
  const before = everyFile(fresh).map((file) => [file, readFileSync(file).toString("base64")]);
  for (const args of wrong) assert.equal(run(fresh, ...args).status, 2);
  assert.deepEqual(everyFile(fresh).map((file) => [file, readFileSync(file).toString("base64")]), before);
  assert.equal(run(fresh, ...good).status, 1, "the address is taken");
});

test("liveness, readiness and metrics need no sign-in; the page has a title", async () => {
  for (const path of ["/livez", "/readyz", "/metrics"]) assert.equal((await fetch(base + path)).status, 200, path);
  const page = await fetch(base + "/settings/security-devices");
  assert.equal(page.status, 200);
  const html = await page.text();
  assert.match(html, /<title>[^<]+<\/title>/);
  assert.equal(page.headers.get("cache-control"), "no-cache");
  // A browser that must ask again for a script throws away what it had compiled of it.
  const [script] = /\/assets\/[^"]+\.js/.exec(html) ?? [];
  if (script) assert.match((await fetch(base + script)).headers.get("cache-control"), /immutable/);
});

test("the two posts of a sign-in: always 401 without a code, a token with it, each code once", async () => {
  const post = (password, headers = {}) => fetch(`${base}/auth/v0/login`, { method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers }, body: new URLSearchParams({ grant_type: "password", username: account.email, password }) });
  const first = await post(account.password), wrong = await post("wrong");
  assert.equal(first.status, 401);
  assert.equal(wrong.status, 401);
  assert.equal(await first.text(), await wrong.text(), "nothing tells whether the password was right");
  api = await Api.login(base, account);
  assert.ok(api.token.length >= 40);
  const again = await post(account.password, { "x-expelinc-otp": api.code });
  assert.equal(again.status, 401, "a code works once");
  assert.match((await again.json()).errors[0].detail, /\w+ \w+/);
  const anonymous = await fetch(`${base}/api/v2/security_devices`);
  assert.equal(anonymous.status, 401);
  assert.ok((await anonymous.json()).errors[0].detail);
});

test("a device without a token is saved and unhealthy; with one it becomes healthy", async () => {
  const bare = await api.addDevice({ name: "No token", server: simUrl });
  const attributes = (await until(async () => { const d = await api.device(bare.id); return d.attributes.status && d; }, "a verdict")).attributes;
  assert.equal(attributes.status, "unhealthy");
  assert.match(attributes.status_details.sentence, /No token yet\./);
  const start_time = new Date(Date.now() - 30 * 86400e3).toISOString().slice(0, 19) + "Z";
  const made = await api.addDevice({ name: "Main", server: simUrl, token, start_time });
  device = made.id;
  assert.equal(made.attributes.plugin_slug, "1password");
  assert.equal(made.attributes.device_type, "CLOUD");
  assert.equal(made.attributes.task_source, "EXPEL_TASKPOOL");
  assert.ok(!JSON.stringify(made).includes(token.split(".")[2]));
  const healthy = await until(async () => { const d = await api.device(device); return d.attributes.status === "healthy" && d; }, "healthy");
  assert.ok(healthy.attributes.status_updated_at);
});

test("a wrong token is unhealthy within 30 s, and names why", async () => {
  const bad = token.slice(0, -12) + "AAAAAAAAAAAA";
  const made = await api.addDevice({ name: "Bad token", server: simUrl, token: bad });
  const d = await until(async () => { const x = await api.device(made.id); return x.attributes.status && x; }, "a verdict", 30000);
  assert.equal(d.attributes.status, "unhealthy");
  assert.match(d.attributes.status_details.sentence, /[Nn]ot authorised|token/);
});

test("every event is there once, with the exact bytes, under exact totals", async () => {
  await until(async () => (await api.eventTotal(device)) >= 900, "the backlog");
  const seen = new Set();
  for await (const e of api.events(device, "auditevents")) {
    assert.ok(!seen.has(e.id));
    seen.add(e.id);
    assert.equal(e.attributes.stream, "auditevents");
    assert.equal(e.attributes.vendor_uid, e.attributes.raw.uuid);
  }
  assert.ok(seen.size >= 300);
  const one = (await api.get(`/api/v2/events?filter[security_device][id]=${device}&filter[stream]=signinattempts&page[limit]=1`)).data[0];
  const bytes = await (await api.raw("GET", `/api/v2/events/${one.id}/raw`)).text();
  assert.equal(JSON.parse(bytes).uuid, one.attributes.vendor_uid);
  const q = `/api/v2/events?filter[security_device][id]=${device}&filter[stream]=signinattempts`;
  const until_ = `&filter[time]=<${one.attributes.time}`;
  const all = (await api.get(`${q}${until_}&page[limit]=0`)).meta.page.total;
  const ok = (await api.get(`${q}${until_}&filter[outcome]=success&page[limit]=0`)).meta.page.total;
  const failed = (await api.get(`${q}${until_}&filter[outcome]=failure&page[limit]=0`)).meta.page.total;
  assert.equal(ok + failed, all);
  const text = (await api.get(`${q}&filter[text]=${one.attributes.vendor_uid}&page[limit]=10`));
  assert.equal(text.meta.page.total, 1);
  assert.equal(text.data[0].id, one.id);
});

test("two people edit: the second is told, nothing is overwritten unseen", async () => {
  const url = `/api/v2/security_devices/${device}`;
  const etag = (await api.raw("GET", url)).headers.get("etag");
  const patch = (name, headers) => api.raw("PATCH", url, { data: { type: "security_devices", attributes: { name } }, id: device }, headers);
  assert.equal((await patch("First", { "if-match": etag })).status, 200);
  const second = await patch("Second", { "if-match": etag });
  assert.equal(second.status, 412);
  assert.ok((await second.json()).errors[0].detail);
  assert.equal((await api.device(device)).attributes.name, "First");
  assert.equal((await patch("Third")).status, 200, "without If-Match the last write wins");
});

test("bad input is a 4xx with a sentence, and nothing is half-applied", async () => {
  const bodies = [["POST", "/api/v2/security_devices", "{"], ["POST", "/api/v2/security_devices", "[]"], ["POST", "/api/v2/security_devices", { data: { type: "security_devices", attributes: { name: "x" } } }],
    ["POST", "/api/v2/security_devices", { data: { type: "security_devices", attributes: { name: "Third", location: "x", plugin_slug: "1password", device_spec: { server: simUrl } } } }],
    ["POST", "/api/v2/security_devices", { data: { type: "security_devices", attributes: { name: "y", location: "x", plugin_slug: "nothing", device_spec: { server: simUrl } } } }],
    ["POST", "/api/v2/security_devices", { data: { type: "security_devices", attributes: { name: "y", location: "x", plugin_slug: "1password", device_spec: { server: "https://evil.example.test" } } } }],
    ["PATCH", `/api/v2/security_devices/${device}`, { data: { attributes: { name: 7 } } }], ["PATCH", `/api/v2/security_devices/${device}`, { data: { attributes: { nonsense: 1 } } }],
    ["PATCH", `/api/v2/security_devices/${device}`, { data: { attributes: { name: "x".repeat(10000) } } }], ["PATCH", `/api/v2/security_devices/${device}`, "[".repeat(5000)],
    ["GET", "/api/v2/security_devices/00000000-0000-4000-8000-000000000000"], ["GET", "/api/v2/nonsense"], ["GET", "/api/v2/security_devices?filter[nonsense]=1"], ["PUT", "/api/v2/security_devices"]];
  for (const [method, path, body] of bodies) {
    const answer = await api.raw(method, path, body);
    assert.ok(answer.status >= 400 && answer.status < 500, `${method} ${path} ${JSON.stringify(body)?.slice(0, 80)}: ${answer.status}`);
    assert.ok((await answer.json()).errors[0].detail.length > 10);
  }
  assert.equal((await api.device(device)).attributes.name, "Third");
});

test("replacing the token keeps the cursor and is in the history", async () => {
  const before_ = await api.eventTotal(device);
  const fresh = (await (await fetch(`${simUrl}/_sim/tokens`, { method: "POST", body: "{}" })).json()).token;
  const done = await api.raw("PATCH", `/api/v2/secrets/security_device-${device}`, { data: { type: "secrets", attributes: { secret: { device_info: { api_token: fresh } } } } });
  assert.equal(done.status, 200, await done.clone().text());
  assert.ok(!(await done.text()).includes(fresh.slice(-30)));
  const rows = (await api.get(`/api/v2/security_devices/${device}/security_device_histories?page[limit]=200`)).data;
  assert.ok(rows.some((r) => r.attributes.action === "UPDATED_SECRETS"));
  await until(async () => (await api.eventTotal(device)) > before_, "events go on");
});

test("counts by device for many devices at once, exports of the list, what a device holds", async () => {
  const bare = (await api.get("/api/v2/security_devices?filter[name]=No token")).data[0];
  const counts = await api.get(`/api/v2/events/counts?width=day&group=security_device&filter[security_device][id]=${device}&filter[security_device][id]=${bare.id}`);
  assert.ok(counts.data.every((c) => c.security_device_id === device), "and nothing for one without events");
  assert.equal(counts.data.reduce((sum, c) => sum + c.count, 0), counts.meta.total);
  assert.ok(counts.meta.total >= 900);
  const attributes = (await api.device(device)).attributes;
  assert.ok(attributes.bytes_total > 900 * 50);
  assert.equal(attributes.usual_24h, null, "no week is over yet");
  const list = `filter[security_device][id]=${device}&filter[stream]=signinattempts&sort=+time`;
  const newest = (await api.get(`/api/v2/events?${list.replace("+", "-")}&page[limit]=1`)).data[0].attributes.time;
  const q = `${list}&filter[time]=<${newest}`;
  const expected = [];
  for await (const e of api.events(device, "signinattempts", `&sort=%2Btime&filter[time]=<${newest}`)) expected.push(e);
  const jsonl = await api.raw("GET", `/api/v2/events/export?format=jsonl&${q}`);
  assert.match(jsonl.headers.get("content-disposition"), /^attachment; filename="events-\d{8}T\d{6}Z\.jsonl"$/);
  assert.deepEqual((await jsonl.text()).trimEnd().split("\n").map((line) => JSON.parse(line)), expected);
  const csv = await (await api.raw("GET", `/api/v2/events/export?format=csv&${q}&page[limit]=5`)).text();
  assert.equal(csv.split("\r\n")[0], "time,received_at,security_device,security_device_id,stream,id,vendor_uid,class_uid,activity_id,action,outcome,actor_uid,actor_email,source_ip,country,target,versions,unreadable,raw");
  assert.deepEqual(csv.trimEnd().split("\r\n").slice(1).map((row) => row.split(",")[5]), expected.slice(0, 5).map((e) => e.id));
});

test("one's own account: sign-ins, preferences, second factor, password", async () => {
  const path = `/api/v2/user_accounts/${account.user_id}`;
  await api.call("PATCH", path, { data: { attributes: { preferences: { theme: "dark" } } } });
  assert.deepEqual((await api.get("/auth/v0/session")).user.preferences, { theme: "dark" });
  // A code of the half minute to come is taken too, and this is the one that nobody has used: no try fails for it
  const signIn = async () => {
    const taken = Math.floor(Date.now() / 30000);
    const at = await until(() => Math.floor((Date.now() + 25000) / 30000) > taken && Date.now() + 25000, "the next code");
    const answer = await fetch(`${base}/auth/v0/login`, { method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: account.email, password: account.password, otp: totp(account.totp_secret, at) }) });
    assert.equal(answer.status, 200, await answer.clone().text());
    return new Api(base, (await answer.json()).access_token);
  };
  const other = await signIn();
  const rows = (await api.get("/api/v2/user_sessions")).data;
  assert.equal(rows.filter((r) => r.attributes.current).length, 1);
  const its = (await other.get("/api/v2/user_sessions")).data.find((r) => r.attributes.current);
  assert.equal((await api.raw("DELETE", `/api/v2/user_sessions/${its.id}`)).status, 204);
  assert.equal((await other.raw("GET", path)).status, 401, "at once");
  const wrong = await api.raw("POST", "/auth/v0/factor", { current_password: "wrong", otp: "000000" });
  assert.equal(wrong.status, 403);
  assert.equal((await wrong.json()).errors[0].code, "wrong_credentials");
  const offer = await api.call("POST", "/auth/v0/factor", { current_password: account.password, otp: account.recovery_codes[0] });
  assert.ok(offer.otpauth_uri.includes(`secret=${offer.secret}`));
  assert.match(offer.qr.path, /^M4 4h7v1h-7z/);
  const { recovery_codes } = await api.call("POST", "/auth/v0/factor/confirm", { otp: totp(offer.secret) });
  assert.equal(recovery_codes.length, 10);
  account.totp_secret = offer.secret;
  const changed = await api.raw("POST", "/auth/v0/password", { current_password: account.password, otp: recovery_codes[0], new_password: "quite another horse" });
  assert.equal(changed.status, 204, await changed.text());
  account.password = "quite another horse";
  assert.equal((await api.raw("GET", path)).status, 200, "the session it came by goes on");
  const again = await signIn();
  const feed = await again.raw("GET", "/api/v2/live");
  assert.equal(feed.status, 200);
  assert.equal((await again.raw("DELETE", "/auth/v0/session")).status, 204);
  const begun = Date.now();
  await feed.text().catch(() => undefined);
  assert.ok(Date.now() - begun < 3_000, "its feed ends with it, not with the next of its pings");
});

test("sign-ins and events survive SIGKILL; SIGTERM ends with 0 within 5 s", async () => {
  const total = await api.eventTotal(device);
  await serve.stop("SIGKILL");
  await start();
  assert.ok((await api.eventTotal(device)) >= total, "the same token still works");
  const begun = Date.now();
  const end = await serve.stop("SIGTERM");
  assert.equal(end.code, 0);
  assert.ok(Date.now() - begun < 5000);
  await start();
  assert.equal((await api.device(device)).id, device);
});

test("no token stands in clear in any file, log or answer", async () => {
  const canaries = [token, token.split(".")[2].slice(0, 40), Buffer.from(token).toString("base64").slice(8, 60), account.totp_secret, account.password, api.token];
  for (const file of everyFile(data)) {
    if (!existsSync(file)) continue;
    const bytes = readFileSync(file).toString("latin1");
    for (const canary of canaries) assert.ok(!bytes.includes(canary), `${file} holds a secret`);
  }
  for (const canary of canaries) assert.ok(!serve.errors.includes(canary), "the log holds a secret");
  for (const path of ["/api/v2/security_devices?include=organization,vendor,created_by", "/api/v2/security_device_histories?page[limit]=1000", "/api/v2/plugins"])
    for (const canary of canaries) assert.ok(!JSON.stringify(await api.get(path)).includes(canary), path);
});

test("pausing stops polls, deleting is soft", async () => {
  const patch = (paused) => api.call("PATCH", `/api/v2/security_devices/${device}`, { data: { attributes: { paused } } });
  await patch(true);
  const paused = await until(async () => { const d = await api.device(device); return d.attributes.status === "health_checks_not_supported" && d; }, "paused");
  assert.equal(paused.attributes.status_details.level, "paused");
  const last = paused.attributes.last_successful_poll_at;
  await sleep(2500);
  assert.equal((await api.device(device)).attributes.last_successful_poll_at, last);
  await patch(false);
  await until(async () => (await api.device(device)).attributes.last_successful_poll_at > last, "polls again");
  assert.equal((await api.raw("DELETE", `/api/v2/security_devices/${device}`)).status, 204);
  assert.ok((await api.device(device)).attributes.deleted_at, "what it was can still be read");
  const listed = (await api.get("/api/v2/security_devices?page[limit]=1000")).data.map((d) => d.id);
  assert.ok(!listed.includes(device));
  assert.ok((await api.eventTotal(device)) > 0, "its events stay");
});
