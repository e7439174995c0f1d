// Whole-system measurements, each beside its yardstick, both in this run, as a ratio. See README.md.
//
//   node bench/run.mjs [ingest] [allowance] [idle] [list] [big] [console] [screens] [memory]   (default: all; console has the screens)   --events N  --devices N  --seconds N  --stored N
//   --minutes N (of `memory`)
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Api, Program, init, scratch, sleep, until } from "../tests/lib/program.mjs";
import { consoleRows } from "./console.mjs";
import { memoryRow, screensRow } from "./screens.mjs";

const args = process.argv.slice(2);
const option = (name, preset) => { const i = args.indexOf(`--${name}`); return i < 0 ? preset : Number(args.splice(i, 2)[1]); };
const events = option("events", 1_000_000);
const devices = option("devices", 2000);
const seconds = option("seconds", 120);
const stored = option("stored", 10_000_000);
const minutes = option("minutes", 60);
const rows = args.length ? args : ["ingest", "allowance", "idle", "list", "big", "console", "memory"];
const build = process.env.PICKET_BUILD ?? "build/release";
const picket = join(build, "picket");
const work = scratch("bench");
const results = [];

function row(what, ours, yardstick, bar, holds) {
  results.push({ what, ours, yardstick, bar, holds });
  console.log(`${holds ? "ok  " : "MISS"}  ${what}: ${ours}   yardstick: ${yardstick}   bar: ${bar}`);
}

function certificate() {
  const cert = join(work.path, "cert.pem"), key = join(work.path, "key.pem");
  const made = spawnSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout", key, "-out", cert,
    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  return { cert, key };
}

async function startSim(extra, tls) {
  const sim = new Program(picket, ["sim", "onepassword", "--listen", "127.0.0.1:0", ...extra, ...(tls ? ["--tls-cert", tls.cert, "--tls-key", tls.key] : [])]);
  const url = (await sim.line(/(https?:\/\/[^\s]+)/))[1];
  const token = (await sim.line(/(eyJ[\w-]+\.[\w-]+\.[\w-]+)/))[1];
  return { sim, url, token };
}

async function startServer(data, simUrl, extra, tls) {
  const serve = new Program(picket, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--allow-device-server", simUrl, ...(tls ? ["--ca-file", tls.cert] : []), ...extra]);
  const base = (await serve.line(/(http:\/\/[^\s]+)/))[1];
  return { serve, base };
}

const treeBytes = (dir) => readdirSync(dir, { withFileTypes: true }).reduce((sum, e) =>
  sum + (e.isDirectory() ? treeBytes(join(dir, e.name)) : statSync(join(dir, e.name)).size), 0);

/** Runs a yardstick over the three streams and adds up what it says of itself. */
function collector(command, url, token, tls, dir) {
  const sum = { events: 0, cpu_s: 0, wall_s: 0, rss_kb: 0, raw_bytes: 0 };
  for (const stream of ["auditevents", "itemusages", "signinattempts"]) {
    const out = join(dir, stream);
    mkdirSync(out, { recursive: true });
    const done = spawnSync(command[0], [...command.slice(1), url, token, stream, out, tls.cert], { encoding: "utf8" });
    if (done.status !== 0) throw new Error(`${command.join(" ")}: ${done.stderr}`);
    const said = JSON.parse(done.stdout);
    for (const k of Object.keys(sum)) sum[k] = k === "rss_kb" ? Math.max(sum[k], said[k]) : sum[k] + (said[k] ?? 0);
  }
  return sum;
}

async function ingest() {
  const tls = certificate();
  const each = Math.round(events / 3);
  const { sim, url, token } = await startSim(["--events", String(each), "--rate", "0", "--quota", "off"], tls);
  const data = join(work.path, "ingest");
  const account = init(picket, data);
  const { serve, base } = await startServer(data, url, ["--vendor-rate", "0", "--poll-interval", "60s"], tls);
  const api = await Api.login(base, account);
  const before = serve.usage();
  const begun = Date.now();
  const device = await api.addDevice({ name: "Bench", server: url, token, start_time: new Date(Date.now() - 119 * 86400e3).toISOString().slice(0, 19) + "Z" });
  await until(async () => (await api.eventTotal(device.id)) >= each * 3, `${each * 3} events stored`, 600e3, 250);
  const wall = (Date.now() - begun) / 1000;
  const used = serve.usage();
  const cpu = used.cpu_s - before.cpu_s;
  const disk = treeBytes(data);
  await serve.stop();
  const minimal = collector([join(build, "bench/minimal_collector")], url, token, tls, join(work.path, "minimal"));
  const careful = collector(["python3", "bench/yardsticks/careful_collector.py"], url, token, tls, join(work.path, "careful"));
  await sim.stop();
  const us = (s, n) => `${((s / n) * 1e6).toFixed(2)} us`;
  const n = each * 3;
  row("CPU an event", us(cpu, n), `minimal collector ${us(minimal.cpu_s, minimal.events)}, ratio ${(cpu / n / (minimal.cpu_s / minimal.events)).toFixed(2)}`, "<= 2.5 with all shipped rules on", cpu / n <= 2.5 * minimal.cpu_s / minimal.events);
  row("CPU an event", us(cpu, n), `careful Python script ${us(careful.cpu_s, careful.events)}, ratio ${(cpu / n / (careful.cpu_s / careful.events)).toFixed(2)}`, "<= 0.3", cpu / n <= 0.3 * careful.cpu_s / careful.events);
  row("events a second", Math.round(n / wall), `minimal collector ${Math.round(minimal.events / minimal.wall_s)}, ratio ${(n / wall / (minimal.events / minimal.wall_s)).toFixed(2)}`, ">= 0.5", n / wall >= 0.5 * minimal.events / minimal.wall_s);
  const raw = minimal.raw_bytes / minimal.events;
  row("bytes on disk an event", (disk / n).toFixed(0), `raw JSON ${raw.toFixed(0)}, ratio ${(disk / n / raw).toFixed(3)}`, "<= 0.30", disk / n <= 0.3 * raw);
  row("peak memory", `${(used.peak_kb / 1024).toFixed(0)} MB`, "-", "<= 150 MB", used.peak_kb <= 150 * 1024);
}

async function allowance() {
  const { sim, url, token } = await startSim(["--events", "2000000", "--rate", "0", "--quota", "on"]);
  const data = join(work.path, "allowance");
  const account = init(picket, data);
  const { serve, base } = await startServer(data, url, []);
  const api = await Api.login(base, account);
  await api.addDevice({ name: "Bench", server: url, token, start_time: new Date(Date.now() - 119 * 86400e3).toISOString().slice(0, 19) + "Z" });
  const state = async () => (await fetch(`${url}/_sim/state`)).json();
  await sleep(5000);  // the first answers of a new device are not the steady state
  const a = await state();
  await sleep(Math.min(seconds, 120) * 1000);
  const b = await state();
  await serve.stop();
  await sim.stop();
  const used = (b.requests - a.requests) / (600 * Math.min(seconds, 120) / 60);
  row("share of the vendor's allowance used", used.toFixed(3), `429 answers: ${b.answers_429 ?? b.rate_limited ?? "?"}`, ">= 0.95 and no 429", used >= 0.95 && !(b.answers_429 ?? b.rate_limited));
}

async function addMany(api, url, tokens) {
  for (let i = 0; i < tokens.length; i += 16)
    await Promise.all(tokens.slice(i, i + 16).map((token, k) => api.addDevice({ name: `Device ${i + k}`, server: url, token })));
}

function startDelay(before, after, quantile) {
  const read = (text) => [...text.matchAll(/^picket_ingest_start_delay_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)].map((m) => [m[1] === "+Inf" ? Infinity : Number(m[1]), Number(m[2])]);
  const old = read(before), now = read(after);
  const counts = now.map(([le, n], i) => [le, n - (old[i]?.[1] ?? 0)]);
  const total = counts.at(-1)?.[1] ?? 0;
  return { total, at: counts.find(([, n]) => n >= quantile * total)?.[0] };
}

async function idle() {
  const { sim, url } = await startSim(["--events", "0", "--rate", "0", "--quota", "off", "--latency", "200", "--accounts", String(devices)]);
  const tokens = (await (await fetch(`${url}/_sim/tokens`)).json()).tokens.map((t) => t.token ?? t);
  const data = join(work.path, "idle");
  const account = init(picket, data);
  const { serve, base } = await startServer(data, url, ["--vendor-rate", "0", "--poll-interval", "60s"]);
  const api = await Api.login(base, account);
  await addMany(api, url, tokens.slice(0, devices));
  const metrics = async () => (await fetch(`${base}/metrics`)).text();
  await sleep(70e3);
  const window = async () => {
    const m = await metrics(), u = serve.usage();
    await sleep(seconds * 1000);
    const m2 = await metrics(), u2 = serve.usage();
    const delay = startDelay(m, m2, 0.99);
    return { cpu: u2.cpu_s - u.cpu_s, polls: delay.total, p99: delay.at, rss: u2.rss_kb };
  };
  const quiet = await window();
  writeFileSync(join(work.path, "tokens"), tokens.join("\n"));
  const bare = JSON.parse(spawnSync(join(build, "bench/idle_multi"), [url, join(work.path, "tokens"), String(devices * 3), "60", String(seconds)], { encoding: "utf8" }).stdout);
  const ours = quiet.cpu / quiet.polls, theirs = bare.cpu_s / bare.polls;
  row(`CPU an empty poll, ${devices} devices`, `${(ours * 1e6).toFixed(0)} us`, `bare curl-multi loop ${(theirs * 1e6).toFixed(0)} us, ratio ${(ours / theirs).toFixed(2)}`, "<= 4", ours <= 4 * theirs);
  row("p99 start delay", `<= ${quiet.p99} s`, "-", "<= 1 s", quiet.p99 <= 1);
  await fetch(`${url}/_sim/faults`, { method: "POST", body: JSON.stringify({ rules: [{ accounts: [0, 49], action: { delay_ms: 600000 } }] }) });
  const hanging = await window();
  row("p99 start delay while 50 devices hang", `<= ${hanging.p99} s`, "-", "<= 1 s", hanging.p99 <= 1);
  row("memory with them", `${(hanging.rss / 1024).toFixed(0)} MB`, "-", "<= 200 MB", hanging.rss <= 200 * 1024);
  await serve.stop();
  await sim.stop();
}

/** Of 200 calls one after the other, in ms. */
async function p99(api, path) {
  const times = [];
  for (let i = 0; i < 200; ++i) {
    const t = performance.now();
    await (await api.raw("GET", typeof path === "function" ? path(i) : path)).text();
    times.push(performance.now() - t);
  }
  return times.sort((a, b) => a - b)[197];
}

async function list() {
  const data = join(work.path, "list");
  const account = init(picket, data);
  const { serve, base } = await startServer(data, "http://127.0.0.1:9", []);
  const api = await Api.login(base, account);
  for (let i = 0; i < 10000; i += 20)
    await Promise.all(Array.from({ length: 20 }, (_, k) => api.addDevice({ name: `Device ${i + k}`, server: "http://127.0.0.1:9" })));
  const some = (await api.get("/api/v2/security_devices?page[limit]=100&sort=name")).data;
  const first = await p99(api, "/api/v2/security_devices?page[limit]=100&sort=name");
  row("first screen of the device list with 10,000 devices, p99", `${first.toFixed(1)} ms`, "-", "<= 100 ms", first <= 100);
  const panel = await p99(api, (i) => `/api/v2/security_devices/${some[i % some.length].id}`);
  row("side panel, p99", `${panel.toFixed(1)} ms`, "-", "<= 50 ms", panel <= 50);
  await serve.stop();
}

/** A large store: the queries beside their yardsticks in the store itself, then the program over the same files. */
async function big() {
  const data = join(work.path, "big");
  const account = init(picket, data);
  let { serve, base } = await startServer(data, "http://127.0.0.1:9", []);
  let api = await Api.login(base, account);
  const ids = [];
  for (let i = 0; i < 1000; i += 20)
    ids.push(...(await Promise.all(Array.from({ length: 20 }, (_, k) => api.addDevice({ name: `Device ${i + k}`, server: "http://127.0.0.1:9" })))).map((d) => d.id));
  await serve.stop();
  const names = join(work.path, "ids"), dir = join(work.path, "store-bench");
  writeFileSync(names, [account.organization_id, ...ids].join("\n"));
  const done = spawnSync(join(build, "bench/store/bench_store_query"), [dir, String(stored), "1000"], { encoding: "utf8", env: { ...process.env, PICKET_BENCH_IDS: names }, maxBuffer: 1 << 24 });
  if (done.status !== 0) throw new Error(`bench_store_query: ${done.stderr}`);
  const said = done.stdout.trim().split("\n").map((line) => JSON.parse(line));
  const of = (bench, literal) => said.find((s) => s.bench === bench && (!literal || s.literal === literal));
  const day = of("by_day_all_devices"), none = of("text_search", "none"), frequent = of("text_search", "frequent");
  row("events by day, all devices", `${day.ms} ms`, `GROUP BY over plain SQLite rows ${day.sqlite_group_by_ms} ms, ratio ${day.ratio}`, "<= 0.1", day.ratio <= 0.1);
  row("text search: first row", `${frequent.first_row_s} s`, "-", "<= 1 s", frequent.first_row_s <= 1);
  row("text search: whole scan", `${none.full_scan_s} s`, `zstd's own time to unpack ${none.zstd_unpack_s} s, ratio ${none.ratio}`, "<= 1.5", none.ratio <= 1.5);
  row("text search: cancelled within", `${none.cancel_s} s`, "-", "<= 0.2 s", none.cancelled && none.cancel_s <= 0.2);
  rmSync(join(data, "events"), { recursive: true, force: true });
  renameSync(join(dir, "store"), join(data, "events"));
  const begun = performance.now();
  ({ serve, base } = await startServer(data, "http://127.0.0.1:9", []));
  const ready = await fetch(`${base}/readyz`);
  const took = performance.now() - begun;
  row(`start to ready with ${stored} events`, `${(took / 1000).toFixed(2)} s`, "-", "<= 2 s", ready.status === 200 && took <= 2000);
  api = await Api.login(base, account);
  const latest = await p99(api, (i) => `/api/v2/events?filter[security_device][id]=${ids[(i * 37) % ids.length]}&page[limit]=50`);
  row("latest 50 events of a device at the API, p99", `${latest.toFixed(1)} ms`, "-", "<= 20 ms", latest <= 20);
  await serve.stop();
}

try {
  const table = { ingest, allowance, idle, list, big,
    console: async () => {
      await consoleRows({ picket, data: join(work.path, "console"), startServer, row });
      await screensRow({ picket, data: join(work.path, "screens"), startSim, startServer, row });
    },
    screens: () => screensRow({ picket, data: join(work.path, "screens"), startSim, startServer, row }),
    memory: () => memoryRow({ picket, data: join(work.path, "memory"), startSim, startServer, row, minutes }) };
  for (const name of rows) await table[name]();
} finally {
  work.remove();
}
mkdirSync("out", { recursive: true });
writeFileSync("out/bench.json", JSON.stringify(results, null, 1));
process.exit(results.every((r) => r.holds) ? 0 : 1);
