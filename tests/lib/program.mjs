// Starting and stopping the real programs, for tests and benches. Everything listens on loopback, port 0.
import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** A fresh directory; removed by `remove()`. */
export function scratch(name) {
  const path = mkdtempSync(join(tmpdir(), `picket-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The code of an authenticator app (RFC 6238, SHA-1, 6 digits, 30 s). */
export function totp(secret, at = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const c of secret.replace(/=+$/, "").toUpperCase()) bits += alphabet.indexOf(c).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1000000).padStart(6, "0");
}

/** A child process whose standard output is read line by line. */
export class Program {
  constructor(file, args, { env = {}, log } = {}) {
    this.lines = [];
    this.errors = "";
    this.waiting = [];
    this.child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let rest = "";
    this.child.stdout.setEncoding("utf8").on("data", (text) => {
      const parts = (rest + text).split("\n");
      rest = parts.pop();
      for (const line of parts) {
        this.lines.push(line);
        this.waiting = this.waiting.filter((w) => !w(line));
      }
    });
    this.child.stderr.setEncoding("utf8").on("data", (text) => {
      this.errors = (this.errors + text).slice(-20000);
      log?.(text);
    });
    this.ended = new Promise((done) => this.child.on("exit", (code, signal) => done({ code, signal })));
    this.running = true;
    this.ended.then(() => { this.running = false; });
  }
  get pid() { return this.child.pid; }
  /** First line that matches, also one that came already. Fails when the program ends or time is up. */
  async line(pattern, ms = 30000) {
    const seen = this.lines.find((l) => pattern.test(l));
    if (seen) return seen.match(pattern);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no line ${pattern} within ${ms} ms; standard error:\n${this.errors}`)), ms);
      this.ended.then((e) => { clearTimeout(timer); reject(Object.assign(new Error(`the program ended (${e.code ?? e.signal}) before ${pattern}:\n${this.errors}`), e)); });
      this.waiting.push((line) => {
        const match = line.match(pattern);
        if (match) { clearTimeout(timer); resolve(match); }
        return match;
      });
    });
  }
  async stop(signal = "SIGTERM") {
    if (this.running) this.child.kill(signal);
    return this.ended;
  }
  /** CPU seconds and peak memory so far, from the kernel's own books. */
  usage() {
    const stat = readFileSync(`/proc/${this.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    const kb = (name) => Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))?.[1] ?? 0);
    return { cpu_s: (Number(fields[11]) + Number(fields[12])) / 100, peak_kb: kb("VmHWM"), rss_kb: kb("VmRSS") };
  }
}

/** `picket init`: a new organization in `data`. */
export function init(picket, data, { organization = "Quist & Lind Instruments", email = "ada@example.test", password = "correct horse battery", env = {} } = {}) {
  const file = join(tmpdir(), `picket-password-${process.pid}-${Math.random().toString(36).slice(2)}`);
  writeFileSync(file, password + "\n", { mode: 0o600 });
  const done = spawnSync(picket, ["init", "--data", data, "--organization", organization, "--email", email, "--password-file", file, "--json"],
    { env: { ...process.env, ...env }, encoding: "utf8" });
  rmSync(file);
  if (done.status !== 0) throw new Error(`picket init failed: ${done.stderr}`);
  return { ...JSON.parse(done.stdout), email, password };
}

export class ApiError extends Error {
  constructor(status, body, what) {
    super(`${what}: ${status} ${body?.errors?.[0]?.detail ?? JSON.stringify(body)?.slice(0, 300)}`);
    this.status = status;
    this.body = body;
  }
}

/** A signed-in client of the public API. */
export class Api {
  constructor(base, token, code) { this.base = base; this.token = token; this.code = code; }

  static async login(base, { email, password, totp_secret }) {
    // a code works once: wait for the next one when a start-up came twice within its 30 s
    for (let attempt = 0; ; ++attempt) {
      const code = totp(totp_secret);
      const answer = await fetch(`${base}/auth/v0/login`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", "x-expelinc-otp": code },
        body: new URLSearchParams({ grant_type: "password", username: email, password }),
      });
      const body = await answer.json();
      if (answer.ok) return new Api(base, body.access_token, code);
      if (attempt > 40) throw new ApiError(answer.status, body, "sign-in");
      await sleep(1000);
    }
  }

  async raw(method, path, body, headers = {}) {
    return fetch(this.base + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json", ...headers },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
  }
  async call(method, path, body, headers) {
    const answer = await this.raw(method, path, body, headers);
    const text = await answer.text();
    const json = text ? JSON.parse(text) : null;
    if (!answer.ok) throw new ApiError(answer.status, json, `${method} ${path}`);
    return json;
  }
  get(path) { return this.call("GET", path); }

  async addDevice({ name, server, token, start_time, location = "Lab" }) {
    const answer = await this.call("POST", "/api/v2/security_devices", { data: { type: "security_devices", attributes: {
      name, location, plugin_slug: "1password", device_spec: { server }, ...(start_time && { start_time }),
      ...(token && { secrets: { device_info: { api_token: token } } }),
    } } });
    return answer.data;
  }
  async device(id) { return (await this.get(`/api/v2/security_devices/${id}`)).data; }
  async eventTotal(device, stream) {
    const q = `filter[security_device][id]=${device}${stream ? `&filter[stream]=${stream}` : ""}&page[limit]=0`;
    return (await this.get(`/api/v2/events?${q}`)).meta.page.total;
  }
  /** Every stored event of a stream, page by page. */
  async *events(device, stream, extra = "") {
    let path = `/api/v2/events?filter[security_device][id]=${device}&filter[stream]=${stream}&page[limit]=1000&flag[total]=false${extra}`;
    while (path) {
      const answer = await this.get(path.startsWith("http") ? new URL(path).pathname + new URL(path).search : path);
      yield* answer.data;
      path = answer.links?.next ?? null;
    }
  }
}

/** Waits until `check` gives something true, and returns it. */
export async function until(check, what, ms = 30000, every = 100) {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
    } catch (error) { last = error; }
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}${last ? ` (${last.message})` : ""}`);
    await sleep(every);
  }
}
