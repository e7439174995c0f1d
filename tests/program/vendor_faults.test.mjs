// The fault catalogue's vendor groups, end to end: the real server polls the simulated vendor, whose switches make it fail in every listed way.
// Each case has a vendor's account of its own, waits for the stated outcome, lifts the fault, and ends with the vendor's ledger held against the
// store: every event once, in its exact bytes.
//
// What a loopback vendor without TLS cannot show is held by tests of the HTTP client in src/http_client/tests:
//
//   | Row of the catalogue                             | Test                                                                         |
//   |---|---|
//   | name does not resolve, name server hangs         | Faults.NameDoesNotResolve, Faults.NameServerHangs                            |
//   | black hole in connect                            | Faults.BlackHole                                                             |
//   | certificate expired, not yet valid, another name | Tls.Expired, Tls.NotYetValid, Tls.AnotherName                                |
//   | unknown authority                                | Tls.UnknownAuthority, Tls.FurtherAuthorityIsTrusted                          |
//   | TLS version, no TLS, hang in the handshake       | Tls.PlainTextWhereTlsShouldBe, Tls.ClosedInTheHandshake, Tls.HandshakeHangs  |
//   | endless or slow header, chunks cut               | Faults.EndlessHeader, Faults.SlowHeaderMeetsTheTotalLimit, Faults.CutChunks  |
//   | name led inside by DNS (rebinding)               | Rules.NamesThatLeadInsideAreRefused                                          |
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Lab, streams } from "../lib/vendor_lab.mjs";

const picket = process.env.PICKET_PROGRAM ?? "build/release/picket";
const kAtOnce = Number(process.env.PICKET_LAB ?? 24);
const only = process.env.PICKET_CASE && new RegExp(process.env.PICKET_CASE);
let lab;
before(async () => { lab = await Lab.start(picket, { vendors: kAtOnce, accounts: 20, doors: 2 }); });
after(() => lab?.stop());

const groups = { slow: [] };
const group = (name) => { groups.now = groups[name] ??= []; };
const add = (list, name, play, options) => { if (!only || only.test(name)) list.push([name, play, options]); };
const scenario = (name, play, options = {}) => add(groups.now, name, play, options);
/** Begun first, because a vendor's or our own limit has to pass. */
const slow = (name, play, options = {}) => add(groups.slow, name, play, options);

// --------------------------------------------------------------------------------------------------------------------------- HTTP
group("HTTP");

/** What a status means from the first poll on. `now`: nobody asks again soon by himself, since only a person can help. */
const firstStatus = (status, code, { now = false, says } = {}) => scenario(`HTTP: ${status} from the start is ${code}, and heals`, async (s) => {
  await s.faults({ action: { status } });
  await s.add();
  const told = await s.unhealthy(code);
  assert.match(told.sentence, says ?? new RegExp(String(status)));
  assert.equal(await s.api.eventTotal(s.device), 0);
  await s.recovers({ now });
});
firstStatus(204, "protocol");
firstStatus(400, "protocol");
firstStatus(401, "unauthorized", { now: true, says: /Issue a new one in 1Password/ });
firstStatus(403, "unauthorized", { now: true, says: /Issue a new one in 1Password/ });
firstStatus(404, "not_found", { now: true, says: /server address/i });
firstStatus(405, "protocol");
firstStatus(408, "unavailable");
firstStatus(410, "protocol");
firstStatus(418, "protocol");
for (const status of [500, 501, 502, 503, 504, 520]) firstStatus(status, "unavailable");

for (const status of [301, 302, 303, 307, 308])
  scenario(`HTTP: ${status} is told and not followed, so that the token stays here`, async (s) => {
    await s.faults({ action: { status, redirect: lab.elsewhere.url } });
    await s.add();
    const told = await s.unhealthy("protocol");
    assert.match(told.sentence, /does not follow/);
    await s.recovers();
    assert.equal(lab.visits, 0, "nobody came to where the vendor pointed");
  });

scenario("HTTP: 301 in mid-run is not followed either, and the other streams go on", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", action: { status: 301, redirect: lab.elsewhere.url } });
  await s.warned("retrying");
  await s.arriveEverywhere();
  for (const stream of streams.slice(1))
    await s.eventually(async () => (await s.api.eventTotal(s.device, stream)) === (await s.ledger())[stream].events.size, `${stream} goes on`);
  assert.equal((await s.stream()).last_error.code, "protocol");
  await s.recovers();
  assert.equal(lab.visits, 0);
});

for (const status of [401, 403])
  scenario(`HTTP: ${status} in mid-run stops that stream alone and asks for a new token`, async (s) => {
    await s.ready();
    await s.faults({ path: "auditevents", action: { status } });
    const told = await s.warned("unauthorized");
    assert.match(told.sentence, /Audit events/);
    assert.match(told.sentence, /Issue a new one in 1Password/);
    await s.arriveEverywhere();
    for (const stream of streams.slice(1))
      await s.eventually(async () => (await s.api.eventTotal(s.device, stream)) === (await s.ledger())[stream].events.size, `${stream} goes on`);
    const asked = (await s.state()).faults[0].fired;
    const stopped = await s.stream();
    assert.equal(stopped.level, "error");
    assert.ok(Date.parse(stopped.next_poll_at) - Date.now() > 60e3, "a refused token is not tried again and again");
    assert.ok(asked <= 2, `asked ${asked} times`);
    await s.recovers({ now: true });
  });

scenario("HTTP: 503 in mid-run of one stream is a warning, and heals by itself", async (s) => {
  await s.ready();
  await s.faults({ path: "itemusages", action: { status: 503 } });
  const told = await s.warned("retrying");
  assert.match(told.sentence, /503/);
  assert.match(told.sentence, /Nothing is lost/);
  await s.recovers();
});

scenario("HTTP: 503 everywhere is a warning first and unhealthy after five tries", async (s) => {
  await s.ready();
  await s.faults({ action: { status: 503 } });
  await s.warned("retrying");
  const told = await s.unhealthy("unavailable", 60000);
  assert.match(told.sentence, /\(\d+ tries\)/);
  await s.recovers({ now: true });
});

scenario("HTTP: 503 with Retry-After is not asked sooner", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", count: 1, action: { status: 503, headers: { "Retry-After": "4" } } });
  await s.warned("retrying");
  const stream = await s.stream();
  assert.ok(Date.parse(stream.next_poll_at) - Date.parse(stream.last_error.at) >= 4000);
  await s.recovers();
});

scenario("HTTP: another content type does not matter when the body is right", async (s) => {
  await s.faults({ action: { content_type: "text/plain; charset=latin1" } });
  await s.add();
  await s.healthy();
  await s.same();
});

scenario("HTTP: 200 with a gateway's page is told as one", async (s) => {
  await s.faults({ path: "v2/", action: { html: true } });
  await s.add();
  const told = await s.unhealthy("protocol");
  assert.match(told.sentence, /proxy or gateway/);
  await s.recovers();
});

scenario("HTTP: 200 with a gateway's page in mid-run keeps the place", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", action: { html: true } });
  await s.arriveEverywhere();
  const told = await s.warned("retrying");
  assert.match(told.sentence, /web page/);
  await s.recovers();
});

scenario("HTTP: an error body of the second shape is read, and told without its echo", async (s) => {
  await s.settings({ second_error_shape: true });
  await s.faults({ action: { status: 500 } });
  await s.add();
  await s.unhealthy("unavailable");
  await s.recovers();
});

// --------------------------------------------------------------------------------------------------------------------------- body
group("body");

scenario("body: truncated at many places: nothing of the page is taken, all of it comes later", async (s) => {
  const places = [0, 1, 2, 9, 10, 11, 100, 250, 251, 252, 253, 254, 700, 701, 1500, 4000, 7000, -3, -2, -1, -30];
  const accounts = [s.account, ...Array.from({ length: places.length / 3 - 1 }, () => s.takeAccount())];
  await s.faults(...places.map((k, i) => ({ account: accounts[Math.floor(i / 3)], path: streams[i % 3], count: 1, action: { cut_body_at: k, reset: i % 2 === 0 } })));
  const made = [];
  for (const account of accounts) made.push(await s.add({ token: s.vendor.tokens[account].token }));
  for (const [i, device] of made.entries()) {
    await s.verdict({ device, status: "healthy", level: "ok" });
    for (const stream of streams) await s.eventually(async () => (await s.api.eventTotal(device, stream)) === 12, `all of ${stream}`);
    await s.same({ device, account: accounts[i] });
    const bad = (await s.api.get(`/api/v2/security_devices/${device}/polls?page[limit]=200`)).data.map((p) => p.attributes).filter((p) => p.outcome !== "ok");
    assert.equal(bad.length, 3, "each cut is in the list of polls");
    for (const poll of bad) {
      assert.ok(["protocol", "connect"].includes(poll.outcome), poll.outcome);
      assert.equal(poll.new_events, 0);
    }
  }
  for (const fault of (await s.state()).faults) assert.equal(fault.fired, 1);
});

/** A whole answer that cannot be taken, from the start. */
const broken = (name, action, { code = "protocol", says = /\w/ } = {}) => scenario(`body: ${name} is refused whole, and asked for again`, async (s) => {
  await s.faults(...streams.map((path) => ({ path, action })));
  await s.add();
  const told = await s.unhealthy(code);
  assert.match(told.sentence, says);
  assert.equal(await s.api.eventTotal(s.device), 0);
  await s.recovers();
});
broken("text that is no JSON", { body: "Service temporarily at lunch" });
broken("JSON that ends early", { body: '{"cursor":"x","has_more":false,"items":[{"uuid":"A"' });
broken("a list instead of a page", { page: "array" });
broken("a text instead of a page", { page: "text" });
broken("an empty object", { page: "empty_object" });
broken("no body at all", { page: "empty_body" });
broken("garbage behind the page", { page: "trailing_garbage" });
broken("a page 10,000 levels deep", { page: "deep" });
broken("40 MB", { huge_bytes: 40 << 20 });
broken("an endless body", { endless: true });
broken("gzip that was cut", { gzip: "cut" });
broken("gzip that is garbage", { gzip: "garbage" });
broken("a gzip bomb", { gzip: "bomb" });
broken("a Content-Length below the body's", { length_delta: -50 });
broken("a Content-Length above the body's", { length_delta: 100 }, { code: "connect", says: /cut the connection/ });
broken("a byte order mark", { page: "bom" });
broken("NaN in a record", { mutate: "nan" });
broken("invalid UTF-8 in a record", { mutate: "invalid_utf8" });
broken("a control character in a record", { mutate: "control_character" });
broken("a record 10,000 levels deep", { mutate: "deep" });

/** A page that is odd and can be read: all of it is stored. */
const odd = (name, action, warning) => scenario(`body: ${name}: every event is stored${warning ? ", and it is told" : ""}`, async (s) => {
  await s.faults({ path: "auditevents", action });
  await s.add();
  if (warning) {
    const told = await s.warned("protocol");
    assert.match(told.sentence, warning);
  } else {
    await s.healthy();
  }
  await s.complete();
  await s.arriveEverywhere();
  await s.complete();
  if (warning) await s.recovers();
  else await s.same();
});
odd("gzip", { gzip: "whole" });
odd("unknown fields in the frame", { page: "extra_fields" });
odd("no cursor", { page: "cursor_missing" }, /bookmark/);
odd("a null cursor", { page: "cursor_null" }, /bookmark/);
odd("an empty cursor", { page: "cursor_empty" }, /bookmark/);
odd("a number as cursor", { page: "cursor_number" }, /bookmark/);
odd("no has_more", { page: "has_more_missing" }, /whether there is more/);
odd("has_more as a text", { page: "has_more_text" }, /whether there is more/);

for (const page of ["items_null", "items_missing"])
  scenario(`body: ${page}: told, and the place is not left behind events that never came`, async (s) => {
    await s.ready();
    await s.faults({ path: "auditevents", action: { page } });
    await s.arriveEverywhere();
    const told = await s.warned("protocol");
    assert.match(told.sentence, /no list of events/);
    await s.recovers();
  });

scenario("body: an object where the list should be: asked for again, nothing is left behind", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", action: { page: "items_object" } });
  await s.arriveEverywhere();
  const told = await s.warned("retrying");
  assert.match(told.sentence, /list of records is no list/);
  await s.recovers();
});

/** Records that are not as documented: kept as they came, never dropped; `unreadable` ones are counted. */
const strange = (mutate, { unreadable = false, sameUid = true } = {}) => scenario(`body: records with ${mutate.replaceAll("_", " ")} are kept in their bytes${unreadable ? " and counted" : ""}`, async (s) => {
  await s.faults({ path: "auditevents", action: { mutate, record: -1 } });
  await s.add();
  await s.eventually(async () => (await s.api.eventTotal(s.device, "auditevents")) === 12, "all twelve");
  const rows = [];
  for await (const row of s.api.events(s.device, "auditevents")) rows.push(row.attributes);
  assert.equal(rows.filter((r) => r.unreadable).length, unreadable ? 12 : 0, "marked as what it is");
  if (sameUid) assert.deepEqual(new Set(rows.map((r) => r.vendor_uid)), new Set((await s.ledger()).auditevents.events.keys()));
  if (unreadable) {
    const told = await s.warned("unreadable");
    assert.match(told.sentence, /kept as they came/);
    assert.equal((await s.stream()).events_unreadable, 12);
    await s.faults();
    await s.arriveEverywhere();
    await s.same();
  } else {
    await s.recovers();
  }
});
strange("unknown_fields");
strange("nulls");
strange("renamed", { unreadable: true });
strange("missing_timestamp", { unreadable: true });
strange("bad_time", { unreadable: true });
strange("missing_uuid", { unreadable: true, sameUid: false });
strange("empty_uuid", { unreadable: true, sameUid: false });
strange("retyped", { unreadable: true });
strange("new_kind");
strange("overflow");
strange("duplicate_keys");
strange("lone_surrogate");
strange("long");
strange("future_time");

scenario("body: an entry that is no object is kept in its bytes and counted", async (s) => {
  await s.ready();
  await s.arrive("auditevents", { kind: "raw", raw: '"just a text"', uuid: "" });
  await s.eventually(async () => (await s.api.eventTotal(s.device, "auditevents")) === 13, "it is stored");
  const found = (await s.api.get(`/api/v2/events?filter[security_device][id]=${s.device}&filter[stream]=auditevents&filter[text]=just a text`)).data;
  assert.equal(found.length, 1);
  assert.equal(found[0].attributes.unreadable, true);
  assert.equal(await (await s.api.raw("GET", `/api/v2/events/${found[0].id}/raw`)).text(), '"just a text"');
  assert.equal((await s.stream()).events_unreadable, 1);
});

slow("body: one byte every 10 s: unhealthy within the limits of a first poll", async (s) => {
  await s.faults(...streams.map((path) => ({ path, action: { drip: { bytes: 1, every_ms: 10000 } } })));
  await s.add();
  await s.unhealthy("timeout", 45000);
  await s.recovers({ now: true });
});

slow("body: one byte every 10 s in mid-run meets the total limit, and no other stream waits for it", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", count: 1, action: { drip: { bytes: 1, every_ms: 10000 } } });
  await s.eventually(async () => (await s.state()).faults[0].fired > 0, "the vendor drips");
  await s.arriveEverywhere();
  for (const stream of streams.slice(1))
    await s.eventually(async () => (await s.api.eventTotal(s.device, stream)) === (await s.ledger())[stream].events.size, `${stream} goes on`);
  // one failed poll, soon followed by a good one: what stays is the error
  await s.eventually(async () => (await s.stream()).last_error?.code === "timeout", "the limit of 60 s is met", 75000);
  await s.recovers();
});

// ------------------------------------------------------------------------------------------------------------------------- paging
group("paging");

/** A vendor that turns in a circle: the round ends, it is told, and nothing is lost. */
const circle = (name, action, { from = 1 } = {}) => scenario(`paging: ${name}: found within 3 pages`, async (s) => {
  await s.ready();
  await s.arriveEverywhere();
  await s.faults({ path: "auditevents", from, action });
  const told = await s.warned("protocol");
  assert.match(told.sentence, /more|circle/);
  const rounds = await s.eventually(async () => { const p = await s.polls("auditevents", "protocol"); return p.length > 0 && p; }, "the poll is told");
  for (const round of rounds) assert.ok(round.pages <= 3, `a round of ${round.pages} pages`);
  const before_ = (await s.state()).requests;
  await s.eventually(async () => (await s.polls("auditevents", "protocol")).length >= rounds.length + 2, "it goes on trying, with pauses");
  assert.ok((await s.state()).requests - before_ < 60, "without a storm of requests");
  await s.recovers();
});
circle("has_more with an empty page and the same cursor", { paging: "stuck" });
circle("has_more with empty pages and new cursors", { paging: "empty_more" });
circle("the same page again and again", { paging: "same_page" });
circle("a circle of two pages", { paging: "cycle", n: 2 });
circle("a circle of three pages", { paging: "cycle", n: 3 });

/** A vendor that reads out of turn. All of it is stored once. */
const turned = (name, action, rule = {}) => scenario(`paging: ${name}: every event once`, async (s) => {
  await s.faults({ path: "auditevents", count: 3, ...rule, action });
  await s.arrive("auditevents", { count: 2500, timestamp: new Date(Date.now() - 86400e3).toISOString() });
  await s.add();
  await s.complete({}, 45000);
  await s.faults();
  await s.arriveEverywhere();
  await s.healthy();
  await s.same({ share: 0.1 });
});
turned("pages out of order", { paging: "out_of_order" });
turned("records shuffled", { paging: "shuffle" });
turned("records in reverse", { paging: "reverse" });
turned("the last ten again on each page", { paging: "repeat", n: 10 }, { cursor: "go_on" });
turned("duplicates at the end", { paging: "duplicates_at_end", n: 50 });
turned("more records than asked for", { paging: "limit_ignored", n: 2 });
turned("the same page twice", { paging: "same_page" }, { count: 1 });

scenario("paging: a page left out by the vendor comes with a re-read, and nothing is doubled", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", action: { paging: "skip", n: 5 } });
  await s.arrive("auditevents", { count: 5 });
  await s.arriveEverywhere();
  await s.eventually(async () => (await s.ledger()).auditevents.skipped.length > 0, "the vendor left some out");
  await s.eventually(async () => (await s.api.eventTotal(s.device, "itemusages")) === 14, "the others are there");
  assert.ok((await s.api.eventTotal(s.device, "auditevents")) < 19);
  await s.faults();
  const start_time = new Date(Date.now() - 7 * 86400e3).toISOString().slice(0, 19) + "Z";
  await s.api.call("POST", `/api/v2/security_devices/${s.device}/reread`, { start_time });
  await s.same();
});

scenario("paging: a cursor of another stream or account is refused by the vendor, and reading begins anew", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", count: 1, action: { paging: "foreign_cursor" } });
  await s.arriveEverywhere();
  await s.eventually(async () => (await s.polls("auditevents", "cursor_lost")).length === 1, "told in the list of polls");
  await s.recovers();
});

scenario("paging: cursors invalidated (400): told, read again from before the newest event, nothing doubled", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", count: 1, action: { paging: "expire_cursors" } });
  await s.history("healthy", "cursor_lost");
  for (const stream of streams) await s.eventually(async () => (await s.polls(stream, "cursor_lost")).length === 1, `${stream} is told`);
  await s.recovers();
});

scenario("paging: cursors refused for good: no storm of histories", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", cursor: "go_on", action: { status: 400 } });
  await s.eventually(async () => (await s.polls("auditevents", "cursor_lost")).length >= 2, "refused twice");
  await s.verdict({ status: "healthy", level: "warning", code: "cursor_lost" });
  const next = Date.parse((await s.stream()).next_poll_at) - Date.now();
  assert.ok(next > 5000, `the next try is ${next} ms away`);
  await s.recovers({ now: true });
});

scenario("paging: another account's events on one page: kept as sent, and none of our own is lost", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", count: 1, action: { paging: "foreign_events" } });
  await s.arriveEverywhere();
  await s.eventually(async () => (await s.state()).faults[0].fired === 1, "the page was sent");
  await s.faults();
  await s.arriveEverywhere();
  await s.eventually(async () => (await s.api.eventTotal(s.device, "auditevents")) >= 16, "all of our own");
  const foreign = (await s.api.eventTotal(s.device, "auditevents")) - 16;
  await s.same({ extra: { auditevents: foreign }, also: [s.account + 1] });
});

// --------------------------------------------------------------------------------------------------------------------------- time
group("time");

for (const [name, late_seconds] of [["10 min", 600], ["6 h", 6 * 3600], ["a day", 86400], ["3 days", 3 * 86400]])
  scenario(`time: events late by ${name} are stored, and no clock goes back`, async (s) => {
    await s.ready();
    await s.arrive("itemusages");
    await s.complete();
    const newest = (await s.stream("itemusages")).newest_event_at;
    await s.arrive("itemusages", { kind: "late", late_seconds, count: 3 });
    await s.same();
    assert.equal((await s.stream("itemusages")).newest_event_at, newest);
  });

scenario("time: 1,000 events with one timestamp", async (s) => {
  await s.ready();
  await s.arrive("auditevents", { count: 1000, step_us: 0 });
  await s.same({ share: 0.2 });
  const times = new Map();
  for await (const e of s.api.events(s.device, "auditevents")) times.set(e.attributes.time, (times.get(e.attributes.time) ?? 0) + 1);
  assert.equal(Math.max(...times.values()), 1000, "paging through the API does not lose any of them either");
});

scenario("time: 2,100 events with one timestamp reach over pages", async (s) => {
  await s.arrive("signinattempts", { count: 2100, step_us: 0, timestamp: new Date(Date.now() - 3600e3).toISOString() });
  await s.add();
  await s.same({ share: 0.1 });
});

scenario("time: timestamps that run backwards", async (s) => {
  await s.ready();
  for (let i = 0; i < 5; ++i) await s.arrive("signinattempts", { timestamp: new Date(Date.now() - i * 3600e3).toISOString() });
  await s.arrive("auditevents", { count: 50, step_us: -60e6 });
  await s.same();
});

scenario("time: the vendor's clock an hour ahead and back: told, stored, nothing waits for it", async (s) => {
  await s.ready();
  await s.settings({ clock_skew_ms: 3600e3 });
  await s.arriveEverywhere();
  await s.complete();
  const told = await s.verdict({ status: "healthy", level: "ok", code: "receiving" });
  assert.match(told.sentence, /in the future/);
  await s.settings({ clock_skew_ms: -3600e3 });
  await s.arriveEverywhere();
  await s.same();
  await s.settings({ clock_skew_ms: 0 });
  await s.arriveEverywhere();
  await s.same();
});

scenario("time: an event edited by the vendor and served again is a second version, counted once", async (s) => {
  await s.ready();
  await s.arrive("auditevents", { kind: "edited", position: 3 });
  const uid = (await s.ledger()).auditevents.places[3];
  await s.eventually(async () => (await s.api.get(`/api/v2/events?filter[security_device][id]=${s.device}&filter[text]=${uid}`)).data[0]?.attributes.versions === 2, "two versions");
  await s.same();
});

scenario("time: an event served again, unchanged, is the same event", async (s) => {
  await s.ready();
  const before_ = (await s.stream()).last_data_received_at;
  await s.arrive("auditevents", { kind: "duplicate", position: 3, count: 4 });
  await s.eventually(async () => (await s.stream()).last_data_received_at > before_, "it came");
  await s.same();
});

scenario("time: a known uuid with another timestamp is a version of that event", async (s) => {
  await s.ready();
  const known = (await s.api.get(`/api/v2/events?filter[security_device][id]=${s.device}&filter[stream]=itemusages&page[limit]=1`)).data[0].attributes;
  const later = new Date(Date.parse(known.time) + 26 * 3600e3).toISOString();
  await s.arrive("itemusages", { kind: "raw", record: { ...known.raw, timestamp: later } });
  await s.eventually(async () => (await s.api.get(`/api/v2/events?filter[security_device][id]=${s.device}&filter[text]=${known.vendor_uid}`)).data[0]?.attributes.versions === 2, "two versions");
  await s.same();
});

// ------------------------------------------------------------------------------------------------------------------------ network
group("network");

scenario("network: refused, and healed when the vendor is there", async (s) => {
  await s.add({ server: s.door.url });
  const told = await s.unhealthy("connect");
  assert.match(told.sentence, /refused/);
  await s.door.open();
  await s.recovers({ now: true });
}, { door: true });

scenario("network: refused in mid-run: a warning, then everything that came meanwhile", async (s) => {
  await s.door.open();
  await s.ready({ server: s.door.url });
  await s.door.close();
  await s.arriveEverywhere(5);
  await s.warned("retrying");
  assert.equal((await s.verdict({ stream: "auditevents", code: "retrying" })).last_error.code, "connect");
  await s.door.open();
  await s.recovers();
}, { door: true });

for (const [name, action] of [["closed before the answer", { connection: "close" }], ["reset before the answer", { connection: "reset" }], ["reset in the header", { cut_head_at: 20, reset: true }],
  ["closed in the header", { cut_head_at: 40 }], ["reset in the body", { cut_body_at: 30, reset: true }]])
  scenario(`network: ${name} in mid-run: a warning, and heals by itself`, async (s) => {
    await s.ready();
    await s.faults({ path: "auditevents", action });
    await s.arriveEverywhere();
    await s.warned("retrying");
    assert.ok(["connect", "protocol"].includes((await s.stream()).last_error.code));
    await s.recovers();
  });

for (const [name, action] of [["before the answer", { connection: "hang" }], ["in the header", { drip: { bytes: 10, every_ms: 600000, head: true } }], ["in the body", { drip: { bytes: 40, every_ms: 600000 } }]])
  slow(`network: hang ${name} from the start: unhealthy within the limits of a first poll`, async (s) => {
    await s.faults(...streams.map((path) => ({ path, action })));
    await s.add();
    await s.unhealthy("timeout", 45000);
    await s.recovers({ now: true });
  });

slow("network: the question about the token hangs: unhealthy within 30 s", async (s) => {
  await s.faults({ path: "introspect", action: { connection: "hang" } });
  await s.add();
  await s.unhealthy("timeout", 45000);
  await s.recovers({ now: true });
});

slow("network: one stream hangs in mid-run: the others do not wait, and it is told when the limit passed", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", count: 1, action: { connection: "hang" } });
  await s.eventually(async () => (await s.state()).faults[0].fired > 0, "the vendor hangs");
  for (let i = 0; i < 3; ++i) {
    await s.arriveEverywhere();
    for (const stream of streams.slice(1))
      await s.eventually(async () => (await s.api.eventTotal(s.device, stream)) === (await s.ledger())[stream].events.size, `${stream} goes on`);
  }
  await s.eventually(async () => (await s.stream()).last_error?.code === "timeout", "the limit is met", 45000);
  await s.recovers();
});

// -------------------------------------------------------------------------------------------------------------------------- quota
group("quota");

const waits = async (s) => {
  const { next_poll_at, last_error } = await s.stream();
  return Date.parse(next_poll_at) - Date.parse(last_error.at);
};

scenario("quota: 429 with Retry-After: told, waited for, and nothing lost", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", count: 1, action: { status: 429, headers: { "Retry-After": "5" } } });
  await s.arriveEverywhere();
  const told = await s.warned("rate_limited");
  assert.match(told.sentence, /asked to wait until/);
  assert.ok((await waits(s)) >= 5000);
  await s.recovers();
});

scenario("quota: 429 with Retry-After as a date, by the vendor's own clock", async (s) => {
  await s.ready();
  const http = (ms) => new Date(ms).toUTCString();
  const wrong = Date.now() - 40 * 86400e3;
  await s.faults({ path: "auditevents", count: 1, action: { status: 429, headers: { "Retry-After": http(wrong + 6000), Date: http(wrong) } } });
  await s.warned("rate_limited");
  const wait = await waits(s);
  assert.ok(wait >= 6000 && wait < 20000, `${wait} ms`);
  await s.recovers();
});

for (const [name, header, low, high] of [["0", "0", 55e3, 70e3], ["-1", "-1", 55e3, 70e3], ["a word", "soon", 55e3, 70e3], ["a billion", "1000000000", 3500e3, 3700e3], ["more than a number holds", "9".repeat(40), 3500e3, 3700e3]])
  scenario(`quota: 429 with an absurd Retry-After (${name}): a sensible wait; another token does not have to wait`, async (s) => {
    await s.ready();
    await s.faults({ path: "auditevents", count: 1, action: { status: 429, headers: { "Retry-After": header } } });
    await s.warned("rate_limited");
    const wait = await waits(s);
    assert.ok(wait >= low && wait <= high, `${wait} ms`);
    await s.faults();
    await s.replace(await s.fresh());
    await s.recovers();
  });

slow("quota: 429 without Retry-After: a minute's wait, then everything", async (s) => {
  await s.ready();
  await s.faults({ path: "auditevents", count: 1, action: { status: 429 } });
  await s.arriveEverywhere();
  await s.warned("rate_limited");
  const wait = await waits(s);
  assert.ok(wait >= 55e3 && wait < 70e3, `${wait} ms`);
  await s.recovers({ ms: 85000 });
});

slow("quota: 429 from the start is unhealthy, since nothing is known yet", async (s) => {
  await s.faults({ action: { status: 429, headers: { "Retry-After": "3" } } });
  await s.add();
  await s.unhealthy("rate_limited");
  await s.recovers({ ms: 60000 });
});

slow("quota: 20,000 events at once with 120 requests a minute: saved page by page, no page twice", async (s) => {
  await s.settings({ quota: { per_minute: 120, per_hour: 30000 }, rate_limit_headers: true });
  await s.ready();
  for (const stream of streams) await s.arrive(stream, { count: stream === "auditevents" ? 20000 : 1500, step_us: 10 });
  await s.complete({}, 85000);
  await s.eventually(async () => (await s.state()).answers_429 > 0, "the allowance ran out", 80000);
  const books = await s.ledger();
  for (const stream of streams) {
    const places = books[stream].pages.filter((p) => p.count > 0).map((p) => p.from);
    assert.deepEqual(places, [...new Set(places)].sort((a, b) => a - b), `${stream}: each page once, in order`);
  }
  await s.history("healthy", "rate_limited");
  await s.settings({ quota: false });
  await s.recovers({ ms: 85000, share: 0.02 });
});

// -------------------------------------------------------------------------------------------------------------------------- token
group("token");

scenario("token: expired: told with its date; a new one heals", async (s) => {
  await s.add({ token: await s.fresh({ expires_in: -3600 }) });
  const told = await s.unhealthy("token_expired");
  assert.match(told.sentence, /expired on \d+ \w{3} 20\d\d/);
  assert.equal((await s.replace(await s.fresh())).status, 200);
  await s.recovers();
});

scenario("token: expires in mid-run: announced before, told after, and the new one goes on where the old one stopped", async (s) => {
  await s.add({ token: await s.fresh({ expires_in: 20 }) });
  await s.warned("token_expiring");
  await s.unhealthy("token_expired");
  await s.arriveEverywhere();
  assert.equal((await s.replace(await s.fresh())).status, 200);
  await s.recovers();
  for (const stream of streams) assert.equal((await s.ledger())[stream].pages.filter((p) => p.count > 0 && p.from === 0).length, 1, `${stream}: read from its start once`);
});

scenario("token: revoked in mid-stream: told, no further tries; restored and tested: goes on", async (s) => {
  await s.ready();
  await s.tokens({ action: "revoke", token: s.token });
  const told = await s.unhealthy("unauthorized");
  assert.match(told.sentence, /Not authorised since .*Issue a new one in 1Password/);
  await s.arriveEverywhere();
  await s.tokens({ action: "restore", token: s.token });
  await s.recovers({ now: true });
});

scenario("token: revoked between two pages of a history", async (s) => {
  await s.arrive("auditevents", { count: 5000, step_us: 10, timestamp: new Date(Date.now() - 86400e3).toISOString() });
  await s.settings({ latency_ms: 150 });
  await s.add();
  await s.eventually(async () => (await s.api.eventTotal(s.device, "auditevents")) >= 1000, "the first page");
  await s.tokens({ action: "revoke", token: s.token });
  await s.unhealthy("unauthorized");
  const kept = await s.api.eventTotal(s.device, "auditevents");
  assert.ok(kept >= 1000, "what was read stays");
  await s.replace(await s.fresh());
  await s.settings({ latency_ms: 0 });
  await s.recovers({ share: 0.05 });
});

scenario("token: replaced again and again while polling: nothing is lost, doubled or read from the start", async (s) => {
  await s.ready();
  await s.settings({ rate: 60 });
  for (let i = 0; i < 5; ++i) {
    const before_ = await s.api.eventTotal(s.device);
    const answer = await s.replace(await s.fresh());
    assert.equal(answer.status, 200, await answer.text());
    await s.eventually(async () => (await s.api.eventTotal(s.device)) > before_, "polls go on");
  }
  await s.settings({ rate: 0 });
  await s.same({ share: 0.2 });
  for (const stream of streams) assert.equal((await s.ledger())[stream].pages.filter((p) => p.count > 0 && p.from === 0).length, 1, `${stream}: the cursor was kept`);
});

scenario("token: a wrong one instead of a right one: told; the right one heals", async (s) => {
  await s.ready();
  const wrong = s.token.slice(0, -12) + "AAAAAAAAAAAA";
  assert.equal((await s.replace(wrong)).status, 200);
  await s.unhealthy("unauthorized");
  await s.arriveEverywhere();
  await s.replace(s.token);
  await s.recovers();
});

scenario("token: without one kind of events: that stream is missing, the others work", async (s) => {
  await s.add({ token: await s.fresh({ features: ["auditevents", "signinattempts"] }) });
  const told = await s.warned("stream_missing");
  assert.match(told.sentence, /Item usages? is missing/);
  await s.eventually(async () => (await s.api.eventTotal(s.device)) === 24, "the other two");
  assert.equal(await s.api.eventTotal(s.device, "itemusages"), 0);
  assert.equal((await s.stream("itemusages")).code, "stream_missing");
  await s.replace(await s.fresh());
  await s.recovers();
});

scenario("token: with none of the kinds: unhealthy, and it says what to tick", async (s) => {
  await s.add({ token: await s.fresh({ features: ["somethingelse"] }) });
  const told = await s.unhealthy("stream_missing");
  assert.match(told.sentence, /Issue a new one/);
  await s.replace(await s.fresh());
  await s.recovers();
});

scenario("token: a kind of events taken away in mid-run: that stream stops, the others go on", async (s) => {
  await s.ready();
  await s.tokens({ action: "features", token: s.token, features: ["auditevents", "itemusages"] });
  await s.verdict({ status: "healthy", level: "warning" });
  await s.verdict({ stream: "signinattempts", code: "unauthorized" });
  await s.arriveEverywhere();
  for (const stream of streams.slice(0, 2))
    await s.eventually(async () => (await s.api.eventTotal(s.device, stream)) === (await s.ledger())[stream].events.size, `${stream} goes on`);
  await s.tokens({ action: "features", token: s.token, features: streams });
  await s.recovers({ now: true });
});

scenario("token: another account's is refused: 409, and nothing changes", async (s) => {
  await s.ready();
  const other = s.vendor.tokens[s.takeAccount()].token;
  const answer = await s.replace(other);
  assert.equal(answer.status, 409);
  assert.equal((await answer.json()).errors[0].code, "account_mismatch");
  await s.arriveEverywhere();
  await s.same();
  await s.healthy();
});

scenario("token: it names our account and the vendor says it is another's: nothing is read with it", async (s) => {
  await s.ready();
  const liar = await s.fresh();
  await s.tokens({ action: "account", token: liar, account: s.takeAccount() });
  assert.equal((await s.replace(liar)).status, 200, "nothing can be seen from outside");
  const told = await s.unhealthy("account_mismatch");
  assert.match(told.sentence, /another 1Password account/);
  await s.arriveEverywhere();
  await s.replace(await s.fresh());
  await s.recovers();
});

/** What is recognised as no token of Events Reporting is refused with the reason, and no vendor ever sees it. */
const claims = (fields) => [{ alg: "ES256", typ: "JWT" }, fields].map((p) => Buffer.from(JSON.stringify(p)).toString("base64url")).join(".") + ".c2lnbmF0dXJl";
for (const [name, make, says] of [["a service account's (ops_…)", () => "ops_" + Buffer.from(JSON.stringify({ signInAddress: "quist.1password.com", userAuth: {} })).toString("base64url"), /service account/],
  ["1Password Connect's", () => claims({ "1password.com/fts": ["vaultaccess"], aud: ["com.1password.connect"], "1password.com/auuid": "AAAA" }), /Connect/]])
  scenario(`token: ${name} is refused with the reason, the vendor is never called with it, and the old one goes on`, async (s) => {
    const refused = (error) => { assert.equal(error.status, 400); assert.match(error.body.errors[0].detail, says); return true; };
    const unknown = async () => (await s.state()).answers["401"] ?? 0;
    const before_ = await unknown();
    await assert.rejects(() => s.add({ token: make() }), refused);
    await s.ready();
    const answer = await s.replace(make());
    refused({ status: answer.status, body: await answer.json() });
    await s.arriveEverywhere();
    await s.same();
    await s.healthy();
    assert.equal(await unknown(), before_, "the vendor never saw it");
  });

scenario("token: removed features, expiry and revocation at once do not confuse the next device of that vendor", async (s) => {
  const broken_ = await s.fresh({ features: [] });
  await s.tokens({ action: "revoke", token: broken_ });
  await s.add({ token: broken_ });
  await s.verdict({ status: "unhealthy", level: "error" });
  const second = await s.add();
  await s.verdict({ device: second, status: "healthy", level: "ok" });
  await s.replace(await s.fresh());
  await s.recovers();
});

const all = [...groups.slow, ...Object.entries(groups).filter(([name]) => !["slow", "now"].includes(name)).flatMap(([, list]) => list)];
describe("vendor faults", { concurrency: kAtOnce }, () => {
  for (const [name, play, options] of all) test(name, () => lab.run(play, options));
});
