// Kills the real program at random moments and at named fail points, restarts it, and compares the simulated vendor's ledger with
// the public API: lost 0, doubled 0, altered 0, clocks honest. What rules made of it is compared with a second installation that reads the
// same vendor in one calm piece (--detections): the same alerts, none lost, none doubled, and the same matches of every rule.
//
//   node tests/torture/torture.mjs --program build/torture/picket [--kills 200] [--seed S] [--at-once 2] [--planted NAME|all] [--keep]
//
// The program must be built with PICKET_TORTURE (preset `torture`). One line of JSON a run; exit code 0 only when every promise
// held (or, with --planted, when every planted bug was caught).
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Api, Program, init, scratch, sleep, until } from "../lib/program.mjs";

const args = process.argv.slice(2);
const option = (name, preset) => { const i = args.indexOf(`--${name}`); return i < 0 ? preset : args[i + 1]; };
const picket = option("program", "build/torture/picket");
const kills = Number(option("kills", "200"));
const seed = Number(option("seed", String(Date.now() % 1e9)));
const planted = option("planted");
const atOnce = Number(option("at-once", "2"));
const detections = args.includes("--detections");
const rules = join(dirname(fileURLToPath(import.meta.url)), "rules");
const streams = ["auditevents", "itemusages", "signinattempts"];

/** Where every life passes, sooner or later. */
const failPoints = [
  "store.before_roll", "store.after_roll", "ingest.page_received", "ingest.before_append", "ingest.after_append", "ingest.before_commit", "ingest.after_commit",
  "ingest.after_group_commit", "ingest.mid_round", "control.before_commit", "control.after_commit",
  "store.append_half", "store.before_commit", "store.after_commit", "store.before_run_merge", "store.after_run_merge",
  "store.merge_half", "store.merge_before_commit", "store.merge_after_commit", "store.before_checkpoint", "store.after_checkpoint",
];
/** Passed when an event file is made: the first of all is made under them. */
const firstPoints = ["store.partition_before_schema", "store.partition_after_schema"];
/** Passed only by what is not played here: the making of the databases at `init`, and retention. */
const elsewhere = ["sql.migration", "store.before_drop", "store.drop_half_removed"];

/** A name that no code knows kills nobody, and a point that nobody names is never tried: both end the run. */
function checkFailPoints() {
  const program = readFileSync(picket);
  const unknown = [...failPoints, ...firstPoints].filter((name) => !program.includes(name));
  if (unknown.length) throw new Error(`${picket} has no fail point ${unknown.join(", ")}. Was it built with the preset torture, from these sources?`);
  const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
  const known = new Set();
  for (const folder of ["src", "connectors", "app"])
    for (const file of readdirSync(join(root, folder), { recursive: true }))
      if (/\.(cc|h)$/.test(file) && !file.endsWith("fail_point.h"))
        for (const [, name] of readFileSync(join(root, folder, file), "utf8").matchAll(/PICKET_FAIL_POINT\("([^"]+)"\)/g)) known.add(name);
  const named = new Set([...failPoints, ...firstPoints, ...elsewhere]);
  const missed = [...known].filter((name) => !named.has(name)), gone = [...named].filter((name) => !known.has(name));
  if (missed.length || gone.length) throw new Error(`fail points of the sources that are not named here: ${missed.join(", ") || "none"}; named here and not in the sources: ${gone.join(", ") || "none"}`);
}

/** How often a life ended at each point, over all runs. */
const died = new Map([...failPoints, ...firstPoints].map((name) => [name, 0]));
let namedLives = 0;
/** Bugs that exist only in this build, and what must notice each. */
const plantedBugs = [
  "ingest.cursor_before_events", "ingest.clocks_only_from_new", "ingest.commit_skipped_on_repeat", "store.no_unique",
  "ingest.rules_on_new_only", "store.dedup_memory_only", "store.dedup_by_time", "connector.has_more_ignored", "connector.401_is_empty_page",
  "connector.page_skipped_on_parse_error", "control.history_outside_transaction",
];

function random(state) {  // mulberry32: the same seed gives the same kills
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

class Run {
  constructor(bug, count, runSeed) {
    this.bug = bug;
    this.count = count;
    this.seed = runSeed;
    this.random = random(runSeed);
    /** With which of the fail points it goes on. */
    this.named = Math.floor(this.random() * failPoints.length);
    this.dir = scratch("torture");
    this.killed = 0;
    this.share = 0.25;  // of the events, how many have their bytes compared
    this.atFailPoint = 0;
    this.slowest = 0;
  }

  async startVendor() {
    this.ledger = join(this.dir.path, "ledger");
    this.sim = new Program(picket, ["sim", "onepassword", "--listen", "127.0.0.1:0", "--events", "4000", "--rate", "60", "--quota", "off",
      "--latency", "3", "--seed", String(this.seed), "--ledger", this.ledger]);
    this.simUrl = (await this.sim.line(/(http:\/\/[^\s]+)/))[1];
    this.token = (await this.sim.line(/(eyJ[\w-]+\.[\w-]+\.[\w-]+)/))[1];
  }

  /** Every other life has small event files that are merged and written back often: what a store does seldom. */
  async startServer(failPoint, tight = this.random() < 0.5) {
    const begun = Date.now();
    this.serve = new Program(picket, ["serve", "--data", join(this.dir.path, "data"), "--listen", `127.0.0.1:${this.port ?? 0}`, "--poll-interval", "1s",
      "--vendor-rate", "0", "--allow-device-server", this.simUrl, ...(detections ? ["--rules", rules] : [])],
      { env: { ...(failPoint && { PICKET_DIE_AT: failPoint }), ...(tight && { PICKET_TIGHT: "1" }), ...(this.bug && { PICKET_PLANT: this.bug }) } });
    try {
      this.base = (await this.serve.line(/(http:\/\/[^\s]+)/))[1];
      this.port = Number(new URL(this.base).port);
      if (this.api) this.api.base = this.base;
    } catch (error) {
      if (error.signal === "SIGKILL") return false;  // died at its fail point before it was ready: that counts as well
      throw error;
    }
    this.slowest = Math.max(this.slowest, Date.now() - begun);
    return true;
  }

  async vendor(path, body) {
    const answer = await fetch(this.simUrl + path, { method: body ? "POST" : "GET", body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** One life of the server, from start to SIGKILL. */
  async life() {
    const point = this.random() < 0.4 ? failPoints[this.named++ % failPoints.length] : undefined;
    if (point) {
      ++namedLives;
      return this.dieAt(point, /^ingest|commit$/.test(point) ? 1 + Math.floor(this.random() * 4) : 1);
    }
    await this.startServer();
    if (this.random() < 0.15) this.reread().catch(() => {});
    await Promise.race([sleep(30 + this.random() * 900), this.serve.ended]);
    await this.kill();
  }

  /** A life that ends at the `visit`-th passing of a fail point, if it comes so far. */
  async dieAt(point, visit) {
    if (await this.startServer(`${point}:${visit}`, /merge|checkpoint|roll|partition/.test(point))) {
      // what happens seldom is brought about: a change for the control store, history once more for the event store
      if (point.startsWith("control.")) this.api.call("PATCH", `/api/v2/security_devices/${this.device}`, { data: { attributes: { location: `Place ${namedLives}` } } }).catch(() => {});
      else if (/merge|checkpoint|mid_round/.test(point) || this.random() < 0.15) this.reread().catch(() => {});
      await Promise.race([sleep(6000), this.serve.ended]);
    }
    const end = this.serve.running ? undefined : await this.serve.ended;
    if (end?.signal === "SIGKILL") {
      this.atFailPoint += 1;
      died.set(point, died.get(point) + 1);
    } else if (end) {
      this.told(`the server ended by itself (${end.signal ?? end.code}) on the way to ${point}`);
    }
    await this.kill();
  }

  async kill() {
    await this.serve.stop("SIGKILL");
    this.killed += 1;
  }

  /** Reading again from a date brings everything once more: the hardest test of "once". */
  async reread() {
    const from = new Date(Date.now() - 8 * 86400e3).toISOString().slice(0, 19) + "Z";
    await this.api.call("POST", `/api/v2/security_devices/${this.device}/reread`, { start_time: from });
  }

  async play() {
    await this.startVendor();
    this.account = init(picket, join(this.dir.path, "data"));
    // nothing shall be read yet: the first event file is made under the fail points
    await this.vendor("/_sim/faults", { rules: [{ action: { status: 503 } }] });
    await this.startServer();
    this.api = await Api.login(this.base, this.account);
    if (detections) await alertFromNow(this.api);
    this.start = new Date(Date.now() - 119 * 86400e3).toISOString().slice(0, 19) + "Z";
    this.device = (await this.api.addDevice({ name: "Tortured", server: this.simUrl, token: this.token, start_time: this.start })).id;
    await this.kill();
    await this.vendor("/_sim/faults", { rules: [] });
    for (const point of firstPoints) await this.dieAt(point, 1);
    await this.startServer();
    await sleep(200 + this.random() * 300);
    await this.kill();
    for (let i = 0; i < this.count; ++i) {
      if (i % 5 === 2) await this.vendor("/_sim/faults", { rules: this.faults() }).catch((e) => { this.faultError = e; });
      await this.life();
    }
    await this.vendor("/_sim/faults", { rules: [] });
    await this.finale();
    return this.compare();
  }

  /**
   * The last pages die between "durable" and "committed", and then nothing new comes: whoever decides clocks or commits from new events
   * alone is left behind. And a known event comes again with another timestamp: still one event.
   */
  async finale() {
    await this.startServer();
    const known = (await this.api.get(`/api/v2/events?filter[security_device][id]=${this.device}&filter[stream]=itemusages&page[limit]=1&sort=time`)).data[0];
    await this.serve.stop("SIGKILL");
    await this.vendor("/_sim/rate", { rate: 0 });
    await this.startServer();
    await sleep(2500 * atOnce);  // everything that existed is read, so that each page below holds the last events alone
    await this.probeRounds();
    await this.serve.stop("SIGKILL");
    await this.probeRefusals();
    await this.probeHistory();
    if (known) {
      const again = { ...known.attributes.raw, timestamp: new Date(Date.parse(known.attributes.raw.timestamp) + 3600e3).toISOString() };
      await this.vendor("/_sim/events", { account: 0, stream: "itemusages", kind: "raw", record: again });
    }
    for (const stream of streams) await this.vendor("/_sim/events", { account: 0, stream, kind: "new", count: 5 });
    for (let i = 0; i < 3; ++i) {
      if (!(await this.startServer("ingest.after_append:1"))) continue;
      await Promise.race([this.serve.ended, sleep(4000)]);
      if (!this.serve.running) this.atFailPoint += 1;
      await this.kill();
    }
  }

  faults() {
    const pick = this.random();
    if (pick < 0.25) return [{ path: "auditevents", probability: 0.3, action: { status: 503 } }];
    if (pick < 0.5) return [{ path: "itemusages", probability: 0.3, action: { cut_body_at: 500 } }];
    if (pick < 0.65) return [{ path: "signinattempts", probability: 0.5, count: 3, action: { status: 401 } }];
    return [];
  }

  told(what) { (this.complaints ??= []).push(what); }

  /** A round goes on while the vendor has more: reading again brings whole rounds, not single pages. It is over when this returns. */
  async probeRounds() {
    const since = new Date().toISOString();
    await this.reread();
    for (const stream of streams) {
      const whole = async () => (await this.api.get(`/api/v2/security_devices/${this.device}/polls?filter[stream]=${stream}&page[limit]=200`)).data
        .some((p) => p.attributes.started_at >= since && p.attributes.outcome === "ok" && p.attributes.pages >= 3);
      await until(whole, "a whole round", 20000, 300).catch(() => this.told(`${stream}: a round ended while the vendor had more`));
    }
  }

  /** A refusal is told as one, and a page that is no JSON is asked for again. */
  async probeRefusals() {
    await this.vendor("/_sim/events", { account: 0, stream: "auditevents", kind: "new", count: 30 });
    await this.vendor("/_sim/faults", { rules: [{ path: "auditevents", count: 2, action: { page: "trailing_garbage" } }, { path: "signinattempts", action: { status: 401 } }] });
    const since = new Date().toISOString();
    await this.startServer();
    const refused = async () => (await this.api.get(`/api/v2/security_devices/${this.device}/polls?filter[stream]=signinattempts&page[limit]=200`)).data
      .some((p) => p.attributes.started_at >= since && p.attributes.outcome !== "ok");
    await until(refused, "the refusal is told", 8000 * atOnce, 200).catch(() => this.told("signinattempts: a 401 was not told"));
    // both broken pages must have been asked for, or this proves nothing
    const broken = async () => (await this.vendor("/_sim/state")).faults[0].fired === 2;
    await until(broken, "the broken pages were sent", 10000 * atOnce, 200);
    await sleep(1500);
    await this.serve.stop("SIGKILL");
    await this.vendor("/_sim/faults", { rules: [] });
  }

  /** A change and its history row are one: dying right after the commit leaves both or none. */
  async probeHistory() {
    const patch = (attributes) => this.api.call("PATCH", `/api/v2/security_devices/${this.device}`, { data: { attributes } });
    await this.startServer();
    await patch({ paused: true });
    await this.serve.stop("SIGKILL");
    // which commit is the change's own depends on what a start writes: try the first few
    for (let visit = 1, moved = false; visit <= 5 && !moved; ++visit) {
      const place = `Place ${this.killed}`;
      if (await this.startServer(`control.after_commit:${visit}`)) await patch({ location: place }).catch(() => {});
      await this.serve.stop("SIGKILL");
      await this.startServer();
      moved = (await this.api.device(this.device)).attributes.location === place;
      const rows = (await this.api.get(`/api/v2/security_devices/${this.device}/security_device_histories?page[limit]=1000`)).data;
      if (moved !== rows.some((r) => r.attributes.value?.after?.location === place)) this.told("a change and its history row are not one");
      await this.serve.stop("SIGKILL");
      this.killed += 2;
    }
    await this.startServer();
    await patch({ paused: false });
    await this.serve.stop("SIGKILL");
  }

  /** The pages that were durable and not committed come again: nothing in them is new, and the poll that read them still counts. */
  async probeRepeats(since) {
    for (const stream of streams) {
      const told = async () => (await this.api.get(`/api/v2/security_devices/${this.device}/polls?filter[stream]=${stream}&page[limit]=200`)).data
        .some((p) => p.attributes.started_at >= since && p.attributes.outcome === "ok" && p.attributes.events > 0);
      await until(told, "a page that came again is told", 10000, 200).catch(() => this.told(`${stream}: a page that came again is not told as a poll`));
    }
  }

  async compare() {
    const since = new Date().toISOString();
    await this.startServer();
    await this.probeRepeats(since);
    const ledger = this.readLedger();
    const wanted = Object.values(ledger).reduce((n, m) => n + m.size, 0);
    const found = { lost: 0, doubled: 0, altered: 0, compared: 0, strange: 0, clocks: [], history: [] };
    await until(async () => (await this.api.eventTotal(this.device)) >= wanted, `${wanted} events`, 30000, 300).catch(() => {});
    let newestReceived = 0;
    for (const stream of streams) {
      const seen = new Map();
      for await (const event of this.api.events(this.device, stream)) {
        const uid = event.attributes.vendor_uid;
        if (seen.has(uid)) found.doubled += 1;
        seen.set(uid, event);
        newestReceived = Math.max(newestReceived, Date.parse(event.attributes.received_at));
        if (!ledger[stream].has(uid)) found.strange += 1;
      }
      for (const uid of ledger[stream].keys()) if (!seen.has(uid)) found.lost += 1;
      await this.compareBytes([...seen.values()].filter(() => this.random() < this.share), ledger[stream], found);
      const total = await this.api.eventTotal(this.device, stream);
      if (total !== seen.size) found.strange += Math.abs(total - seen.size);
    }
    await this.checkClocks(found, newestReceived);
    await this.checkHistory(found);
    found.history.push(...(this.complaints ?? []));
    const rulesSaid = detections ? await this.compareDetections(wanted, ledger.signinattempts.size) : { alerts: undefined, matches: undefined, differences: [] };
    await this.serve.stop();
    await this.sim.stop();
    const { lost, doubled, altered, strange } = found;
    const ok = lost + doubled + altered + strange === 0 && rulesSaid.differences.length === 0 && rulesSaid.alerts !== 0 && found.clocks.length === 0 && found.history.length === 0;
    return { run: this.bug ?? "kills", seed: this.seed, kills: this.killed, at_fail_points: this.atFailPoint, events: wanted, lost, doubled, altered,
      compared: found.compared, strange, alerts: rulesSaid.alerts, matches: rulesSaid.matches, detections: rulesSaid.differences, clocks: found.clocks, history: found.history, slowest_start_ms: this.slowest, ok };
  }

  /**
   * A second installation reads the same vendor without a kill; rules must have made the same of it. Its sign-ins come when everything else was
   * read, so that what belongs together is days apart there, and not here.
   */
  async compareDetections(wanted, signIns) {
    await this.vendor("/_sim/faults", { rules: [{ path: "signinattempts", action: { status: 503 } }] });
    const data = join(this.dir.path, "calm");
    const account = init(picket, data);
    const serve = new Program(picket, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--poll-interval", "1s", "--vendor-rate", "0",
      "--allow-device-server", this.simUrl, "--rules", rules]);
    try {
      const api = await Api.login((await serve.line(/(http:\/\/[^\s]+)/))[1], account);
      await alertFromNow(api);
      const device = (await api.addDevice({ name: "Calm", server: this.simUrl, token: this.token, start_time: this.start })).id;
      await until(async () => (await api.eventTotal(device)) >= wanted - signIns, "everything but sign-ins of the calm installation", 60000, 300);
      await this.vendor("/_sim/faults", { rules: [] });
      await until(async () => (await api.eventTotal(device)) >= wanted, `${wanted} events of the calm installation`, 60000, 300);
      let differences = [], calm, ours;
      // its last page is visible before what rules say of it is
      await until(async () => {
        [calm, ours] = [await detected(api), await detected(this.api)];
        differences = [...new Set([...calm, ...ours])].filter((line) => calm.has(line) !== ours.has(line))
          .map((line) => `${calm.has(line) ? "missing" : "too much"}: ${line}`);
        return differences.length === 0;
      }, "the same detections", 15000, 500).catch(() => {});
      const matches = [...ours].filter((line) => line.startsWith("rule ")).reduce((sum, line) => sum + Number(line.split(" ")[2]), 0);
      return { alerts: [...ours].filter((line) => line.startsWith("alert ")).length, matches, differences: differences.slice(0, 5) };
    } finally {
      await serve.stop("SIGKILL");
    }
  }

  /** The exact bytes of these events against the ledger, several at a time. */
  async compareBytes(events, hashes, found) {
    const worker = async () => {
      for (let event; (event = events.pop());) {
        const bytes = Buffer.from(await (await this.api.raw("GET", `/api/v2/events/${event.id}/raw`)).arrayBuffer());
        if (!hashes.get(event.attributes.vendor_uid)?.has(sha256(bytes))) found.altered += 1;
        found.compared += 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }

  async checkClocks(found, newestReceived) {
    const settled = await until(async () => {
      const d = await this.api.device(this.device);
      return d.attributes.status === "healthy" && d;
    }, "the device is healthy again", 20000).catch(async () => this.api.device(this.device));
    const at = settled.attributes;
    if (at.status !== "healthy") found.clocks.push(`status ${at.status}: ${at.status_details?.sentence}`);
    const age = Date.now() - Date.parse(at.last_successful_poll_at ?? 0);
    if (!(age < 10000)) found.clocks.push(`last successful poll ${age} ms ago`);
    if (Date.parse(at.last_data_received_at ?? 0) + 1 < newestReceived) found.clocks.push(`last data received ${at.last_data_received_at}, but an event came at ${new Date(newestReceived).toISOString()}`);
    for (const s of at.status_details.streams) {
      const newest = (await this.api.get(`/api/v2/events?filter[security_device][id]=${this.device}&filter[stream]=${s.stream}&page[limit]=1&flag[total]=false`)).data[0];
      if (newest && s.newest_event_at !== newest.attributes.time) found.clocks.push(`${s.stream}: newest event ${s.newest_event_at}, stored ${newest.attributes.time}`);
      if (s.last_data_received_at > s.last_successful_poll_at) found.clocks.push(`${s.stream}: data after the last successful poll`);
    }
  }

  async checkHistory(found) {
    const rows = (await this.api.get(`/api/v2/security_devices/${this.device}/security_device_histories?page[limit]=1000`)).data;
    const created = rows.filter((r) => r.attributes.action === "CREATED").length;
    if (created !== 1) found.history.push(`${created} CREATED rows`);
    // the verdict before a change is the verdict after the change before it; pausing, resuming and a first token begin anew
    let last;
    for (const row of rows.sort((x, y) => (x.attributes.created_at < y.attributes.created_at ? -1 : 1))) {
      const value = row.attributes.value ?? {};
      if (value.kind !== "health") last = value.after?.paused === undefined ? last : undefined;
      else {
        if (last !== undefined && value.before?.code !== last) found.history.push(`a change is missing between ${last} and ${value.before?.code}`);
        last = value.after?.code;
      }
    }
  }

  readLedger() {
    const out = Object.fromEntries(streams.map((s) => [s, new Map()]));
    for (const line of readFileSync(this.ledger, "utf8").split("\n")) {
      if (!line) continue;
      const entry = JSON.parse(line);
      if (entry.kind !== "event") continue;
      if (!out[entry.stream].has(entry.uuid)) out[entry.stream].set(entry.uuid, new Set());
      out[entry.stream].get(entry.uuid).add(entry.sha256);
    }
    return out;
  }
}

/** Rules of a folder are watched for two days before they alert; here they alert at once. */
async function alertFromNow(api) {
  for await (const rule of all(api, "/api/v2/detection_rules?page[limit]=200"))
    if (rule.attributes.origin === "folder") await api.call("PATCH", `/api/v2/detection_rules/${rule.id}`, { data: { type: "detection_rules", id: rule.id, attributes: { alert_now: true } } });
}

async function* all(api, path) {
  for (let next = path; next;) {
    const page = await api.get(next);
    yield* page.data;
    next = page.links?.next ? new URL(page.links.next, api.base).pathname + new URL(page.links.next, api.base).search : null;
  }
}

/** Every alert and every rule's matches as lines that two installations can share: without ids and devices. */
async function detected(api) {
  const out = new Set();
  for await (const { id, attributes: a } of all(api, "/api/v2/detection_rules?page[limit]=200")) {
    if (a.matches_30d > 0) out.add(`rule ${id} ${a.matches_30d} ${a.last_match_at}`);
  }
  for await (const { attributes: a } of all(api, "/api/v2/expel_alerts?page[limit]=200")) {
    const who = a.subject.at(-1);
    const line = `alert ${a.expel_signature_id} ${who} ${a.activity_first_at} ${a.activity_last_at} ${a.matches_count}`;
    out.add(out.has(line) ? `${line} twice` : line);
  }
  return out;
}

async function once(bug, count, runSeed) {
  const run = new Run(bug, count, runSeed);
  try {
    return await run.play();
  } catch (error) {
    return { run: bug ?? "kills", seed: runSeed, kills: run.killed, ok: false, error: `${error.message}\n${run.serve?.errors.slice(-2000) ?? ""}` };
  } finally {
    await run.serve?.stop("SIGKILL");
    await run.sim?.stop("SIGKILL");
    if (!args.includes("--keep")) run.dir.remove();
  }
}

let failed = 0;
checkFailPoints();
if (kills > 0) {
  // Four vendors' lives rather than one long one: a backlog is where a kill hurts. Each waits a good part of its time, so that two go on beside each other.
  const rounds = Math.max(1, Math.round(kills / 50));
  let begun = 0;
  const lives = async () => {
    for (let i = begun++; i < rounds; i = begun++) {
      const result = await once(undefined, Math.ceil(kills / rounds), seed + i);
      console.log(JSON.stringify(result));
      failed += !result.ok;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lives));
  // kills that were asked for and never came would prove nothing; which points were never reached is told beside it
  const never = [...died].filter(([, n]) => n === 0).map(([point]) => point);
  const hits = [...died.values()].reduce((a, b) => a + b, 0), asked = namedLives + rounds * firstPoints.length;
  const enough = hits >= asked / 4;
  console.log(JSON.stringify({ fail_points: Object.fromEntries(died), asked, hits, never, ok: enough }));
  failed += !enough;
}
if (planted) {
  for (const bug of planted === "all" ? plantedBugs : [planted]) {
    let caught = null;
    for (let attempt = 0; attempt < 3 && !caught; ++attempt) {
      const result = await once(bug, 12, seed + attempt);
      if (!result.ok) caught = result;
    }
    console.log(JSON.stringify({ planted: bug, caught: caught !== null, by: caught && Object.fromEntries(Object.entries(caught).filter(([k, v]) => ["lost", "doubled", "altered", "strange", "clocks", "history", "detections", "error"].includes(k) && v && v.length !== 0)) }));
    failed += caught === null;
  }
}
console.log(failed === 0 ? "Every promise held." : `${failed} FAILED`);
process.exit(failed === 0 ? 0 : 1);
