// A person's first half hour with Picket, in a real browser against the real program and its simulated 1Password account:
//   PICKET_URL PICKET_EMAIL PICKET_PASSWORD PICKET_TOTP_SECRET PICKET_SIM_TOKEN PICKET_SIM_URL   what to talk to
//   PICKET_SCREENSHOTS  folder for the pictures (optional)      PICKET_CHROMIUM  browser (default /usr/bin/chromium)
// node --test tests/e2e/seven_points.mjs
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, describe, test } from "node:test";
import { sleep, totp } from "../lib/program.mjs";
import { listen, look } from "./screen.mjs";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");

const need = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; the head of this file lists what is needed`);
  return value;
};
const url = need("PICKET_URL").replace(/\/$/, "");
const email = need("PICKET_EMAIL");
const password = need("PICKET_PASSWORD");
const secret = need("PICKET_TOTP_SECRET");
const simToken = need("PICKET_SIM_TOKEN");
const simUrl = need("PICKET_SIM_URL");
const pictures = process.env.PICKET_SCREENSHOTS;
if (pictures) mkdirSync(pictures, { recursive: true });

const name = `1Password ${Date.now().toString(36)}`;
const second = `${name} second`;
const wrong = [];
let browser, page, complaints, step = 0;

const button = (label, options = {}) => page.getByRole("button", { name: label, exact: true, ...options });
const field = (label) => page.getByLabel(label, { exact: true });
const row = (device) => page.getByRole("row").filter({ has: page.getByRole("button", { name: `Actions for ${device}`, exact: true }) });
const panel = (device = name) => page.getByRole("complementary", { name: device, exact: true });
const dialog = () => page.getByRole("dialog");

/** The screen as it stands, wide and narrow, light and dark: pictures, and what axe-core has against it. */
async function picture(what) {
  step += 1;
  wrong.push(...(await look(page, pictures, `${String(step).padStart(2, "0")}-${what}`)));
}

/** A call of the API with the browser's own sign-in: what another person's browser would do. */
async function api(method, path, body, headers = {}) {
  return page.evaluate(
    async ([method, path, body, headers]) => {
      const session = await (await fetch("/auth/v0/session")).json();
      const answer = await fetch(path, {
        method,
        headers: { "content-type": "application/json", "x-csrf-token": session.csrf_token, ...headers },
        ...(body === null ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text === "" ? null : JSON.parse(text);
    },
    [method, path, body ?? null, headers],
  );
}

async function menu(device, item) {
  await page.getByRole("button", { name: `Actions for ${device}`, exact: true }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

async function eventually(what, ms, check) {
  const end = Date.now() + ms;
  for (let last; ; await sleep(200)) {
    try {
      if (await check()) return;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${ms / 1000} s: ${what}${last ? ` (${last.message})` : ""}`);
  }
}

describe("the seven points", { concurrency: false }, () => {
  before(async () => {
    browser = await chromium.launch({
      executablePath: process.env.PICKET_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
    complaints = await listen(context);
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
  });
  afterEach(() => {
    assert.deepEqual(complaints.splice(0), [], "the browser has nothing to complain about");
    assert.deepEqual(wrong.splice(0), [], "every screen can be used by everybody");
  });
  after(async () => browser?.close());

  test("1. it is ready, and has a page with a title", async () => {
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    const answer = await fetch(`${url}/`);
    assert.match(await answer.text(), /<title>Picket<\/title>/);
    const policy = answer.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /require-trusted-types-for 'script'/);
    assert.doesNotMatch(policy, /unsafe-/, "nothing inline");
  });

  test("2. sign in with email, password and code; the deep link survives", async () => {
    await page.goto(`${url}/settings/security-devices?setupIntegration=1password`);
    await field("Email").fill(email);
    await field("Password").fill(`${password} but wrong`);
    await field("One-time code").fill("000000");
    await button("Sign in").click();
    await page.getByRole("alert").waitFor();
    await picture("sign-in-refused");
    assert.equal(await field("Email").inputValue(), email, "what was typed stays");
    await field("Password").fill(password);
    // A code works once: when this walk comes twice within 30 s the next one is needed.
    await eventually("signed in", 70_000, async () => {
      if ((await field("API token").count()) > 0) return true;
      await field("One-time code").fill(totp(secret), { timeout: 5_000 });
      await button("Sign in").click();
      return field("API token").waitFor({ timeout: 5_000 }).then(() => true);
    });
    assert.equal(new URL(page.url()).search, "?setupIntegration=1password");
  });

  test("3. the form beside the guide: the token is read at once, the test names what is wrong", async () => {
    await picture("add");
    const guide = page.getByRole("region").filter({ hasText: "Events Reporting" });
    for (const words of [/admin permissions/, /Other/, /Never/, /audit events/i, /item usage/i, /sign-in attempts/i, /Issue Token/]) {
      assert.match(await guide.innerText(), words);
    }
    assert.ok(await page.getByText("IP addresses that Picket calls from").isVisible());
    const addresses = (await api("GET", "/auth/v0/session")).server.egress_addresses;
    if (addresses.length > 0) assert.ok(await page.getByText(addresses[0], { exact: true }).isVisible());
    else assert.ok(await page.getByText(/an administrator of this server must set/).isVisible());

    await field("API token").fill("ops_eyJzaWduSW5BZGRyZXNzIjoibXkuMXBhc3N3b3JkLmNvbSJ9");
    await eventually("a service account token is refused", 10_000, async () =>
      (await field("API token").getAttribute("aria-invalid")) === "true" && (await page.getByText(/service account/i).count()) > 0);
    await picture("add-wrong-kind");

    await field("Name").fill(name);
    await field("Location").fill("Lab");
    await field("API token").fill(simToken);
    await page.getByText("Event kinds", { exact: true }).waitFor();
    const kinds = await page.getByRole("definition").allInnerTexts();
    assert.ok(kinds.some((text) => /audit events/i.test(text) && /sign-in attempts/i.test(text)), kinds.join(" | "));
    await field("Server address").selectOption(simUrl);
    const days = (Date.now() - Date.parse(await field("How far back to read").inputValue())) / 86_400_000;
    assert.ok(days > 6 && days < 9, `default of about 7 days, was ${days}`);

    // The same token with its secret part changed: the vendor refuses it, and that is what the test says.
    const [head, body, signature] = simToken.split(".");
    await field("API token").fill([head, body, signature.split("").reverse().join("")].join("."));
    await button("Test connection").click();
    await page.getByLabel("Failed").first().waitFor();
    await picture("test-failed");
    await field("API token").fill(simToken);
    await field("Server address").selectOption(simUrl);
    await button("Test connection").click();
    await eventually("the connection test passes", 30_000, async () =>
      (await page.getByLabel("Failed").count()) === 0 && (await page.getByLabel("Passed").count()) >= 3);
    await picture("test-passed");
    assert.equal(await field("Name").inputValue(), name, "nothing typed was lost");
  });

  test("4. saved: verifying, then healthy within seconds; events count up without reloading", async () => {
    await button("Save").click();
    await page.getByRole("heading", { name: "Security Devices", exact: true }).waitFor();
    await row(name).waitFor();
    await page.evaluate(() => { window.notReloaded = true; });
    await picture("saved");
    await eventually("Healthy or Needs attention", 30_000, async () => /Healthy|Needs attention/.test(await row(name).innerText()));
    const events = async () => Number((await row(name).getByRole("cell").last().innerText()).replace(/\D/g, ""));
    await eventually("events arrive", 30_000, async () => (await events()) > 0);
    const first = await events();
    await eventually(`events count up from ${first}`, 60_000, async () => (await events()) > first);
    assert.equal(await page.evaluate(() => window.notReloaded), true);
    await picture("healthy");
  });

  test("5. the list and the menu beside the name", async () => {
    const titles = await page.getByRole("columnheader").allInnerTexts();
    assert.deepEqual(titles.map((text) => text.trim()),
      ["Name", "Technology", "Location", "Status", "Last successful poll", "Last data received", "Events in 24 h"]);
    const cells = await row(name).getByRole("cell").allInnerTexts();
    assert.equal(cells[0], "1Password");
    assert.equal(cells[1], "Lab");
    assert.match(cells[3], /ago|just now/);
    assert.match(cells[4], /ago|just now/);
    await page.getByRole("button", { name: `Actions for ${name}`, exact: true }).click();
    assert.deepEqual(await page.getByRole("menuitem").allInnerTexts(), ["View details", "Edit", "Test now", "Pause", "Delete"]);
    await picture("menu");
    await page.keyboard.press("Escape");

    await menu(name, "Test now");
    await dialog().getByLabel("Passed").first().waitFor();
    await picture("test-now");
    await dialog().getByRole("button", { name: "Done" }).click();

    await menu(name, "Pause");
    await row(name).getByText("Paused", { exact: true }).waitFor();
    await menu(name, "Resume");
    await eventually("polled again after the pause", 30_000, async () => /Healthy|Needs attention/.test(await row(name).innerText()));

    // Somebody else adds a device: it appears here by itself.
    await api("POST", "/api/v2/security_devices", { data: { type: "security_devices",
      attributes: { name: second, location: "Annex", plugin_slug: "1password", device_spec: { server: simUrl } } } });
    await row(second).getByText("Unhealthy", { exact: true }).waitFor();
    const searched = (text) => eventually("the search is in the address", 5_000, () => new URL(page.url()).searchParams.get("q") === text);
    await page.getByRole("searchbox", { name: "Search devices" }).fill(second);
    await searched(second);
    await button("Clear search").click();
    await searched(null);
    await page.getByRole("searchbox", { name: "Search devices" }).fill(name);
    await searched(name);
  });

  test("6. the panel: health, information, history, previous and next", async () => {
    await menu(name, "View details");
    await panel().waitFor();
    assert.equal(await panel().locator('img[src$="/logo"]').evaluate((img) => img.complete && img.naturalWidth > 0), true, "the technology's mark");
    for (const heading of ["Device Health", "Information", "History"]) {
      assert.ok(await panel().getByRole("heading", { name: heading, exact: true }).isVisible(), heading);
    }
    const id = new URL(page.url()).pathname.split("/").at(-1);
    const device = (await api("GET", `/api/v2/security_devices/${id}`)).data;
    const streams = panel().getByRole("table", { name: "Streams of this device" });
    await panel().getByText(id, { exact: true }).waitFor();  // what lies below comes a moment after the panel
    for (const stream of device.attributes.status_details.streams) {
      assert.ok(await streams.getByRole("rowheader", { name: stream.title }).isVisible(), stream.title);
    }
    const text = await panel().innerText();
    for (const expected of [id, device.attributes.credential.last_four, device.attributes.credential.fingerprint, simUrl, "Lab"]) {
      assert.ok(text.includes(expected), `the panel shows ${expected}`);
    }
    assert.ok(!(await page.content()).includes(simToken), "the token is nowhere on the page");
    await picture("panel");
    const history = panel().getByRole("listitem");
    await eventually("the history tells of the beginning and of the health", 10_000, async () => {
      const entries = (await history.allInnerTexts()).join("\n");
      return /^Picket, /m.test(entries) && /Healthy/.test(entries) && (await history.count()) >= 3;
    });
    const sections = panel().getByRole("navigation", { name: "Sections of this device" });
    for (const section of ["Information", "History"]) {
      await sections.getByRole("button", { name: section, exact: true }).click();
      await sleep(500);
      assert.equal(await sections.locator("[aria-current]").innerText(), section);
      const top = (await panel().getByRole("heading", { name: section, exact: true }).boundingBox()).y - (await panel().boundingBox()).y;
      assert.ok(section === "History" || (top > 0 && top < 200), `${section} begins at ${top}`);
    }
    await panel().getByText("Before and after").first().click();
    await panel().getByRole("heading", { name: "History", exact: true }).scrollIntoViewIfNeeded();
    await picture("history");

    assert.ok(await panel().getByText("1 of 2", { exact: true }).isVisible());
    await button("Next device").click();
    await panel(second).waitFor();
    await panel(second).getByText("No token yet", { exact: false }).first().waitFor();
    await picture("panel-no-token");
    await button("Previous device").click();
    await panel().waitFor();
    await page.keyboard.press("]");
    await panel(second).waitFor();
    await page.keyboard.press("[");
    await panel().waitFor();
    await page.reload();
    await panel().waitFor();
    // The list stays beside it, with its search, also after a reload.
    await row(second).waitFor();
  });

  test("7. edit: a new location, two at once, the token, reading again, deleting", async () => {
    const id = new URL(page.url()).pathname.split("/").at(-1);
    await button("Edit Device").click();
    await dialog().getByLabel("Location", { exact: true }).fill("Main building");
    await picture("edit");
    await dialog().getByRole("button", { name: "Save" }).click();
    await dialog().waitFor({ state: "detached" });
    await panel().getByText("Main building", { exact: true }).first().waitFor();

    await button("Edit Device").click();
    await dialog().getByLabel("Location", { exact: true }).fill("Mine");
    await api("PATCH", `/api/v2/security_devices/${id}`,
      { data: { type: "security_devices", id, attributes: { location: "Theirs" } } });
    await dialog().getByRole("button", { name: "Save" }).click();
    const conflict = dialog().getByRole("alert");
    await conflict.getByText("Theirs").waitFor();
    assert.equal(await dialog().getByLabel("Location", { exact: true }).inputValue(), "Mine", "what was typed stays");
    assert.equal((await api("GET", `/api/v2/security_devices/${id}`)).data.attributes.location, "Theirs", "nothing was overwritten unseen");
    await picture("conflict");
    await conflict.getByRole("button", { name: "Go on with this choice" }).click();
    await dialog().getByRole("button", { name: "Save" }).click();
    await dialog().waitFor({ state: "detached" });
    assert.equal((await api("GET", `/api/v2/security_devices/${id}`)).data.attributes.location, "Mine");

    await button("Edit Device").click();
    await dialog().getByLabel("API token", { exact: true }).fill(simToken);
    await dialog().getByText("Event kinds", { exact: true }).waitFor();
    const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
    await dialog().getByLabel("Read again from", { exact: true }).fill(day);
    await dialog().getByText(/^Reading again from/).first().waitFor();
    await picture("read-again");
    // Its day stands in the calendar, and closing that closes nothing else.
    await dialog().getByRole("button", { name: "Choose the day in a calendar" }).click();
    await page.getByRole("grid").locator('td[aria-selected="true"]').waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("grid").waitFor({ state: "detached" });
    assert.ok(await dialog().getByLabel("Read again from", { exact: true }).isVisible());
    await dialog().getByRole("button", { name: "Read again", exact: true }).click();
    await page.getByRole("status").getByText(/^Reading again from/).waitFor();
    await dialog().getByRole("button", { name: "Save" }).click();
    await dialog().waitFor({ state: "detached" });
    const histories = `/api/v2/security_device_histories?filter[security_device][id]=${id}&page[limit]=100`;
    await eventually("the history names the token and the re-read", 10_000, async () => {
      const kinds = (await api("GET", histories)).data.map((one) => one.attributes.value?.kind);
      return kinds.includes("secret") && kinds.includes("reread") && kinds.includes("settings");
    });
    await eventually("healthy with the replaced token", 30_000, async () => {
      const { credential, last_successful_poll_at: polled } = (await api("GET", `/api/v2/security_devices/${id}`)).data.attributes;
      return polled > (credential.replaced_at ?? "9") && /Healthy|Needs attention/.test(await row(name).innerText());
    });

    await button("Close").click();
    await menu(second, "Delete");
    await picture("delete");
    await dialog().getByLabel(/This cannot be undone/).fill(second);
    await dialog().getByRole("button", { name: "Delete", exact: true }).click();
    await row(second).waitFor({ state: "detached" });
  });

  test("the same on a small screen, and signing out", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await button("Menu").click();
    await dialog().getByRole("link", { name: "Security Devices" }).waitFor();
    await picture("rail");
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    await menu(name, "View details");
    await panel().waitFor();
    await button("Close").click();
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.keyboard.press("?");
    await dialog().getByText("Search in the list").waitFor();
    await picture("keys");
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    await page.goto(`${url}/settings/security-devices?q=nothing-is-called-so`);
    await page.getByText("No device matches").waitFor();
    await picture("no-match");
    await page.goto(`${url}/settings/security-devices/add`);
    await page.getByRole("link", { name: /1Password/ }).waitFor();
    await picture("technologies");
    await page.goto(`${url}/settings/security-devices/does-not-exist`);
    await page.getByText("This device does not exist").waitFor();
    await picture("no-such-device");
    await page.goto(`${url}/settings/egress-addresses`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await picture("egress");
    await page.goto(`${url}/there-is-no-such-page`);
    await page.getByText("There is no page at this address").waitFor();
    await picture("no-page");
    await page.goto(`${url}/settings/security-devices`);
    await page.getByRole("button", { name: /^Profile of/ }).click();
    await picture("profile");
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await button("Sign in").waitFor();
    const status = await page.evaluate(async () => (await fetch("/auth/v0/session")).status);
    assert.equal(status, 401);
  });
});
