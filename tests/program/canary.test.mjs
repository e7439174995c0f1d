// Canary tokens of three shapes go through every path that a token can take. They are found nowhere: in no answer, no header, no live feed, no
// metric, no history, no line of the log at its most talkative, and in no file under the data directory, whichever way they are written.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Api, Program, init, scratch, until } from "../lib/program.mjs";

const picket = process.env.PICKET_PROGRAM ?? "build/release/picket";
const dir = scratch("canary");
const data = join(dir.path, "data");
let sim, simUrl, serve, api, account, base;
let log = "";
const answers = [];  // {what, text}: everything that the server said
let feed = "";

// ------------------------------------------------------------------------------------------------------------------ the canaries
const word = (n) => randomBytes(n).toString("base64url").replace(/[-_]/g, "x");
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const canaries = new Map();  // name -> token
const claimed = (fields) => `${encode({ alg: "ES256", kid: word(12), typ: "JWT" })}.${encode({ jti: word(20), iss: "com.1password.b5", iat: 1795387098, ...fields })}.${word(64)}`;

/** Every way in which bytes are likely to be written. */
function forms(token) {
  const out = new Map();
  const add = (how, text) => { if (text.length >= 12) out.set(`${how} ${text}`, { how, text }); };
  const pieces = new Set([token, ...token.split(".").filter((p) => p.length >= 20)]);
  // the middle of it too, for whoever clips or masks the ends
  for (const piece of [...pieces]) if (piece.length >= 40) pieces.add(piece.slice(8, 36));
  for (const piece of pieces) {
    const bytes = Buffer.from(piece), latin = bytes.toString("latin1");
    add("plain", latin);
    add("escaped as JSON", Buffer.from(JSON.stringify(piece).slice(1, -1)).toString("latin1"));
    add("escaped to ASCII", JSON.stringify(piece).slice(1, -1).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`));
    add("reversed", [...latin].reverse().join(""));
    const percent = encodeURIComponent(piece);
    add("percent-encoded", percent);
    add("percent-encoded and reversed", [...percent].reverse().join(""));
    add("percent-encoded whole", latin.replace(/[^]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`));
    for (const hex of [bytes.toString("hex"), bytes.toString("hex").toUpperCase()]) add("hex", hex);
    // at each of the three places it can have in a longer text; the ends depend on the neighbours
    for (let shift = 0; shift < 3; ++shift)
      for (const kind of ["base64", "base64url"])
        add(kind, Buffer.concat([Buffer.alloc(shift), bytes]).toString(kind).slice(shift === 0 ? 0 : 4).replace(/=+$/, "").slice(0, -4));
    add("UTF-16", Buffer.from(piece, "utf16le").toString("latin1"));
  }
  return [...out.values()];
}
let wanted = [];
const learn = (name, token) => {
  canaries.set(name, token);
  wanted.push(...forms(token).map((f) => ({ ...f, name })));
  return token;
};
const find = (text) => wanted.filter((w) => text.includes(w.text));
const clean = (text, where) => {
  const found = find(text);
  assert.deepEqual(found.map((f) => `${f.name}, ${f.how}`), [], where);
};

const everyFile = (path) => readdirSync(path, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? everyFile(join(path, e.name)) : [join(path, e.name)]));
function scanFiles() {
  for (const file of everyFile(data)) {
    let bytes;
    try { bytes = readFileSync(file); } catch { continue; }  // gone meanwhile
    clean(bytes.toString("latin1"), file);
    clean(Buffer.from(file).toString("latin1"), "a file's name");
  }
}

// -------------------------------------------------------------------------------------------------------------------- the program
const config = join(dir.path, "picket.toml");
const start = async () => {
  serve = new Program(picket, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--config", config, "--allow-device-server", simUrl, "--poll-interval", "1s"],
    { log: (text) => { log += text; } });
  base = (await serve.line(/^Picket is ready at (http:\/\/127\.0\.0\.1:\d+)$/))[1];
  if (api) api.base = base;
};
const vendor = async (path, body) => (await fetch(simUrl + path, { method: "POST", body: JSON.stringify(body) })).json();

before(async () => {
  sim = new Program(picket, ["sim", "onepassword", "--listen", "127.0.0.1:0", "--events", "20", "--rate", "2", "--accounts", "2"]);
  simUrl = (await sim.line(/(http:\/\/[^\s]+)/))[1];
  writeFileSync(config, 'log_level = "debug"\n');
  account = init(picket, data);
  await start();
  const raw = Api.prototype.raw;
  Api.prototype.raw = async function listen(method, path, body, headers) {
    const answer = await raw.call(this, method, path, body, headers);
    const text = Buffer.from(await answer.clone().arrayBuffer()).toString("latin1");
    answers.push({ what: `${method} ${path.slice(0, 60)} ${answer.status}`, text: `${[...answer.headers].join("\n")}\n${text}` });
    return answer;
  };
  api = await Api.login(base, account);
  const live = await fetch(`${base}/api/v2/live`, { headers: { authorization: `Bearer ${api.token}` } });
  assert.equal(live.status, 200);
  (async () => { for await (const chunk of live.body) feed += Buffer.from(chunk).toString("latin1"); })().catch(() => {});

  learn("works", (await vendor("/_sim/tokens", { action: "issue" })).token);
  learn("works as well", (await vendor("/_sim/tokens", { action: "issue" })).token);
  learn("another account's", (await vendor("/_sim/tokens", { action: "issue", account: 1 })).token);
  const host = new URL(simUrl).host;
  learn("JWT that the vendor refuses", claimed({ aud: [host], "1password.com/auuid": "WRONGACCOUNT", "1password.com/fts": ["auditevents", "itemusages", "signinattempts"] }));
  learn("JWT that expired", claimed({ aud: [host], "1password.com/auuid": "OLDACCOUNT", "1password.com/fts": ["auditevents"], exp: 1600000000 }));
  learn("Connect's", claimed({ aud: ["com.1password.connect"], "1password.com/auuid": "CONNECT", "1password.com/fts": ["vaultaccess"] }));
  learn("service account's", `ops_${encode({ signInAddress: "quist.1password.com", secretKey: word(40) })}`);
  learn("opaque in three parts", `${word(30)}.${word(60)}.${word(48)}`);
  learn("opaque", word(60));
  learn("quotes, backslashes, unicode", `"${word(18)}\\${word(6)}'ünïcodé-漢字-💥\\"${word(18)}\t<&>%41`);
});
after(async () => {
  await serve?.stop("SIGKILL");
  await sim?.stop();
  dir.remove();
});

const info = (token) => ({ device_info: { api_token: token } });
const create = (name, secrets) => api.raw("POST", "/api/v2/security_devices", { data: { type: "security_devices", attributes: { name, location: "Cage", plugin_slug: "1password", device_spec: { server: simUrl }, secrets } } });
const replace = (id, secret, more = {}) => api.raw("PATCH", `/api/v2/secrets/security_device-${id}`, { data: { type: "secrets", attributes: { secret, ...more } } });
const devices = new Map();  // canary's name -> device

test("the search finds what it looks for", () => {
  for (const w of wanted) assert.ok(find(`…${w.text}…`).length > 0, `${w.name}: ${w.how}`);
  for (const [name, token] of canaries) {
    for (const text of [token, encodeURIComponent(token), JSON.stringify({ token }), Buffer.from(`Bearer ${token}`).toString("base64"), Buffer.from(`x${token}y`).toString("hex")])
      assert.ok(find(Buffer.from(text).toString("latin1")).some((f) => f.name === name), `${name} in ${text.slice(0, 40)}`);
  }
  assert.deepEqual(find("eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9"), []);
});

test("adding devices", async () => {
  for (const [name, token] of canaries) {
    const answer = await create(name, info(token));
    assert.ok([201, 400].includes(answer.status), `${name}: ${answer.status}`);
    if (answer.status === 201) devices.set(name, (await answer.json()).data.id);
  }
  for (const name of ["works", "JWT that the vendor refuses", "JWT that expired", "opaque in three parts"]) assert.ok(devices.has(name), `${name} was stored`);
  await until(async () => {
    for (const id of devices.values()) if (!(await api.device(id)).attributes.status) return false;
    return true;
  }, "a verdict on each");
  scanFiles();
});

test("refused input: wrong places, wrong types, broken JSON", async () => {
  for (const [name, token] of canaries) {
    for (const secrets of [token, [token], { device_info: token }, { device_info: [token] }, { device_info: { api_token: [token] } }, { device_info: { api_token: { value: token } } }, { device_info: { token } },
      { token }, { device_info: { api_token: token, extra: token } }, { device_info: { api_token: token.repeat(400) } }]) {
      const answer = await create(`Wrong ${name}`, secrets);
      assert.ok(answer.status === 400 || answer.status === 413, `${name} ${JSON.stringify(secrets).slice(0, 60)}: ${answer.status}`);
    }
    for (const body of [JSON.stringify({ data: { type: "security_devices", attributes: { name: "Broken", secrets: info(token) } } }).slice(0, -2), `{"data":${token}`, `${token}`])
      assert.equal((await api.raw("POST", "/api/v2/security_devices", body)).status, 400);
    assert.ok((await create("x".repeat(300), info(token))).status === 400);
    const twice = await create("works", info(token));
    assert.ok([400, 409].includes(twice.status), "the name is taken");
  }
});

test("replacing tokens: accepted, refused, stale, another account's", async () => {
  const id = devices.get("works");
  for (const [name, token] of canaries) {
    await replace(id, info(token));
    await replace(id, info(token), { accept_other_account: true });
    await replace(id, token);
    await replace(id, { device_info: { token } });
    await replace("00000000-0000-4000-8000-000000000000", info(token));
    const stale = await api.raw("PATCH", `/api/v2/secrets/security_device-${id}`, { data: { type: "secrets", attributes: { secret: info(token) } } }, { "if-match": '"0"' });
    assert.ok(stale.status >= 400, `${name}: ${stale.status}`);
  }
  scanFiles();
  assert.equal((await replace(id, info(canaries.get("works")), { accept_other_account: true })).status, 200);
  await until(async () => (await api.device(id)).attributes.status === "healthy", "healthy again");
});

test("tests and inspections, before saving and after", async () => {
  const id = devices.get("works");
  const patiently = (path, body) => until(async () => { const a = await api.raw("POST", path, body); return a.status !== 429 && a; }, path);
  for (const token of canaries.values()) {
    await patiently("/api/v2/plugins/1password/test", { device_spec: { server: simUrl }, secrets: info(token) });
    await patiently("/api/v2/plugins/1password/test", { device_spec: { server: "https://events.1password.com.invalid" }, secrets: info(token) });
    await patiently("/api/v2/plugins/1password/test", { device_spec: { server: simUrl }, secrets: info(token), device_id: id });
    await patiently("/api/v2/plugins/1password/inspect", { secrets: info(token) });
    await patiently("/api/v2/plugins/1password/inspect", { secrets: token });
  }
  for (const device of devices.values()) await patiently(`/api/v2/security_devices/${device}/test`);
});

test("a vendor that echoes the token in its errors", async () => {
  const token = canaries.get("works"), id = devices.get("works");
  const echoes = [{ status: 401, body: JSON.stringify({ Error: { Message: `Unauthorized: ${token}` } }) }, { status: 500, body: JSON.stringify({ status: 500, message: token.slice(-40) }) },
    { status: 400, body: token }, { status: 302, redirect: `${simUrl}/?token=${token}` }, { status: 200, body: `<html>${token}</html>`, content_type: "text/html" },
    { status: 200, body: `{"cursor":"x","has_more":${token}` }, { status: 429, headers: { "Retry-After": token }, body: token }];
  for (const action of echoes) {
    await vendor("/_sim/faults", { rules: [{ action }] });
    const fired = async () => (await (await fetch(`${simUrl}/_sim/state`)).json()).faults[0].fired > 0;
    await until(async () => { await api.raw("POST", `/api/v2/security_devices/${id}/test`); return fired(); }, `${action.status} was sent`);
    await until(async () => (await api.device(id)).attributes.status_details.level !== "ok", `${action.status} was told`);
  }
  await vendor("/_sim/faults", { rules: [] });
  await replace(id, info(canaries.get("works as well")));
  await until(async () => (await api.device(id)).attributes.status === "healthy" && (await api.device(id)).attributes.status_details.level === "ok", "healthy again");
});

test("re-reading, editing, pausing, deleting", async () => {
  const id = devices.get("works");
  const start_time = new Date(Date.now() - 3 * 86400e3).toISOString().slice(0, 19) + "Z";
  await api.call("GET", `/api/v2/security_devices/${id}/reread?start_time=${start_time}`);
  await api.call("POST", `/api/v2/security_devices/${id}/reread`, { start_time });
  for (const attributes of [{ name: "Renamed" }, { paused: true }, { paused: false }, { location: "Aviary" }]) await api.call("PATCH", `/api/v2/security_devices/${id}`, { data: { attributes } });
  const gone = devices.get("JWT that expired");
  assert.equal((await api.raw("DELETE", `/api/v2/security_devices/${gone}`)).status, 204);
  await replace(gone, info(canaries.get("works")));
});

test("everything that can be read", async () => {
  const paths = ["organizations", "security_devices?include=organization,vendor,created_by,updated_by&page[limit]=1000", "security_device_histories?page[limit]=1000", "plugins", "secrets?page[limit]=1000", "user_accounts", "user_account_roles", "actors",
    "vendors", "events?page[limit]=1000&flag[ocsf]=true", "events/counts?width=day", "events/search?page[limit]=1000", "plugins/1password/logo", "nonsense"];
  for (const id of devices.values()) paths.push(`security_devices/${id}`, `security_devices/${id}/security_device_histories?page[limit]=1000`, `security_devices/${id}/polls?page[limit]=1000`, `secrets/security_device-${id}`);
  for (const path of paths) await api.raw("GET", `/api/v2/${path}`);
  for (const path of ["/metrics", "/livez", "/readyz", "/", "/auth/v0/session"]) await api.raw("GET", path);
  const read = answers.filter((a) => a.what.endsWith(" 200")).length;
  assert.ok(read > paths.length, "they were read");
});

test("no canary in any answer, header, event of the feed, or line of the log; and none in a file, before and after a stop", async () => {
  assert.ok(answers.length > 250, `${answers.length} answers`);
  for (const { what, text } of answers) clean(text, what);
  assert.ok(feed.includes("event: change"), "the feed lives");
  clean(feed, "the live feed");
  scanFiles();
  await serve.stop("SIGKILL");
  scanFiles();
  await start();
  await until(async () => (await api.device(devices.get("works"))).attributes.status === "healthy", "healthy after the start");
  await serve.stop("SIGTERM");
  scanFiles();

  assert.match(log, /info +store/, "there is a log");
  // at its most talkative
  assert.match(log, /debug +ingest: .*auditevents of device [0-9a-f-]{36} polled: ok, \d+ pages, \d+ records, \d+ new/);
  assert.match(log, /debug +ingest: .*next poll in \d+ ms/);
  assert.match(log, /debug +http: GET \/api\/v2\/security_devices\/\{id\}: 200, \d+ bytes taken, [\d.]+ ms/);
  clean(Buffer.from(log).toString("latin1"), "the log");
  clean(serve.lines.join("\n"), "standard output");
});
