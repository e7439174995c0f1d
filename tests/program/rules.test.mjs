// `picket rules match` and `picket rules test` with rules that name OCSF values: they mean what they mean to the server.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { scratch } from "../lib/program.mjs";

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
  const done = spawnSync(picket, ["rules", ...args], { encoding: "utf8" });
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
