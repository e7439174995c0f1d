// What Picket promises, asked of a run that was killed many times: probes of one promise each while it still lives, and at its end the
// comparison with the vendor's ledger. A probe tells the run what is broken; `compare` answers with all of it.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Api, Program, init, sleep, until } from "../lib/program.mjs";

export const streams = ["auditevents", "itemusages", "signinattempts"];
export const rules = join(dirname(fileURLToPath(import.meta.url)), "rules");

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** A round goes on while the vendor has more: reading again brings whole rounds, not single pages. It is over when this returns. */
export async function probeRounds(run) {
  const since = new Date().toISOString();
  await run.reread();
  for (const stream of streams) {
    const whole = async () => (await run.api.get(`/api/v2/security_devices/${run.device}/polls?filter[stream]=${stream}&page[limit]=200`)).data
      .some((p) => p.attributes.started_at >= since && p.attributes.outcome === "ok" && p.attributes.pages >= 3);
    await until(whole, "a whole round", 20000, 300).catch(() => run.told(`${stream}: a round ended while the vendor had more`));
  }
}

/** A refusal is told as one, and a page that is no JSON is asked for again. */
export async function probeRefusals(run) {
  await run.vendor("/_sim/events", { account: 0, stream: "auditevents", kind: "new", count: 30 });
  await run.vendor("/_sim/faults", { rules: [{ path: "auditevents", count: 2, action: { page: "trailing_garbage" } }, { path: "signinattempts", action: { status: 401 } }] });
  const since = new Date().toISOString();
  await run.startServer();
  const refused = async () => (await run.api.get(`/api/v2/security_devices/${run.device}/polls?filter[stream]=signinattempts&page[limit]=200`)).data
    .some((p) => p.attributes.started_at >= since && p.attributes.outcome !== "ok");
  await until(refused, "the refusal is told", 8000 * run.atOnce, 200).catch(() => run.told("signinattempts: a 401 was not told"));
  // both broken pages must have been asked for, or this proves nothing
  const broken = async () => (await run.vendor("/_sim/state")).faults[0].fired === 2;
  await until(broken, "the broken pages were sent", 10000 * run.atOnce, 200);
  await sleep(1500);
  await run.serve.stop("SIGKILL");
  await run.vendor("/_sim/faults", { rules: [] });
}

/** A change and its history row are one: dying right after the commit leaves both or none. */
export async function probeHistory(run) {
  const patch = (attributes) => run.api.call("PATCH", `/api/v2/security_devices/${run.device}`, { data: { attributes } });
  await run.startServer();
  await patch({ paused: true });
  await run.serve.stop("SIGKILL");
  // which commit is the change's own depends on what a start writes: try the first few
  for (let visit = 1, moved = false; visit <= 5 && !moved; ++visit) {
    const place = `Place ${run.killed}`;
    if (await run.startServer(`control.after_commit:${visit}`)) await patch({ location: place }).catch(() => {});
    await run.serve.stop("SIGKILL");
    await run.startServer();
    moved = (await run.api.device(run.device)).attributes.location === place;
    const rows = (await run.api.get(`/api/v2/security_devices/${run.device}/security_device_histories?page[limit]=1000`)).data;
    if (moved !== rows.some((r) => r.attributes.value?.after?.location === place)) run.told("a change and its history row are not one");
    await run.serve.stop("SIGKILL");
    run.killed += 2;
  }
  await run.startServer();
  await patch({ paused: false });
  await run.serve.stop("SIGKILL");
}

/** The pages that were durable and not committed come again: nothing in them is new, and the poll that read them still counts. */
async function probeRepeats(run, since) {
  for (const stream of streams) {
    const told = async () => (await run.api.get(`/api/v2/security_devices/${run.device}/polls?filter[stream]=${stream}&page[limit]=200`)).data
      .some((p) => p.attributes.started_at >= since && p.attributes.outcome === "ok" && p.attributes.events > 0);
    await until(told, "a page that came again is told", 10000, 200).catch(() => run.told(`${stream}: a page that came again is not told as a poll`));
  }
}

export async function compare(run) {
  const since = new Date().toISOString();
  await run.startServer();
  await probeRepeats(run, since);
  const ledger = readLedger(run);
  const wanted = Object.values(ledger).reduce((n, m) => n + m.size, 0);
  const found = { lost: 0, doubled: 0, altered: 0, compared: 0, strange: 0, clocks: [], history: [] };
  await until(async () => (await run.api.eventTotal(run.device)) >= wanted, `${wanted} events`, 30000, 300).catch(() => {});
  let newestReceived = 0;
  for (const stream of streams) {
    const seen = new Map();
    for await (const event of run.api.events(run.device, stream)) {
      const uid = event.attributes.vendor_uid;
      if (seen.has(uid)) found.doubled += 1;
      seen.set(uid, event);
      newestReceived = Math.max(newestReceived, Date.parse(event.attributes.received_at));
      if (!ledger[stream].has(uid)) found.strange += 1;
    }
    for (const uid of ledger[stream].keys()) if (!seen.has(uid)) found.lost += 1;
    await compareBytes(run, [...seen.values()].filter(() => run.random() < run.share), ledger[stream], found);
    const total = await run.api.eventTotal(run.device, stream);
    if (total !== seen.size) found.strange += Math.abs(total - seen.size);
  }
  await checkClocks(run, found, newestReceived);
  await checkHistory(run, found);
  found.history.push(...(run.complaints ?? []));
  const rulesSaid = run.detections ? await compareDetections(run, wanted, ledger.signinattempts.size) : { alerts: undefined, matches: undefined, differences: [] };
  await run.serve.stop();
  await run.sim.stop();
  const { lost, doubled, altered, strange } = found;
  const ok = lost + doubled + altered + strange === 0 && rulesSaid.differences.length === 0 && rulesSaid.alerts !== 0 && found.clocks.length === 0 && found.history.length === 0;
  return { run: run.bug ?? "kills", seed: run.seed, kills: run.killed, at_fail_points: run.atFailPoint, events: wanted, lost, doubled, altered,
    compared: found.compared, strange, alerts: rulesSaid.alerts, matches: rulesSaid.matches, detections: rulesSaid.differences, clocks: found.clocks, history: found.history, slowest_start_ms: run.slowest, ok };
}

/**
 * A second installation reads the same vendor without a kill; rules must have made the same of it. Its sign-ins come when everything else was
 * read, so that what belongs together is days apart there, and not here.
 */
async function compareDetections(run, wanted, signIns) {
  await run.vendor("/_sim/faults", { rules: [{ path: "signinattempts", action: { status: 503 } }] });
  const data = join(run.dir.path, "calm");
  const account = init(run.picket, data);
  const serve = new Program(run.picket, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--poll-interval", "1s", "--vendor-rate", "0",
    "--allow-device-server", run.simUrl, "--rules", rules]);
  try {
    const api = await Api.login((await serve.line(/(http:\/\/[^\s]+)/))[1], account);
    await alertFromNow(api);
    const device = (await api.addDevice({ name: "Calm", server: run.simUrl, token: run.token, start_time: run.start })).id;
    await until(async () => (await api.eventTotal(device)) >= wanted - signIns, "everything but sign-ins of the calm installation", 60000, 300);
    await run.vendor("/_sim/faults", { rules: [] });
    await until(async () => (await api.eventTotal(device)) >= wanted, `${wanted} events of the calm installation`, 60000, 300);
    let differences = [], calm, ours;
    // its last page is visible before what rules say of it is
    await until(async () => {
      [calm, ours] = [await detected(api), await detected(run.api)];
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
async function compareBytes(run, events, hashes, found) {
  const worker = async () => {
    for (let event; (event = events.pop());) {
      const bytes = Buffer.from(await (await run.api.raw("GET", `/api/v2/events/${event.id}/raw`)).arrayBuffer());
      if (!hashes.get(event.attributes.vendor_uid)?.has(sha256(bytes))) found.altered += 1;
      found.compared += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

async function checkClocks(run, found, newestReceived) {
  const settled = await until(async () => {
    const d = await run.api.device(run.device);
    return d.attributes.status === "healthy" && d;
  }, "the device is healthy again", 20000).catch(async () => run.api.device(run.device));
  const at = settled.attributes;
  if (at.status !== "healthy") found.clocks.push(`status ${at.status}: ${at.status_details?.sentence}`);
  const age = Date.now() - Date.parse(at.last_successful_poll_at ?? 0);
  if (!(age < 10000)) found.clocks.push(`last successful poll ${age} ms ago`);
  if (Date.parse(at.last_data_received_at ?? 0) + 1 < newestReceived) found.clocks.push(`last data received ${at.last_data_received_at}, but an event came at ${new Date(newestReceived).toISOString()}`);
  for (const s of at.status_details.streams) {
    const newest = (await run.api.get(`/api/v2/events?filter[security_device][id]=${run.device}&filter[stream]=${s.stream}&page[limit]=1&flag[total]=false`)).data[0];
    if (newest && s.newest_event_at !== newest.attributes.time) found.clocks.push(`${s.stream}: newest event ${s.newest_event_at}, stored ${newest.attributes.time}`);
    if (s.last_data_received_at > s.last_successful_poll_at) found.clocks.push(`${s.stream}: data after the last successful poll`);
  }
}

async function checkHistory(run, found) {
  const rows = (await run.api.get(`/api/v2/security_devices/${run.device}/security_device_histories?page[limit]=1000`)).data;
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

function readLedger(run) {
  const out = Object.fromEntries(streams.map((s) => [s, new Map()]));
  for (const line of readFileSync(run.ledger, "utf8").split("\n")) {
    if (!line) continue;
    const entry = JSON.parse(line);
    if (entry.kind !== "event") continue;
    if (!out[entry.stream].has(entry.uuid)) out[entry.stream].set(entry.uuid, new Set());
    out[entry.stream].get(entry.uuid).add(entry.sha256);
  }
  return out;
}

/** Rules of a folder are watched for two days before they alert; here they alert at once. */
export async function alertFromNow(api) {
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
