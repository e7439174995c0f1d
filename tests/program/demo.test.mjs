// picket demo --every-state as a person starts it: what it prints signs in, and its devices say every state that needs neither hours nor a full disk.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Api, Program, sleep, until } from "../lib/program.mjs";

const picket = process.env.PICKET_PROGRAM ?? "build/release/picket";
const said = ["receiving", "quiet", "backfilling", "verifying", "stream_missing", "token_expiring", "unauthorized", "token_expired", "wrong_region", "unavailable",
  "retrying", "rate_limited", "not_found", "protocol", "unreadable", "connect", "tls", "paused", "no_token"];

let demo, api;
before(async () => {
  demo = new Program(picket, ["demo", "--every-state", "--listen", "127.0.0.1:0"]);
  const base = (await demo.line(/^Picket is ready at (http:\/\/\S+)$/, 60_000))[1];
  api = await signIn(base);
});
after(() => demo?.stop());

async function signIn(base) {
  const [, username] = await demo.line(/^ +Email +(\S+)/);
  const [, password] = await demo.line(/^ +Password +(\S+)/);
  const [, code] = await demo.line(/^ +One-time code +(\d{6})/);
  const answer = await fetch(`${base}/auth/v0/login`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "x-expelinc-otp": code },
    body: new URLSearchParams({ grant_type: "password", username, password }),
  });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  return new Api(base, body.access_token, code);
}

test("a device for every state that can be shown at once", async () => {
  const missing = new Set(said);
  await until(async () => {
    const { data } = await api.get("/api/v2/security_devices?page[limit]=100");
    for (const { attributes } of data) missing.delete(attributes.status_details.code);
    return missing.size === 0;
  }, "each state was seen", 90_000, 300).catch((error) => assert.fail(`${error.message}; never seen: ${[...missing].join(", ")}`));
});

test("the one that reads its history goes on with it; a slow page is no failure", async () => {
  // Longer than a first page may take: by then it would have failed.
  await sleep(15_000);
  const { data } = await api.get("/api/v2/security_devices?page[limit]=100");
  const { attributes } = data.find((one) => one.attributes.name === "1Password: Reading history");
  assert.equal(attributes.status_details.code, "backfilling", attributes.status_details.sentence);
});
