// A laboratory for vendor faults: one real `picket serve`, several simulated vendors, and many scenarios side by side. Each scenario has
// a vendor of its own while it runs, and in it an account that no other scenario ever used.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { connect, createServer as createTcp } from "node:net";
import { join } from "node:path";
import { Api, Program, init, scratch, sleep } from "./program.mjs";

export const streams = ["auditevents", "itemusages", "signinattempts"];
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const inParallel = async (items, width, work) => {
  const queue = [...items];
  await Promise.all(Array.from({ length: width }, async () => { while (queue.length) await work(queue.shift()); }));
};

/** Waits until `check` gives something true; what it saw last goes into the error. */
export async function eventually(check, what, { ms = 30000, every = 200, seen = () => "" } = {}) {
  const end = Date.now() + ms;
  for (let trouble = ""; ;) {
    try {
      const value = await check();
      if (value) return value;
      trouble = "";
    } catch (error) { trouble = ` (${error.message})`; }
    if (Date.now() > end) assert.fail(`not within ${ms} ms: ${what}${trouble}${seen()}`);
    await sleep(every);
  }
}

/** A port that nobody listens at until `open()`, then a way through to `target`. */
class Door {
  static async reserve(target) {
    const door = new Door();
    door.target = new URL(target);
    door.sockets = new Set();
    await door.open(0);
    door.port = door.server.address().port;
    await door.close();
    return door;
  }
  get url() { return `http://127.0.0.1:${this.port}`; }
  open(port = this.port) {
    this.server = createTcp((near) => {
      const far = connect(Number(this.target.port), this.target.hostname);
      for (const s of [near, far]) { this.sockets.add(s); s.on("close", () => this.sockets.delete(s)).on("error", () => { near.destroy(); far.destroy(); }); }
      near.pipe(far).pipe(near);
    });
    return new Promise((done, failed) => this.server.on("error", failed).listen(port, "127.0.0.1", done));
  }
  close() {
    for (const s of this.sockets) s.destroy();
    return new Promise((done) => this.server.close(done));
  }
}

export class Lab {
  /** `doors`: how many ports without a vendor there are. */
  static async start(picket, { vendors = 16, accounts = 16, events = 12, doors = 1, serveArgs = [] } = {}) {
    const lab = new Lab();
    lab.dir = scratch("lab");
    lab.programs = [];
    lab.vendors = await Promise.all(Array.from({ length: vendors }, async (_, i) => {
      const ledger = join(lab.dir.path, `ledger-${i}`);
      const sim = new Program(picket, ["sim", "onepassword", "--listen", "127.0.0.1:0", "--events", String(events), "--rate", "0", "--quota", "off", "--accounts", String(accounts),
        "--seed", String(100 + i), "--ledger", ledger]);
      lab.programs.push(sim);
      const url = (await sim.line(/(http:\/\/[^\s]+)/))[1];
      return { url, ledger, nextAccount: 0, accounts, tokens: (await (await fetch(`${url}/_sim/tokens`)).json()).tokens };
    }));
    lab.doors = await Promise.all(Array.from({ length: doors }, (_, i) => Door.reserve(lab.vendors[i].url)));
    lab.freeDoors = lab.doors.map((door, i) => ({ door, vendor: lab.vendors[i] }));
    lab.free = [...lab.vendors];
    lab.queue = [];
    lab.visits = 0;
    lab.elsewhere = createHttp((_, answer) => { lab.visits += 1; answer.end("{}"); });
    await new Promise((done) => lab.elsewhere.listen(0, "127.0.0.1", done));
    lab.elsewhere.url = `http://127.0.0.1:${lab.elsewhere.address().port}/stolen`;
    const data = join(lab.dir.path, "data");
    const account = init(picket, data);
    const servers = [...lab.vendors.map((v) => v.url), ...lab.doors.map((d) => d.url)];
    lab.serve = new Program(picket, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--poll-interval", "1s", ...servers.flatMap((s) => ["--allow-device-server", s]), ...serveArgs]);
    lab.programs.push(lab.serve);
    const base = (await lab.serve.line(/^Picket is ready at (http:\/\/127\.0\.0\.1:\d+)$/, 60000))[1];
    lab.api = await Api.login(base, account);
    return lab;
  }

  async stop() {
    for (const door of this.doors ?? []) await door.close().catch(() => {});
    this.elsewhere?.closeAllConnections();
    this.elsewhere?.close();
    await Promise.all(this.programs.map((p) => p.stop("SIGKILL")));
    this.dir.remove();
  }

  /** Runs `play(scenario)` with a vendor of its own. */
  async run(play, { door = false } = {}) {
    const wanted = door ? this.freeDoors.pop() : undefined;
    const vendor = await new Promise((got) => {
      const take = () => {
        const at = wanted ? this.free.indexOf(wanted.vendor) : this.free.length - 1;
        if (at < 0) return false;
        got(this.free.splice(at, 1)[0]);
        return true;
      };
      if (!take()) this.queue.push(take);
    });
    const scenario = new Scenario(this, vendor, wanted?.door);
    try {
      await play(scenario);
    } finally {
      await scenario.end();
      this.free.push(vendor);
      const next = this.queue.findIndex((take) => take());
      if (next >= 0) this.queue.splice(next, 1);
    }
  }
}

export class Scenario {
  constructor(lab, vendor, door) {
    this.lab = lab;
    this.api = lab.api;
    this.vendor = vendor;
    this.door = door;
    this.devices = [];
    this.account = this.takeAccount();
    this.token = vendor.tokens[this.account].token;
  }
  takeAccount() {
    assert.ok(this.vendor.nextAccount < this.vendor.accounts - 1, "the vendor has an account left");
    return this.vendor.nextAccount++;
  }

  // --- the vendor's side
  async control(path, body) {
    const answer = await fetch(this.vendor.url + path, { method: body ? "POST" : "GET", body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  }
  /** Replaces the vendor's faults. */
  faults(...rules) { return this.control("/_sim/faults", { rules: rules.map((r) => ({ account: this.account, ...r })) }); }
  settings(set) { return this.control("/_sim/settings", set); }
  state() { return this.control("/_sim/state"); }
  tokens(body) { return this.control("/_sim/tokens", { account: this.account, ...body }); }
  arrive(stream = "auditevents", what = {}) { return this.control("/_sim/events", { account: this.account, stream, kind: "new", ...what }); }
  async arriveEverywhere(count = 2) { for (const stream of streams) await this.arrive(stream, { count }); }

  /** What the vendor's own books say: events by stream and uuid, each with the hashes under which it exists or was sent. */
  async ledger(account = this.account) {
    await this.state();  // writes it out
    const books = Object.fromEntries(streams.map((s) => [s, { events: new Map(), altered: new Map(), places: [], skipped: [], pages: [] }]));
    for (const line of readFileSync(this.vendor.ledger, "utf8").split("\n")) {
      if (!line) continue;
      const entry = JSON.parse(line);
      if (entry.account !== account) continue;
      const book = books[entry.stream];
      if (entry.kind === "page") book.pages.push(entry);
      if (entry.kind === "skipped") book.skipped.push(entry);
      if (entry.kind === "altered") book.altered.set(entry.sha256, entry.uuid);
      if (entry.kind !== "event") continue;
      book.places[entry.position] = entry.uuid;
      if (!book.events.has(entry.uuid)) book.events.set(entry.uuid, new Set());
      book.events.get(entry.uuid).add(entry.sha256);
    }
    return books;
  }

  // --- our side
  async add({ token = this.token, server = this.vendor.url, days = 7, ...more } = {}) {
    const start_time = new Date(Date.now() - days * 86400e3).toISOString().slice(0, 19) + "Z";
    this.added = Date.now();
    const made = await this.api.addDevice({ name: `${this.vendor.ledger.split("-").pop()}.${this.account}.${this.devices.length}`, server, token, start_time, ...more });
    this.devices.push(made.id);
    this.device ??= made.id;
    return made.id;
  }
  async attributes(device = this.device) { return (this.last = (await this.api.device(device)).attributes); }
  /** One stream in `status_details`. */
  async stream(name = "auditevents") { return (await this.attributes()).status_details.streams.find((s) => s.stream === name); }
  seen() {
    const d = this.last?.status_details;
    return d ? `\nlast seen: ${this.last.status} ${d.level} ${d.code}: ${d.sentence}\n${d.streams.map((s) => `  ${s.stream}: ${s.level} ${s.code} ${s.events_total} ${s.sentence} ${JSON.stringify(s.last_error)}`).join("\n")}` : "";
  }
  eventually(check, what, ms = 30000) { return eventually(check, what, { ms, seen: () => this.seen() }); }

  /** Waits for a verdict: `{status, level, code}`, each optional; of the device, or of one of its streams. */
  async verdict({ status, level, code, stream, device }, ms) {
    const told = await this.eventually(async () => {
      const a = await this.attributes(device);
      const part = stream ? a.status_details.streams.find((s) => s.stream === stream) : a.status_details;
      return (status === undefined || a.status === status) && (level === undefined || part.level === level) && (code === undefined || part.code === code) && a;
    }, JSON.stringify({ status, level, code, stream }), ms);
    return stream ? told.status_details.streams.find((s) => s.stream === stream) : told.status_details;
  }
  async unhealthy(code, ms = 30000) {
    const told = await this.verdict({ status: "unhealthy", level: "error", code }, ms);
    assert.match(told.sentence, /\w+ \w+/);
    await this.history("unhealthy", code);
    return told;
  }
  /** Still healthy, and needs attention. */
  async warned(code, ms = 30000) {
    const told = await this.verdict({ status: "healthy", level: "warning", code }, ms);
    await this.history("healthy", code);
    return told;
  }
  healthy(ms) { return this.verdict({ status: "healthy", level: "ok" }, ms); }
  /** A device that has read everything there is. */
  async ready(what) {
    await this.add(what);
    await this.healthy();
    await this.complete();
  }
  /** The verdicts that the history tells, oldest first. A row holds what changed, so each is put on top of the one before. */
  async verdicts() {
    const rows = (await this.api.get(`/api/v2/security_devices/${this.device}/security_device_histories?page[limit]=200`)).data.map((r) => r.attributes);
    const told = [];
    for (const row of rows.sort((a, b) => (a.created_at < b.created_at ? -1 : 1)))
      if (row.value?.kind === "health") told.push({ ...told.at(-1), ...row.value.before, ...row.value.after });
    return told;
  }
  /** A change of health to this verdict is in the history. */
  async history(status, code) {
    let told = [];
    const found = async () => (told = await this.verdicts()).some((v) => (code === undefined || v.code === code) && v.status === status);
    await eventually(found, `a row of the history: ${status}, ${code}`, { ms: 20000, seen: () => `\n${told.map((v) => `${v.status} ${v.level} ${v.code}`).join("\n")}` });
  }
  async polls(stream, outcome) {
    const q = `filter[stream]=${stream}${outcome ? `&filter[outcome]=${outcome}` : ""}&page[limit]=200`;
    return (await this.api.get(`/api/v2/security_devices/${this.device}/polls?${q}`)).data.map((p) => p.attributes);
  }
  /** "Test now": polls at once what would wait for long. */
  testNow(device = this.device) {
    return this.eventually(async () => {
      const answer = await this.api.raw("POST", `/api/v2/security_devices/${device}/test`);
      return answer.status !== 429 && answer.json();
    }, "a test");
  }
  replace(token, more = {}) {
    return this.api.raw("PATCH", `/api/v2/secrets/security_device-${this.device}`, { data: { type: "secrets", attributes: { secret: { device_info: { api_token: token } }, ...more } } });
  }
  async fresh(spec = {}) { return (await this.tokens({ action: "issue", ...spec })).token; }

  /** How many events should be stored of each stream; `extra` for records that have no id of the vendor's. */
  async complete(extra = {}, ms = 30000) {
    for (const stream of streams) {
      await this.eventually(async () => {
        const wanted = (await this.ledger())[stream].events.size + (extra[stream] ?? 0);
        return (await this.api.eventTotal(this.device, stream)) === wanted;
      }, `all of ${stream}`, ms).catch(async (error) => {
        await this.attributes();
        throw new Error(`${error.message}\nledger ${(await this.ledger())[stream].events.size} + ${extra[stream] ?? 0}, stored ${await this.api.eventTotal(this.device, stream)}${this.seen()}`);
      });
    }
  }

  /**
   * Store and ledger are the same: each of the vendor's events once, in exactly its bytes, and nothing else. `extra`: how many further rows a stream
   * may have; each of them must still be bytes that the vendor sent. `share`: of how many rows the bytes are compared.
   */
  async same({ extra = {}, share = 1, also = [], device = this.device, account = this.account } = {}) {
    if (device === this.device) await this.complete(extra);
    const books = await this.ledger(account);
    const others = await Promise.all(also.map((a) => this.ledger(a)));
    for (const stream of streams) {
      const { events, altered } = books[stream];
      const sent = new Set([...altered.keys(), ...others.flatMap((o) => [...o[stream].events.values()].flatMap((s) => [...s]))]);
      for (const hashes of events.values()) for (const h of hashes) sent.add(h);
      const rows = [];
      for await (const row of this.api.events(device, stream)) rows.push(row);
      const uids = rows.map((r) => r.attributes.vendor_uid).filter((u) => u && events.has(u));
      assert.equal(new Set(uids).size, uids.length, `${stream}: nothing is doubled`);
      const stored = new Set(uids);
      const mutated = new Set(altered.values());
      const lost = [...events.keys()].filter((u) => !stored.has(u) && !mutated.has(u));
      assert.deepEqual(lost, [], `${stream}: nothing is lost`);
      assert.equal(rows.length, events.size + (extra[stream] ?? 0), `${stream}: nothing is invented`);
      const step = Math.max(1, Math.round(1 / share));
      await inParallel(rows.filter((_, i) => i % step === 0), 4, async (row) => {
        const bytes = Buffer.from(await (await this.api.raw("GET", `/api/v2/events/${row.id}/raw`)).arrayBuffer());
        const hash = sha256(bytes), uid = row.attributes.vendor_uid, own = events.get(uid);
        assert.ok(sent.has(hash), `${stream} ${uid}: stored bytes are bytes that were sent: ${bytes.toString().slice(0, 200)}`);
        if (own && !mutated.has(uid)) {
          assert.ok(own.has(hash), `${stream} ${uid}: its own bytes`);
          assert.equal(row.attributes.versions, own.size, `${stream} ${uid}: versions`);
        }
      });
    }
  }

  /** The fault is over: healthy again, news arrive, nothing is missing. `now`: without waiting for the next try. */
  async recovers({ now = false, ms = 30000, device, ...what } = {}) {
    await this.faults();
    await this.arriveEverywhere();
    if (now) await this.testNow();
    await this.healthy(ms);
    let told = [];
    const back = async () => (told = await this.verdicts()).at(-1)?.level === "ok";
    await eventually(back, "the recovery is in the history", { ms: 20000, seen: () => `\n${told.map((v) => `${v.status} ${v.level} ${v.code}`).join("\n")}` });
    await this.same(what);
  }

  async end() {
    await this.faults();
    await this.settings({ rate: 0, latency_ms: 0, quota: false, clock_skew_ms: 0, rate_limit_headers: false, second_error_shape: false, fresh_idle_cursor: false });
    for (const id of this.devices) await this.api.raw("DELETE", `/api/v2/security_devices/${id}`);
  }
}
