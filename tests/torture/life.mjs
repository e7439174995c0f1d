// One vendor's life with the real program beside it, which is killed at random moments and at named fail points and started again.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Api, Program, init, scratch, sleep } from "../lib/program.mjs";
import { alertFromNow, compare, probeHistory, probeRefusals, probeRounds, rules, streams } from "./promises.mjs";

/** Where every life passes, sooner or later. */
const failPoints = [
  "store.before_roll", "store.after_roll", "ingest.page_received", "ingest.before_append", "ingest.after_append", "ingest.before_commit", "ingest.after_commit",
  "ingest.after_group_commit", "ingest.mid_round", "control.before_commit", "control.after_commit",
  "store.append_half", "store.before_commit", "store.after_commit", "store.before_run_merge", "store.after_run_merge",
  "store.merge_half", "store.merge_before_commit", "store.merge_after_commit", "store.before_checkpoint", "store.after_checkpoint",
];
/** Passed when an event file is made: the first of all is made under them. */
export const firstPoints = ["store.partition_before_schema", "store.partition_after_schema"];
/** Passed only by what is not played here: the making of the databases at `init`, and retention. */
const elsewhere = ["sql.migration", "store.before_drop", "store.drop_half_removed"];

/** A name that no code knows kills nobody, and a point that nobody names is never tried: both end the run. */
export function checkFailPoints(picket) {
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

/** Over all runs: how many lives were to end at a fail point of the first list, and how often one did, by point. */
export const tally = { asked: 0, died: new Map([...failPoints, ...firstPoints].map((name) => [name, 0])) };

function random(state) {  // mulberry32: the same seed gives the same kills
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Run {
  constructor({ picket, atOnce, detections }, bug, count, runSeed) {
    this.picket = picket;
    this.atOnce = atOnce;
    this.detections = detections;
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
    this.sim = new Program(this.picket, ["sim", "onepassword", "--listen", "127.0.0.1:0", "--events", "4000", "--rate", "60", "--quota", "off",
      "--latency", "3", "--seed", String(this.seed), "--ledger", this.ledger]);
    this.simUrl = (await this.sim.line(/(http:\/\/[^\s]+)/))[1];
    this.token = (await this.sim.line(/(eyJ[\w-]+\.[\w-]+\.[\w-]+)/))[1];
  }

  /** Every other life has small event files that are merged and written back often: what a store does seldom. */
  async startServer(failPoint, tight = this.random() < 0.5) {
    const begun = Date.now();
    this.serve = new Program(this.picket, ["serve", "--data", join(this.dir.path, "data"), "--listen", `127.0.0.1:${this.port ?? 0}`, "--poll-interval", "1s",
      "--vendor-rate", "0", "--allow-device-server", this.simUrl, ...(this.detections ? ["--rules", rules] : [])],
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
      ++tally.asked;
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
      if (point.startsWith("control.")) this.api.call("PATCH", `/api/v2/security_devices/${this.device}`, { data: { attributes: { location: `Place ${tally.asked}` } } }).catch(() => {});
      else if (/merge|checkpoint|mid_round/.test(point) || this.random() < 0.15) this.reread().catch(() => {});
      await Promise.race([sleep(6000), this.serve.ended]);
    }
    const end = this.serve.running ? undefined : await this.serve.ended;
    if (end?.signal === "SIGKILL") {
      this.atFailPoint += 1;
      tally.died.set(point, tally.died.get(point) + 1);
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
    this.account = init(this.picket, join(this.dir.path, "data"));
    // nothing shall be read yet: the first event file is made under the fail points
    await this.vendor("/_sim/faults", { rules: [{ action: { status: 503 } }] });
    await this.startServer();
    this.api = await Api.login(this.base, this.account);
    if (this.detections) await alertFromNow(this.api);
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
    return compare(this);
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
    await sleep(2500 * this.atOnce);  // everything that existed is read, so that each page below holds the last events alone
    await probeRounds(this);
    await this.serve.stop("SIGKILL");
    await probeRefusals(this);
    await probeHistory(this);
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
}
