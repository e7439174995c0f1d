// `picket rules match` and `picket rules test` with rules that name OCSF values: they mean what they mean to the server.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Api, Program, init, scratch, until } from "../lib/program.mjs";

const picket = process.env.PICKET_PROGRAM ?? "build/release/picket";
const dir = scratch("rules");
after(() => dir.remove());

const file = (name, text) => {
  writeFileSync(join(dir.path, name), text);
  return join(dir.path, name);
};
const golden = (stream, name) => JSON.parse(readFileSync(`connectors/onepassword/testdata/${stream}/${name}.json`, "utf8"));
const refused = golden("signinattempts", "wrong-password"), revealed = golden("itemusages", "reveal");
const somebody = { ...refused.target_user, email: "grace@example.test" };
const entered = { ...golden("signinattempts", "success"), target_user: somebody };
const documentOf = (stream, name) => JSON.parse(readFileSync(`connectors/onepassword/testdata/${stream}/${name}.expected.json`, "utf8")).ocsf;
const lines = (...events) => events.map((event) => JSON.stringify(event) + "\n").join("");
const rule = (title, source, detection, more = "") => `title: ${title}\nlogsource: ${source}\ndetection:\n    it: ${detection}\n    condition: it\n${more}`;

function rules(...args) {
  const done = spawnSync(picket, ["rules", ...args], { encoding: "utf8", maxBuffer: 64 << 20 });
  return { code: done.status, out: done.stdout, told: done.stderr };
}
/** "0 Title" for each line that `match` prints. */
function match(rulesFile, eventsFile, ...more) {
  const done = rules("match", "--rules", rulesFile, "--events", eventsFile, ...more);
  assert.equal(done.code, 0, done.told);
  return done.out.split("\n").filter(Boolean).map((line) => JSON.parse(line)).map((line) => `${line.event} ${line.rule}`);
}

const events = file("signins.jsonl", lines(entered, refused));
const signIns = "product=onepassword,service=signinattempts";

test("a rule of OCSF names finds a vendor's events where the log source is named", () => {
  const ocsf = file("ocsf.yml", [
    rule("Refused", "{definition: any}", "{class_uid: 3002, status_id: 2}"),
    rule("Refused, by address", "{definition: any}", `{src_endpoint.ip: '${refused.client.ip_address}', status: Failure}`),
    rule("Of somebody", "{product: onepassword, service: signinattempts}", `{user.email_addr: '${entered.target_user.email}'}`),
    rule("Vendor", "{product: onepassword}", "{category: success}"),
  ].join("---\n"));
  assert.deepEqual(match(ocsf, events, "--logsource", signIns), ["0 Of somebody", "0 Vendor", "1 Refused", "1 Refused, by address"]);
});

test("without --logsource a rule's own log source says how it reads events, and vendor names mean what they meant", () => {
  const mixed = file("mixed.yml", [
    rule("Vendor", "{product: onepassword, service: signinattempts}", "{category: credentials_failed}"),
    rule("OCSF", "{product: onepassword, service: signinattempts}", "{status_id: 2, user.email_addr: '*'}"),
    rule("Other stream", "{product: onepassword, service: itemusages}", "{action: reveal, actor.user.email_addr: '*'}"),
    rule("Of no stream", "{definition: any}", "{class_uid: 3002}"),
    rule("Elsewhere", "{product: aws, service: cloudtrail}", "{category: success}"),
  ].join("---\n"));
  const both = file("both.jsonl", lines(entered, refused, revealed));
  assert.deepEqual(match(mixed, both), ["0 Elsewhere", "1 Vendor", "1 OCSF", "2 Other stream"]);
  assert.deepEqual(match(mixed, events, "--logsource", signIns), ["0 Of no stream", "1 Vendor", "1 OCSF", "1 Of no stream"]);
});

test("where no technology is known, OCSF documents match by their own names", () => {
  const documents = file("documents.jsonl", lines(documentOf("signinattempts", "success"), documentOf("signinattempts", "wrong-password")));
  const ocsf = file("plain.yml", rule("Refused", "{definition: any}", `{class_uid: 3002, status_id: 2, src_endpoint.ip: '${refused.client.ip_address}'}`));
  assert.deepEqual(match(ocsf, documents), ["1 Refused"]);
  assert.deepEqual(match(ocsf, documents, "--logsource", "product=nobody,service=knows"), ["1 Refused"]);
  assert.deepEqual(match(ocsf, events, "--logsource", "product=nobody,service=knows"), []);
});

test("correlations group by OCSF values, too", () => {
  const counted = file("counted.yml", rule("Refused", "{definition: any}", "{class_uid: 3002, status_id: 2}", "name: refused\n") +
    "---\ntitle: Three\ncorrelation:\n    type: event_count\n    rules: [refused]\n    group-by: [user.email_addr]\n    timespan: 1h\n    condition: {gte: 3}\n");
  const other = { ...refused, target_user: somebody };
  const many = file("many.jsonl", lines(refused, other, refused, other, refused));
  assert.deepEqual(match(counted, many, "--logsource", signIns).filter((line) => line.endsWith("Three")), ["4 Three"]);
});

test("rules test tries examples under OCSF names, and says what a record lacks", () => {
  const example = (event) => `        - {product: onepassword, service: signinattempts, event: ${JSON.stringify(event)}}\n`;
  const short = { category: "credentials_failed", country: "SE", timestamp: "2026-11-28T08:00:00Z", uuid: "A", target_user: { uuid: "U", email: "ada@example.test" } };
  const text = (event) => rule("Refused", "{definition: any}", "{class_uid: 3002, status_id: 2, user.email_addr: ada@example.test}",
    `picket:\n    examples:\n        matching:\n${example(event).replace(/^/gm, "    ").trimEnd()}\n        not_matching:\n${example({ ...short, category: "success" }).replace(/^/gm, "    ").trimEnd()}\n`);
  const good = rules("test", file("good.yml", text(short)));
  assert.equal(good.code, 0, good.told);
  assert.match(good.out, /1 rules, 2 examples: 2 as they should be, 0 not/);
  const bad = rules("test", file("bad.yml", text({ ...short, uuid: undefined })));
  assert.equal(bad.code, 1);
  assert.match(bad.told, /should match this example, and does not\. The record cannot be read \(it needs a uuid and a timestamp\)/);
});

test("rules check takes them", () => {
  const done = rules("check", file("check.yml", rule("Refused", "{definition: any}", "{class_uid: 3002, actor.user.email_addr: '*'}")));
  assert.equal(done.code, 0, done.told);
  assert.match(done.out, /1 rules \(0 of them correlations\) are fine, 0 errors, 0 warnings/);
});

// Seconds are coarse: where events share one, their order in the file decides, and a line names the event that made the rule fire.

/** A detection rule for each letter (`k: a`, name `a`) and correlations behind them: [title, type, rest of the map]. */
const correlations = (...list) => [
  ...["a", "b"].map((k) => `title: ${k}\nname: ${k}\ndetection:\n    s: {k: ${k}}\n    condition: s\n`),
  ...list.map(([title, type, rest]) => `title: ${title}\ncorrelation: {type: ${type}, ${rest}}\n`),
].join("---\n");
const fired = (rulesFile, eventsFile, ...more) => match(rulesFile, eventsFile, ...more).filter((line) => !/ [ab]$/.test(line));

test("of events in one second, only the one that made a correlation fire is told", () => {
  const counted = file("tie.yml", correlations(["Many", "event_count", "rules: [a], group-by: [u], timespan: 60s, condition: {gte: 3}"]));
  const four = file("tie.jsonl", lines(...Array(4).fill({ ts: 1000, k: "a", u: "x" })));
  assert.deepEqual(fired(counted, four), ["2 Many", "3 Many"]);
  assert.deepEqual(fired(counted, four, "--time-field", "ts"), ["2 Many", "3 Many"]);
  assert.deepEqual(fired(counted, four, "--time-field", "nosuch"), ["2 Many", "3 Many"]);
});

test("of events in one second, the order of the file is the order that temporal_ordered asks for", () => {
  const ordered = file("order.yml", correlations(["Ordered", "temporal_ordered", "rules: [a, b], timespan: 60s"], ["Any order", "temporal", "rules: [a, b], timespan: 60s"],
    ["Not before", "event_count", "rules: [b], timespan: 60s, condition: {gte: 1}}\npicket: {not_preceded_by: a"]));
  const ba = file("ba.jsonl", lines({ ts: 5, k: "b" }, { ts: 5, k: "a" }));
  const ab = file("ab.jsonl", lines({ ts: 5, k: "a" }, { ts: 5, k: "b" }));
  assert.deepEqual(fired(ordered, ba, "--time-field", "ts"), ["0 Not before", "1 Any order"]);
  assert.deepEqual(fired(ordered, ab, "--time-field", "ts"), ["1 Ordered", "1 Any order"]);
});

test("an event exactly one time span old counts, and time comes before the place in the file", () => {
  const pair = file("pair.yml", correlations(["Pair", "event_count", "rules: [a], timespan: 10s, condition: {gte: 2}"]));
  const at = (...times) => file("pair.jsonl", lines(...times.map((ts) => ({ ts, k: "a" }))));
  assert.deepEqual(fired(pair, at(1000, 1010), "--time-field", "ts"), ["1 Pair"]);
  assert.deepEqual(fired(pair, at(1000, 1010.000001), "--time-field", "ts"), []);
  assert.deepEqual(fired(pair, at(1010, 1000, 1010), "--time-field", "ts"), ["0 Pair", "2 Pair"]);
});

test("the order of an example is that of its events, also within one second", () => {
  const example = (list) => `            - events:\n${list.map((k) => `                  - {at: 0s, event: {k: ${k}}}\n`).join("")}`;
  const text = correlations(["Ordered", "temporal_ordered", "rules: [a, b], timespan: 60s"]) +
    `picket:\n    examples:\n        matching:\n${example(["a", "b"])}        not_matching:\n${example(["b", "a"])}`;
  const done = rules("test", file("example-order.yml", text));
  assert.match(done.out, /2 examples: 2 as they should be, 0 not/, done.told);
});

test("20,000 events in coarse seconds fire what a plain evaluator says, no more and no less", () => {
  const all = [
    { title: "Many", type: "event_count", rest: "rules: [a], group-by: [u], timespan: 5s, condition: {gte: 4}", span: 5, by: "u", of: "a",
      holds: (window) => window.length >= 4 },
    { title: "Few", type: "event_count", rest: "rules: [a, b], group-by: [u], timespan: 2s, condition: {lt: 3}", span: 2, by: "u", of: "ab",
      holds: (window) => window.length < 3 },
    { title: "Values", type: "value_count", rest: "rules: [b], timespan: 1s, condition: {field: v, gte: 3}", span: 1, by: "none", of: "b",
      holds: (window) => new Set(window.map((event) => event.v)).size >= 3 },
    { title: "Ordered", type: "temporal_ordered", rest: "rules: [a, b], group-by: [u], timespan: 3s", span: 3, by: "u", of: "ab",
      holds: (window) => window.some((event, i) => event.k === "a" && window.slice(i + 1).some((later) => later.k === "b")) },
    { title: "Both", type: "temporal", rest: "rules: [a, b], group-by: [u], timespan: 3s", span: 3, by: "u", of: "ab",
      holds: (window) => window.some((event) => event.k === "a") && window.some((event) => event.k === "b") },
  ];
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const stream = Array.from({ length: 20_000 }, (_, n) => ({ n, ts: 1000 + Math.floor(n / 20) + random(3), k: "abc"[random(3)], u: `u${random(25)}`, v: random(9) }));
  const expected = [];
  for (const { title, span, by, of, holds } of all) {
    const groups = Map.groupBy ? Map.groupBy(stream, (event) => event[by]) : stream.reduce((map, event) => map.set(event[by], [...(map.get(event[by]) ?? []), event]), new Map());
    for (const group of groups.values()) {
      const counted = group.filter((event) => of.includes(event.k)).sort((a, b) => a.ts - b.ts || a.n - b.n);
      counted.forEach((event, i) => {
        let first = i;
        while (first > 0 && counted[first - 1].ts >= event.ts - span) first -= 1;
        if (holds(counted.slice(first, i + 1))) expected.push(`${event.n} ${title}`);
      });
    }
  }
  const rulesFile = file("stream.yml", correlations(...all.map(({ title, type, rest }) => [title, type, rest])));
  const eventsFile = file("stream.jsonl", stream.map(({ n, ...event }) => JSON.stringify(event) + "\n").join(""));
  assert.deepEqual(fired(rulesFile, eventsFile, "--time-field", "ts").sort(), expected.sort());
  assert.ok(all.every(({ title }) => expected.some((line) => line.endsWith(` ${title}`))), "every kind fires somewhere");
});

test("what surrounds the events: a byte order mark, no rules, an empty log source, titles that would move a terminal", () => {
  const plain = file("plain-a.yml", correlations());
  assert.deepEqual(match(plain, file("mark.jsonl", "\ufeff" + lines({ k: "a" }, { k: "b" }))), ["0 a", "1 b"]);
  const nothing = rules("match", "--rules", file("nothing.yml", "# nothing\n"), "--events", events);
  assert.deepEqual([nothing.code, nothing.out], [2, ""]);
  assert.match(nothing.told, /There is no rule to try\./);
  assert.deepEqual(match(plain, file("none.jsonl", lines({ k: "c" }))), []);
  const empty = rules("match", "--rules", plain, "--events", events, "--logsource", "product=");
  assert.equal(empty.code, 2);
  assert.match(empty.told, /product is empty/);
  const odd = rules("check", file("odd.yml", 'title: "\\e[2J"\ndetection:\n    it: {k: a}\n    condition: "nosuch\\e[2J"\n'));
  assert.equal(odd.code, 1);
  assert.ok(!odd.told.includes("\u001b"), JSON.stringify(odd.told));
  const deep = rules("match", "--rules", plain, "--events", file("deep.jsonl", `{"d":${"[".repeat(100)}1${"]".repeat(100)}}\n` + lines({ k: "a" })));
  assert.match(deep.told, /deep\.jsonl:1: The event is nested deeper than 100 levels/);
});

test("lists fill what rules ask for, on the command line and in a server that runs", async () => {
  const watched = file("watched.yml", rule("Watched", "{product: onepassword}", "{item_uuid|expand: '%watched_items%'}"));
  const both = file("items.jsonl", lines(revealed, { ...revealed, item_uuid: "another" }));
  const without = rules("match", "--rules", watched, "--events", both);
  assert.equal(without.code, 2);
  assert.match(without.told, /watched\.yml:4:\d+: error: Nothing is known to fill in for %watched_items%/);
  const lists = file("lists.yml", `watched_items: [${revealed.item_uuid}]\n`);
  assert.deepEqual(match(watched, both, "--placeholders", lists), ["0 Watched"]);
  const odd = rules("check", watched, "--placeholders", file("odd-lists.yml", "watched_items: {a: b}\n"));
  assert.equal(odd.code, 2);
  assert.match(odd.told, /odd-lists\.yml:1:\d+: error: A value must be a text or a number\./);

  file("lists.yml", "# nothing yet\n");
  const data = join(dir.path, "data");
  const account = init(picket, data);
  const serve = new Program(picket, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--placeholders", lists]);
  try {
    const api = await Api.login((await serve.line(/(http:\/\/[^\s]+)/))[1], account);
    const titles = async () => (await api.get("/api/v2/detection_rules?page[limit]=500")).data.map((one) => one.attributes.title);
    const before = await titles();
    assert.ok(before.length > 90 && !before.includes("1Password Watched Item Used"), "it waits");
    file("lists.yml", "watched_items: [item-1, 'item-2*']\n");
    await until(async () => (await titles()).includes("1Password Watched Item Used"), "the rule whose list was filled is in force", 20e3, 250);
    assert.equal((await titles()).length, before.length + 1);
  } finally {
    await serve.stop();
  }
});
