// What nobody plans for: names that are no names, a record of megabytes, addresses that cannot be read, two people and two tabs at once, a
// server that is slow, gone or refuses, a sign-in that ends in the middle of a form. Each has a designed answer, and nothing typed is lost.
// node --test tests/e2e/hard.mjs
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { until } from "../lib/program.mjs";
import { Stage, pictures } from "../lib/stage.mjs";
import { leaks, listen, sticksOut, stalls } from "./screen.mjs";

const folder = pictures("hard");
let shots = 0;
let stage, api, context, page, complaints, wanted;
const bad = "<script>window.__ran=1</script>\"'><img src=x onerror=window.__ran=1>";
const names = {
  script: bad,
  "right to left": "جهاز الأمن (مكتب أوسلو)",
  "Hebrew with a sign at its end": "(1) חדר שרתים!",
  emoji: "👩‍👩‍👧‍👦🏳️‍🌈 Kjøkken 🔐",
  "the longest": "W".repeat(200),
  "marks over marks": `Z${"\u0351\u036B\u0343\u036A".repeat(30)} tower`,
};
const list = "/settings/security-devices";
const button = (name, on = page) => on.getByRole("button", { name, exact: true });
const field = (name, on = page) => on.getByLabel(name, { exact: true });
const dialog = (on = page) => on.getByRole("dialog").filter({ hasNot: on.getByLabel("Password") });
const signInAgain = (on = page) => on.getByRole("dialog", { name: "Sign in again" });
const row = (name, on = page) => on.getByRole("row").filter({ has: on.getByRole("button", { name: `Actions for ${name}`, exact: true }) });
const panel = (name, on = page) => on.getByRole("complementary", { name, exact: true });
const go = (path, on = page) => on.goto(stage.url + path);
const add = async (name, attributes = {}) => (await api.call("POST", "/api/v2/security_devices", { data: { type: "security_devices",
  attributes: { name, location: "Lab", plugin_slug: "1password", device_spec: { server: stage.simUrl }, ...attributes } } })).data.id;
const change = (id, attributes) => api.call("PATCH", `/api/v2/security_devices/${id}`, { data: { type: "security_devices", id, attributes } });
const location = async (id) => (await api.device(id)).attributes.location;

/** It is told where one looks: not scrolled away, not under something else. */
const inSight = (told) => told.evaluate((one) => {
  const { left, top, width, height } = one.getBoundingClientRect();
  const met = document.elementFromPoint(left + width / 2, top + height / 2);
  if (!one.contains(met)) throw new Error(`out of sight: ${one.textContent.slice(0, 80)}`);
});
/** The browser writes down each answer that is no success by itself; those that a test wants are named. */
function expect(...patterns) { wanted = patterns; }
/** Nothing is loaded anew: what was on the page is still the same page. */
const mark = (on = page) => on.evaluate(() => { window.notReloaded = true; });
const same = async (on = page) => assert.equal(await on.evaluate(() => window.notReloaded), true, "the page was not loaded anew");

let nextCode = 0;
/** One that works at once; it ends every other sign-in, so test and browser share theirs. */
const freshCode = () => stage.account.recovery_codes[nextCode++] ?? assert.fail("no recovery code is left");
/** The test goes on with the sign-in that the browser has now. */
async function follow() {
  const cookie = (await context.cookies()).find((one) => one.name === "picket_session").value;
  const answer = await fetch(`${stage.programUrl}/auth/v0/session`, { headers: { cookie: `picket_session=${cookie}` } });
  api.session = { cookie, csrf: (await answer.json()).csrf_token };
}
/** From somewhere else: this browser is not told. */
const endSignIn = () => api.call("DELETE", "/auth/v0/session");
/** Presses it when the session has ended and nobody knows yet: within two seconds, before the feed comes back and finds no session. */
async function sendAsItEnds(pressed) {
  await pressed().hover();
  await endSignIn();
  await page.mouse.down();
  await page.mouse.up();
}
async function answerSignIn(on = page) {
  // Where nothing is asked for, the feed tells: it ends with its session, and the browser tries again after two seconds.
  await signInAgain(on).waitFor();
  await field("Password", signInAgain(on)).fill(stage.account.password);
  await field("One-time code", signInAgain(on)).fill(freshCode());
  await button("Sign in", signInAgain(on)).click();
  await signInAgain(on).waitFor({ state: "detached" });
  await follow();
}

describe("hard", { concurrency: false }, () => {
  before(async () => {
    stage = await Stage.open({ events: 60, between: true });
    api = await stage.api();
    ({ context, page, complaints } = await stage.page({ listen }));
    await stage.signIn(page);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  });
  afterEach(async () => {
    await page?.screenshot({ path: join(folder, `${String(++shots).padStart(2, "0")}-at-the-end.png`) });
    stage.front.rules = [];
    const left = complaints.splice(0).filter((one) => !(wanted ?? []).some((pattern) => pattern.test(one)));
    wanted = undefined;
    assert.deepEqual(left, [], "the browser has nothing to complain about");
  });
  after(() => stage?.close());

  test("names with script, right to left, emoji, as long as may be", async () => {
    const ids = {};
    await assert.rejects(add("\u202Egnp.exe"), /control characters/, "signs that turn what follows around are no part of a name");
    for (const [what, name] of Object.entries(names)) ids[what] = await add(name, { location: what === "emoji" ? "🏢 Oslo" : "Lab" });
    await go(list);
    await row(names.emoji).waitFor();
    const rows = await page.evaluate(() => [...document.querySelectorAll("tbody tr[data-index]")].map((one) => ({
      height: one.getBoundingClientRect().height, lefts: [...one.children].map((cell) => Math.round(cell.getBoundingClientRect().left)).join() })));
    assert.equal(rows.length, Object.keys(names).length);
    assert.deepEqual([...new Set(rows.map((one) => one.height))], [40], "every row is as high as any");
    assert.equal(new Set(rows.map((one) => one.lefts)).size, 1, "every column stands where it stands");
    const arabic = page.getByRole("link", { name: names["right to left"], exact: true });
    assert.equal(await arabic.evaluate((one) => getComputedStyle(one).direction), "rtl", "a name is cut off at its own end");
    for (const [what, name] of Object.entries(names)) {
      for (const [width, height] of [[1280, 800], [390, 844]]) {
        await page.setViewportSize({ width, height });
        await go(`${list}/${ids[what]}`);
        await panel(name).getByRole("heading", { name, exact: true }).waitFor();
        assert.equal(await panel(name).getByRole("heading", { name, exact: true }).textContent(), name, `${what}: as it is`);
        assert.equal(await sticksOut(page), false, `${what} at ${width}: the page sticks out sideways`);
        assert.deepEqual(await leaks(page, name), [], `${what} at ${width}: the words beside a name keep their order`);
      }
      await page.setViewportSize({ width: 1280, height: 800 });
      await go(list);
      await button(`Actions for ${name}`).click();
      await page.getByRole("menuitem", { name: "Pause", exact: true }).click();
      await page.getByRole("status").getByText("is paused.").waitFor();
      assert.deepEqual(await leaks(page, name), [], `${what}: what is said of it`);
      await button(`Actions for ${name}`).click();
      await page.getByRole("menuitem", { name: "Delete", exact: true }).click();
      await dialog().waitFor();
      assert.deepEqual(await leaks(page, name), [], `${what}: what is asked of it`);
      await button("Keep it").click();
      await go(`${list}?edit=${ids[what]}`);
      await field("Name", dialog()).waitFor();
      assert.equal(await field("Name", dialog()).inputValue(), name);
      assert.deepEqual(await leaks(page, name), [], `${what}: the form`);
    }
    await go("/");
    await page.getByText("Changed in the last day").waitFor();
    for (const [what, name] of Object.entries(names)) assert.deepEqual(await leaks(page, name), [], `${what}: Home`);
    assert.equal(await page.evaluate(() => window.__ran), undefined, "nothing ran");
    for (const id of Object.values(ids)) await api.call("DELETE", `/api/v2/security_devices/${id}`);
  });

  test("10,000 characters in every field of the form: told at the field, and kept", async () => {
    expect(/status of (400|422)/);
    const long = `${"x".repeat(5000)}${"🔐".repeat(2500)}`;
    await go(`${list}?setupIntegration=1password`);
    for (const name of ["Name", "Location", "API token"]) await field(name).fill(long);
    await button("Save").click();
    for (const name of ["Name", "Location", "API token"]) {
      await until(async () => (await field(name).getAttribute("aria-invalid")) === "true", `${name} says what is wrong with it`, 10_000);
      assert.equal(await field(name).inputValue(), long, `${name} keeps what was typed`);
    }
    assert.match(await page.locator("form").innerText(), /200 characters/);
    assert.equal(await sticksOut(page), false);
    assert.equal((await api.get(`/api/v2/security_devices?filter[name]=^xxx`)).data.length, 0);
    await button("Cancel").click();
    // In addresses, too: only so much is read of a search, and it says so.
    await go(`${list}?q=${"y".repeat(10_000)}`);
    await page.getByText(/only its first 200 characters are searched for/).waitFor();
    await go(`/events?text=${"y".repeat(10_000)}`);
    await page.getByText(/only its first 1000 characters are searched for/).waitFor();
  });

  test("an event with 5 MB of JSON opens at once; what is shown is bounded and says so; copying gives all", async () => {
    const id = (await stage.addDevice("Large")).id;
    await stage.says(id, "receiving");
    const before = await api.eventTotal(id, "auditevents");
    const long = `${names["right to left"]} ${"a b ".repeat(2500)}`;
    const record = { uuid: "MEGABYTES", timestamp: new Date().toISOString(), actor_uuid: "U", actor_details: { uuid: "U", name: long, email: "ada@example.test" }, action: "huge",
      object_type: long, object_uuid: long, aux_info: "z".repeat(1_000_000), many: Array.from({ length: 44_000 }, (_, n) => ({ n, said: `${bad} ${n}` })) };
    assert.ok(JSON.stringify(record).length > 5_000_000, `${JSON.stringify(record).length} bytes`);
    await stage.record(record);
    await until(async () => (await api.eventTotal(id, "auditevents")) > before, "it is stored", 60_000);
    const link = page.getByRole("rowheader").getByRole("link").first();
    // What opening a usual event costs here and now is the yardstick: other work on the machine slows both.
    await go(`/events?range=7d&device=${id}&action=!huge`);
    await link.waitFor();
    const usual = await stalls(page);
    await link.click();
    await button("Copy the record").waitFor();
    const most = Math.max(800, 3 * (await usual()));
    await go(`/events?range=7d&device=${id}&action=huge`);
    await link.waitFor();
    const stalled = await stalls(page);
    await link.click();
    await page.getByText("This record is long").waitFor();
    const longest = await stalled();
    assert.ok(longest < most, `the page stood still for ${longest} ms; ${most} are allowed`);
    const shown = () => page.getByRole("complementary").evaluate((one) => one.textContent.length);
    assert.ok((await shown()) < 60_000, `${await shown()} characters are drawn`);
    assert.match(await page.getByRole("tabpanel").innerText(), /First 256 KiB|The first 256 KiB/);
    const raw = await (await api.raw("GET", `/api/v2/events/${new URL(page.url()).pathname.split("/").at(-1)}/raw`)).text();
    assert.equal(JSON.parse(raw).many.length, 44_000);
    await button("Copy the record").click();
    await page.getByRole("status").getByText("Copied the record.").waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied.length, raw.length);
    assert.ok(copied === raw, "what was copied is the whole record");
    await page.getByRole("tab", { name: "OCSF" }).click();
    await button("Copy the event as OCSF").waitFor();
    assert.ok((await shown()) < 60_000, `${await shown()} characters are drawn of its OCSF form`);
    assert.equal(await sticksOut(page), false);
    await page.getByRole("tab", { name: "As received" }).click();
    await page.getByRole("button", { name: /^Show up to/ }).click();
    await page.getByText(/^First 2\.0 MiB|^The first 2\.0 MiB/).first().waitFor();
    assert.ok((await shown()) < 60_000, "more is fetched, not more is drawn");
    assert.equal(await page.evaluate(() => window.__ran), undefined, "nothing ran");
  });

  test("an address that cannot be read falls back, and says what of it", async () => {
    expect(/status of 404/);
    await add("In the list");
    for (const [path, told] of [
      [`${list}?status=bogus&sort=-nothing&columns=zzz&location=`, ["it is unhealthy, attention", "there is no such column", "there are no such columns"]],
      [`/events?range=yesterdayish&outcome=maybe&stream=!x`, ["the last 24 hours are shown instead", "it is one of success, failure, unknown", "it can be wanted, not excluded"]],
    ]) {
      await go(path);
      await page.getByText("Part of this address could not be read").waitFor();
      for (const words of told) await page.getByText(words).first().waitFor();
      await page.getByRole("rowheader").or(page.getByText(/^No events in /)).first().waitFor();
      await button("Dismiss").click();
      await page.getByText("Part of this address could not be read").waitFor({ state: "detached" });
    }
    for (const [path, told] of [[`${list}/%E0%A4%A`, /does not exist|no page at this address/], [`${list}/%00%ff`, /does not exist|no page at this address/], ["/events/..%2f..%2fetc", /does not exist|no page/],
      [`${list}?setupIntegration=${encodeURIComponent(bad)}`, /does not know this technology/], ["/%", /no page at this address/]]) {
      await go(path);
      await page.getByText(told).first().waitFor();
      assert.equal(await page.evaluate(() => window.__ran), undefined, path);
    }
    await go(`${list}?edit=00000000-0000-4000-8000-000000000000`);
    await dialog().getByText("This device does not exist").waitFor();
    await button("Close the form", dialog()).click();
    await dialog().waitFor({ state: "detached" });
  });

  test("a stale edit: what the other changed is shown, nothing typed is lost, nothing is overwritten unseen", async () => {
    expect(/status of (404|409|410|412)/);
    const id = await add("Shared");
    await go(`${list}?edit=${id}`);
    await field("Location", dialog()).fill("Mine");
    await field("API token", dialog()).fill(stage.tokens[0]);
    await change(id, { location: "Theirs" });
    await button("Save", dialog()).click();
    await dialog().getByRole("alert").getByText("Theirs").waitFor();
    await dialog().getByText(/Nothing was saved yet/).waitFor();
    assert.equal(await field("Location", dialog()).inputValue(), "Mine");
    assert.equal(await field("API token", dialog()).inputValue(), stage.tokens[0]);
    assert.equal(await location(id), "Theirs");
    // Once more while the choice is open: that is noticed, too.
    await button("Go on with this choice").click();
    await change(id, { location: "Theirs again" });
    await button("Save", dialog()).click();
    await dialog().getByRole("alert").getByText("Theirs again").waitFor();
    assert.equal(await location(id), "Theirs again");
    await button("Go on with this choice").click();
    await button("Save", dialog()).click();
    await dialog().waitFor({ state: "detached" });
    assert.equal(await location(id), "Mine");
    // What the other changed elsewhere is shown, too, and stays unless one wants it otherwise.
    await go(`${list}?edit=${id}`);
    await field("Location", dialog()).fill("Third floor");
    await change(id, { name: "Shared by two" });
    await button("Save", dialog()).click();
    await dialog().getByRole("alert").getByText("Shared by two").waitFor();
    await button("Go on with this choice").click();
    await button("Save", dialog()).click();
    await dialog().waitFor({ state: "detached" });
    assert.deepEqual([(await api.device(id)).attributes.name, await location(id)], ["Shared by two", "Third floor"]);
    // And a device that is no more.
    await go(`${list}?edit=${id}`);
    await field("Location", dialog()).fill("Nowhere");
    await api.call("DELETE", `/api/v2/security_devices/${id}`);
    await button("Save", dialog()).click();
    await dialog().getByRole("alert").getByText("This device was deleted").waitFor();
    await inSight(dialog().getByRole("alert"));
    assert.equal(await field("Location", dialog()).inputValue(), "Nowhere", "what was typed can still be read and copied");
  });

  test("two tabs: one live feed for both, and signing out in one is noticed in the other", async () => {
    expect(/status of 401/);
    const id = await add("Seen by both");
    const first = await context.newPage();
    await page.goto("about:blank");
    await until(() => stage.front.feeds === 0, "no other feed is open");
    await go(list, first);
    await row("Seen by both", first).waitFor();
    const second = await context.newPage();
    await go(list, second);
    await row("Seen by both", second).waitFor();
    for (const one of [first, second]) await one.getByText("The page updates by itself.").waitFor({ state: "attached" });
    assert.equal(stage.front.feeds, 1, "one connection for two tabs");
    await change(id, { location: "Oslo" });
    for (const one of [first, second]) await row("Seen by both", one).getByText("Oslo").waitFor();
    // The tab that held the feed is closed: the other takes it over, and misses nothing.
    await first.close();
    await change(id, { location: "Lisbon" });
    await row("Seen by both", second).getByText("Lisbon").waitFor();
    await until(() => stage.front.feeds === 1, "the feed goes on in the other tab");
    const third = await context.newPage();
    await go(`${list}?edit=${id}`, third);
    await field("Location", dialog(third)).fill("Typed in the third");
    // Whoever signs out, the one who holds the feed or not: the other knows it without being touched.
    await signOut(second);
    await signInAgain(third).waitFor();
    assert.equal(await field("Location", dialog(third)).inputValue(), "Typed in the third");
    await answerSignIn(third);
    assert.equal(await field("Location", dialog(third)).inputValue(), "Typed in the third");
    await button("Save", dialog(third)).click();
    await dialog(third).waitFor({ state: "detached" });
    assert.equal(await location(id), "Typed in the third");
    const fourth = await context.newPage();
    await go(list, fourth);
    await row("Seen by both", fourth).waitFor();
    await signOut(fourth);
    await answerSignIn(third);
    for (const one of [second, third, fourth]) await one.close();
  });

  async function signOut(on) {
    await on.getByRole("button", { name: /^Profile of/ }).click();
    await on.getByRole("menuitem", { name: "Sign out" }).click();
    await button("Sign in", on).waitFor();
  }

  test("a server that is slow: progress is shown, nothing is sent twice", async () => {
    /** Answers wait until they are let go. */
    const hold = (path) => {
      let release;
      const until = new Promise((done) => { release = done; });
      stage.front.rules = [{ path, until }];
      return () => {
        stage.front.rules = [];
        release();
      };
    };
    let letGo = hold(/^GET \/api\/v2\/security_devices\?/);
    await go(list);
    await page.locator('[aria-busy="true"]').first().waitFor();
    await page.getByRole("heading", { name: "Security Devices" }).waitFor();
    letGo();
    await row("In the list").waitFor();
    assert.equal(await page.locator('[aria-busy="true"]').count(), 0);
    const { id } = (await api.get("/api/v2/security_devices?filter[name]=In%20the%20list")).data[0];
    await go(`${list}?edit=${id}`);
    await field("Location", dialog()).fill("Slowly");
    letGo = hold(/^PATCH /);
    stage.front.seen.length = 0;
    await button("Save", dialog()).click();
    await dialog().locator("button[data-loading]").waitFor();
    await page.keyboard.press("Enter");
    await field("Location", dialog()).press("Enter");
    await page.waitForTimeout(300);
    letGo();
    await dialog().waitFor({ state: "detached" });
    assert.equal(stage.front.seen.filter((one) => one.startsWith("PATCH ")).length, 1, "saved once");
    assert.equal(await location(id), "Slowly");
    // What changes when the list was read and the feed is not there yet is shown all the same, also of a device that says nothing more.
    const still = await add("Paused meanwhile", { paused: true });
    letGo = hold(/^GET \/api\/v2\/live/);
    await go(list);
    await row("Paused meanwhile").waitFor();
    await change(still, { location: "Before the feed" });
    await page.waitForTimeout(500);  // until it has been told to nobody
    letGo();
    await row("Paused meanwhile").getByText("Before the feed").waitFor();
    await api.call("DELETE", `/api/v2/security_devices/${still}`);
    letGo = hold(/^GET \/api\/v2\/events\/search/);
    await go("/events?range=7d&text=vault");
    await page.getByText(/^Searching: /).waitFor();
    await button("Cancel").click();
    await page.getByText("The search was cancelled").waitFor();
    letGo();
    // A panel whose device is on its way says so, and can be left.
    letGo = hold(new RegExp(`^GET /api/v2/security_devices/${id}`));
    await go(`${list}/${id}`);
    await panel("In the list").waitFor();
    await button("Close").click();
    await page.getByRole("complementary").waitFor({ state: "detached" });
    letGo();
    // Whoever jumps to a section that still comes is there when it has come.
    for (let i = 0; i < 25; ++i) await api.call("PATCH", `/api/v2/security_devices/${id}`, { data: { type: "security_devices", id, attributes: { location: `Rack ${i}` } } });
    letGo = hold(/^GET \/api\/v2\/(security_device_histories|events\/counts|security_devices\/[^/?]+\/detections)/);
    await go(`${list}/${id}`);
    const sections = panel("In the list").getByRole("navigation", { name: "Sections of this device" });
    await sections.getByRole("button", { name: "History", exact: true }).click();
    letGo();
    await panel("In the list").locator("section").filter({ has: page.getByRole("heading", { name: "History", exact: true }) }).getByRole("listitem").nth(20).waitFor();
    await page.waitForTimeout(500);
    assert.equal(await sections.locator("[aria-current]").innerText(), "History");
    const heading = await panel("In the list").getByRole("heading", { name: "History", exact: true }).boundingBox();
    const bar = await sections.boundingBox();
    assert.ok(heading.y >= bar.y && heading.y < bar.y + 120, `History begins ${heading.y - bar.y} below the bar`);
    // Another device begins at its top, whatever was read of the one before; the page itself never scrolls.
    await page.keyboard.press("]");
    await page.getByRole("complementary").and(page.locator(":not([aria-label='In the list'])")).waitFor();
    const other = page.getByRole("complementary");
    await other.getByRole("heading", { name: "Device Health", exact: true }).waitFor();
    assert.equal(await other.getByRole("navigation").locator("[aria-current]").innerText(), "Health");
    const health = await other.getByRole("heading", { name: "Device Health", exact: true }).boundingBox();
    assert.ok(health.y > 100 && health.y < 300, `Device Health begins at ${health.y}`);
    assert.equal(await page.evaluate(() => window.scrollY), 0);
  });

  test("a server that is restarted: the page says so, catches up by itself, and is not loaded anew", async () => {
    expect(/ERR_|status of 50/);
    await go(list);
    await row("In the list").waitFor();
    const { id } = (await api.get("/api/v2/security_devices?filter[name]=In%20the%20list")).data[0];
    await mark();
    await stage.program.stop("SIGKILL");
    await page.getByText("Picket does not answer. Trying again").waitFor();
    assert.ok(await row("In the list").isVisible(), "what is there can still be read");
    await page.getByText(/Last update \d\d:\d\d/).waitFor();
    await stage.serve();
    await change(id, { location: "After the restart" });
    await row("In the list").getByText("After the restart").waitFor();
    await page.getByText("Picket does not answer").waitFor({ state: "detached" });
    await page.getByText("The page updates by itself.").waitFor({ state: "attached" });
    await change(id, { location: "Live again" });
    await row("In the list").getByText("Live again").waitFor();
    await same();
  });

  test("a server that is gone: a form says so and keeps what was typed, pages come as soon as it is back", async () => {
    expect(/ERR_|status of 50/);
    const { id } = (await api.get("/api/v2/security_devices?filter[name]=In%20the%20list")).data[0];
    await go(`${list}?edit=${id}`);
    await field("Location", dialog()).fill("Typed before it went");
    await mark();
    await stage.program.stop("SIGKILL");
    await button("Save", dialog()).click();
    await dialog().getByRole("alert").getByText(/cannot be reached/).waitFor();
    await inSight(dialog().getByRole("alert"));
    assert.equal(await field("Location", dialog()).inputValue(), "Typed before it went");
    await stage.serve();
    await page.getByText("Picket does not answer").waitFor({ state: "detached" });
    assert.equal(await field("Location", dialog()).inputValue(), "Typed before it went");
    await button("Save", dialog()).click();
    await dialog().waitFor({ state: "detached" });
    assert.equal(await location(id), "Typed before it went");
    await stage.program.stop("SIGKILL");
    await page.getByText("Picket does not answer").waitFor();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Events" }).click();
    await page.getByText(/As soon as Picket answers, this fills by itself|Trying again/).first().waitFor();
    await stage.serve();
    await page.getByRole("heading", { level: 1, name: "Events" }).waitFor();
    await page.getByRole("table", { name: /^Events/ }).getByRole("rowheader").or(page.getByText(/^No events in /)).first().waitFor();
    await same();
  });

  test("without the right: each page says so and who can help, a form keeps what was typed", async () => {
    expect(/status of 403/);
    const body = { errors: [{ status: "403", code: "forbidden", title: "Forbidden", detail: "Your role does not include this." }] };
    const { id } = (await api.get("/api/v2/security_devices?filter[name]=In%20the%20list")).data[0];
    for (const [path, refused] of [[list, /^GET \/api\/v2\/security_devices\?/], [`${list}/${id}`, /^GET \/api\/v2\/security_devices/], ["/events", /^GET \/api\/v2\/events/],
      ["/events/00000000-0000-4000-8000-000000000000", /^GET \/api\/v2\/events/], ["/profile", /^GET \/api\/v2\/user_sessions/], [`${list}?setupIntegration=1password`, /^GET \/api\/v2\/plugins/]]) {
      stage.front.rules = [{ path: refused, status: 403, body }];
      await go(path);
      const alert = page.getByRole("alert").filter({ hasText: "You may not see this" }).first();
      await alert.waitFor().catch((error) => assert.fail(`${path}: ${error.message}`));
      assert.match(await alert.innerText(), /Your role does not include this\.[^]*administers your organization/, path);
      assert.ok(await page.getByRole("navigation", { name: "Main" }).isVisible(), `${path}: the way on is there`);
    }
    stage.front.rules = [{ path: /^(PATCH|DELETE) \/api\/v2\/security_devices/, status: 403, body }];
    await go(`${list}?edit=${id}`);
    await field("Location", dialog()).fill("Not mine to say");
    await button("Save", dialog()).click();
    await dialog().getByRole("alert").getByText("Your role does not include this.").waitFor();
    await inSight(dialog().getByRole("alert"));
    assert.equal(await field("Location", dialog()).inputValue(), "Not mine to say");
    await go(list);
    await button("Actions for In the list").click();
    await page.getByRole("menuitem", { name: "Pause", exact: true }).click();
    await page.getByRole("status").getByText("Your role does not include this.").waitFor();
  });

  test("an expired sign-in loses nothing that was typed", async () => {
    expect(/status of 401/);
    const { id } = (await api.get("/api/v2/security_devices?filter[name]=In%20the%20list")).data[0];
    await go(`${list}?edit=${id}`);
    await field("Location", dialog()).fill("Typed before it expired");
    await mark();
    await sendAsItEnds(() => button("Save", dialog()));
    await answerSignIn();
    await dialog().waitFor({ state: "detached" });
    assert.equal(await location(id), "Typed before it expired", "saved, without being typed or sent again by hand");
    await same();
    // The form of a new device, with a token that is stored nowhere yet.
    await go(`${list}?setupIntegration=1password`);
    for (const [name, value] of [["Name", "Typed twice? No"], ["Location", "Oslo"], ["API token", stage.tokens[0]]]) await field(name).fill(value);
    await page.getByText("Event kinds", { exact: true }).waitFor();
    await field("Server address").selectOption(stage.simUrl);
    await mark();
    await sendAsItEnds(() => button("Save"));
    await answerSignIn();
    await row("Typed twice? No").waitFor();
    await same();
    // Whoever leaves instead comes back to where they were.
    await go(`/events?range=7d&action=huge`);
    await page.getByRole("rowheader").first().waitFor();
    await sendAsItEnds(() => page.getByRole("rowheader").getByRole("link").first());
    await button("Leave this page", signInAgain()).click();
    await field("Email").fill(stage.account.email);
    await field("Password").fill(stage.account.password);
    await field("One-time code").fill(freshCode());
    await button("Sign in").click();
    await page.getByRole("complementary", { name: "Event" }).waitFor();
    assert.match(page.url(), /\/events\/.*action=huge/);
  });
});
