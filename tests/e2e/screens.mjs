// Every screen and state of the console that the simulated vendor can bring about, 1280, 1920 and 390 wide, light or dark: pictures that a
// person looks at (out/screenshots/screens), no finding of axe-core, nothing that sticks out sideways.
// node --test tests/e2e/screens.mjs      PICKET_ONLY=regexp  only the screens of these names      PICKET_EVERY=1  in every width in both colours
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { Stage, closedPort, pictures } from "../lib/stage.mjs";
import { briefly, everyWidth, listen, look } from "./screen.mjs";

const only = new RegExp(process.env.PICKET_ONLY ?? "");
const part = process.env.PICKET_ONLY !== undefined;
const folder = pictures("screens");
const wrong = [];
let stage, page, complaints;

/** What loads has loaded. */
async function settled(on = page) {
  await on.waitForFunction(() => document.querySelector('[aria-busy="true"], [aria-label="Loading"]') === null);
}
async function shot(name, variants = everyWidth, on = page) {
  if (!wanted(name)) return;
  wrong.push(...(await look(on, folder, name, variants)));
}
/** Whether one of these is wanted: what leads to it has to be done then. */
const wanted = (...names) => names.some((name) => only.test(name));
/** Goes to an address and waits until it is there. */
async function go(name, path, ready, on = page) {
  await on.goto(stage.url + path);
  try {
    await ready(on);
    await settled(on);
  } catch (error) {
    await on.screenshot({ path: join(folder, `${name}-not-ready.png`) });
    throw error;
  }
}
/** Goes to an address and looks. */
async function see(name, path, ready, variants, on = page) {
  if (!wanted(name)) return;
  await go(name, path, ready, on);
  await shot(name, variants, on);
}
const heading = (name) => () => page.getByRole("heading", { name }).first().waitFor();
const text = (words) => () => page.getByText(words).first().waitFor();

/** Devices in every state of the table of sentences; each has an account of the vendor's for itself. */
const states = {
  receiving: {},
  quiet: { days: 0, code: ["quiet"] },
  // Each page after the first comes slowly, far from the 30 s that a page may take; five pages are time to look. So it begins when it is looked at.
  backfilling: { history: 4000, faults: [{ cursor: "go_on", action: { delay_ms: 10_000 } }], late: true },
  // So does every answer: about the token first, then the first page. A device more of the same account is verified for the list.
  verifying: { faults: [{ action: { delay_ms: 11_000 } }], late: true },
  stream_missing: { token: { features: ["auditevents", "signinattempts"] } },
  token_expiring: { token: { expires_in: 12 * 86_400 } },
  unauthorized: { revoke: true },
  token_expired: { token: { expires_in: 12 }, },
  // The token of another region is not known to the server that is asked.
  wrong_region: { token: { audience: "events.1password.eu" }, faults: [{ action: { status: 401 } }] },
  unavailable: { faults: [{ action: { status: 503 } }] },
  retrying: { then: [{ path: "itemusages", action: { status: 503 } }], code: ["retrying", "unavailable"] },
  rate_limited: { then: [{ path: "auditevents", action: { status: 429, headers: { "Retry-After": "840" } } }], code: ["rate_limited", "retrying"] },
  not_found: { faults: [{ action: { status: 404 } }] },
  protocol: { faults: [{ action: { html: true } }] },
  unreadable: { faults: [{ path: "auditevents", cursor: "start", action: { mutate: "bad_time", record: -1 } }], code: ["unreadable", "receiving"] },
  connect: { server: "closed" },
  tls: { server: "noTls" },
  paused: { pause: true },
  no_token: { bare: true },
};
const ids = {};
const servers = {};

async function bring(name, account, { days, history, then, token, revoke, pause, bare, server }) {
  const api = await stage.api();
  if (history) await stage.control("events", { account, stream: "auditevents", kind: "late", late_seconds: 86_400, count: history });
  let secret = stage.tokens[account];
  if (token) secret = (await stage.control("tokens", { action: "issue", account, ...token })).token;
  const title = { receiving: "1Password, Oslo office", no_token: "1Password of the company that was bought last summer and keeps its very long name" }[name];
  const id = (await stage.addDevice(title ?? `1Password ${name.replaceAll("_", " ")}`, { account, token: bare ? null : secret, server: servers[server] ?? stage.simUrl, days, location: ["Oslo", "Berlin", "Lisbon"][account % 3] })).id;
  if (revoke || then || pause) {
    await stage.says(id, "receiving");
    if (revoke) await stage.control("tokens", { action: "revoke", token: secret });
    if (pause) await api.call("PATCH", `/api/v2/security_devices/${id}`, { data: { type: "security_devices", id, attributes: { paused: true } } });
  }
  return id;
}

describe("every screen", { concurrency: false }, () => {
  before(async () => {
    const names = Object.keys(states);
    servers.closed = `http://127.0.0.1:${await closedPort()}`;
    stage = await Stage.open({ accounts: names.length + 1, events: 1200, servers: [servers.closed], tlsToo: true });
    servers.noTls = stage.simUrl.replace("http:", "https:");
    await stage.control("faults", { rules: names.flatMap((name, account) => (states[name].faults ?? []).map((rule) => ({ account, ...rule }))) });
    ({ page, complaints } = await stage.page({ listen }));
    stage.begun = async () => {
      await Promise.all(names.map(async (name, account) => {
        if (!states[name].late) ids[name] = await bring(name, account, states[name]);
      }));
      const rules = names.flatMap((name, account) => [...(states[name].faults ?? []), ...(states[name].then ?? [])].map((rule) => ({ account, ...rule })));
      await stage.control("faults", { rules });
    };
  });
  after(async () => {
    await stage?.close();
  });
  afterEach(() => {
    assert.deepEqual(wrong.splice(0), [], "every screen can be used by everybody");
  });

  test("before signing in, and an empty installation", async () => {
    await see("sign-in", "/sign-in", heading("Sign in"));
    await stage.signIn(page);
    await heading("Connect your first device")();
    await settled();
    await shot("home-empty");
    await see("list-empty", "/settings/security-devices", text("No security devices yet"));
    await see("events-empty", "/events", text(/No events/));
    await see("technologies", "/settings/security-devices/add", () => page.getByRole("link", { name: /1Password/ }).waitFor());
    if (wanted("add", "add-refused")) {
      await go("add", "/settings/security-devices?setupIntegration=1password", () => page.getByLabel("API token", { exact: true }).waitFor());
      await shot("add");
      await page.getByLabel("API token", { exact: true }).fill("ops_eyJzaWduSW5BZGRyZXNzIjoibXkuMXBhc3N3b3JkLmNvbSJ9");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await text(/service account/i)();
      await shot("add-refused");
    }
  });

  test("the panel in every state of the table of sentences", async () => {
    await stage.begun();
    const left = [...Object.entries(states).entries()].filter(([, [name]]) => wanted(`panel-${name}`));
    const walk = async (on) => {
      for (let next = left.shift(); next; next = left.shift()) {
        const [account, [name, { code = [name], late }]] = next;
        if (late) ids[name] = await bring(name, account, states[name]);
        await stage.says(ids[name], ...code);
        await see(`panel-${name}`, `/settings/security-devices/${ids[name]}`,
          () => on.getByRole("complementary").getByRole("heading", { name: "History", exact: true }).waitFor(), briefly, on);
      }
    };
    // Two at a time, each in a window of its own: they are the larger half of all pictures.
    const { page: second, complaints: more } = await stage.page({ listen });
    await stage.signIn(second);
    await Promise.all([walk(page), walk(second)]);
    await second.context().close();
    complaints.push(...more);
  });

  test("the panel's other sections", async () => {
    const scrollTo = (section) => page.getByRole("navigation", { name: "Sections of this device" }).getByRole("button", { name: section, exact: true }).click();
    if (wanted("panel-information", "panel-history")) {
      await go("panel-information", `/settings/security-devices/${ids.receiving}`, async () => {
        await page.getByText("Before and after").first().waitFor();
        await scrollTo("Information");
      });
      await shot("panel-information");
      await scrollTo("History");
      await page.getByText("Before and after").first().click();
      assert.equal(await page.getByRole("complementary").getByRole("heading", { name: "1Password, Oslo office" }).count(), 1, "its name in the bar is no second heading");
      await shot("panel-history");
    }
    await see("panel-missing", "/settings/security-devices/00000000-0000-4000-8000-000000000000", text("This device does not exist"), briefly);
  });

  test("home and the list", async () => {
    // Where the panels were not looked at, nobody has waited for the states yet.
    if (part) await Promise.all(Object.entries(states).map(([name, { code = [name], late }]) => late || stage.says(ids[name], ...code)));
    await see("home", "/", heading(/needs|Home/i));
    await see("list", "/settings/security-devices", () => page.getByRole("button", { name: /^Actions for/ }).first().waitFor());
    if (ids.verifying) await stage.says(ids.verifying, "receiving", "quiet");
    await see("list-verifying-none", "/settings/security-devices?status=verifying", text("No device is verifying"), briefly);
    for (const status of ["healthy", "attention", "unhealthy", "paused", "verifying"]) {
      if (status === "verifying" && wanted("list-verifying")) await bring("verifying_too", Object.keys(states).indexOf("verifying"), states.verifying);
      await see(`list-${status}`, `/settings/security-devices?status=${status}`, () => page.getByRole("button", { name: /^Actions for/ }).first().waitFor(), briefly);
    }
    await see("list-columns", "/settings/security-devices?columns=name,technology,location,status,reason,poll,data,newest,next,expires,added,events", async () => {
      await page.getByRole("button", { name: /^Columns/ }).click();
      await page.getByText("Widen the window").waitFor();
    }, [[{ width: 1280, height: 800 }, "light", true]]);
    await see("list-none", "/settings/security-devices?q=zzz", text("No device matches"), briefly);
    await see("list-all-columns", "/settings/security-devices?columns=name,technology,location,status,reason,poll,data,newest,next,expires,added,events",
      () => page.getByRole("button", { name: /^Actions for/ }).first().waitFor(), briefly);
    await see("list-selected", "/settings/security-devices", async () => {
      await page.getByLabel(/^Select 1Password/).first().check();
      await page.getByRole("toolbar", { name: "Selected devices" }).waitFor();
    }, briefly);
    if (wanted("edit", "edit-refused")) {
      await go("edit", `/settings/security-devices/${ids.receiving}?edit=${ids.receiving}`, () => page.getByRole("dialog").getByLabel("Name", { exact: true }).waitFor());
      await shot("edit");
      await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("");
      await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
      await page.locator('[aria-invalid="true"]').first().waitFor();
      await shot("edit-refused", briefly);
    }
    await see("egress", "/settings/egress-addresses", () => page.getByRole("heading", { level: 1 }).waitFor(), briefly);
    await see("no-page", "/there-is-no-such-page", text("There is no page at this address"), briefly);
    await see("keys", "/settings/security-devices", async () => {
      await page.getByRole("button", { name: /^Actions for/ }).first().waitFor();
      await page.keyboard.press("?");
      await page.getByRole("dialog").getByText("Search in the list").waitFor();
    }, briefly);
  });

  test("what opens over the list; rules; the person", async () => {
    const list = "/settings/security-devices?q=Oslo";
    const first = () => page.getByRole("button", { name: "Actions for 1Password, Oslo office", exact: true });
    const dialog = () => page.getByRole("dialog").getByRole("heading").first().waitFor();
    const item = (name) => page.getByRole("menuitem", { name, exact: true });
    await see("list-row-menu", list, async () => {
      await first().click();
      await item("Test now").waitFor();
    }, briefly);
    await see("list-filter", "/settings/security-devices", async () => {
      await page.getByRole("button", { name: "Filter", exact: true }).click();
      await page.getByRole("dialog").getByText("Status", { exact: true }).waitFor();
    }, briefly);
    await see("list-tested", list, async () => {
      await first().click();
      await item("Test now").click();
      await page.getByRole("dialog").getByText("Audit events").first().waitFor();
    }, briefly);
    await see("list-delete", list, async () => {
      await first().click();
      await item("Delete").click();
      await dialog();
    }, briefly);
    await see("palette", list, async () => {
      await first().waitFor();
      await page.getByRole("button", { name: "Search and commands" }).waitFor();
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Search and commands" }).fill("token");
      await page.getByRole("option").first().waitFor();
    }, briefly);
    const rule = () => page.getByRole("table", { name: "Rules" }).getByRole("rowheader").first();
    await see("rules", "/detections", () => rule().waitFor());
    await see("rule", "/detections", async () => {
      await rule().getByRole("link").click();
      await page.getByRole("complementary").getByRole("heading", { name: "History", exact: true }).waitFor();
    });
    await see("profile", "/profile", () => page.getByRole("heading", { name: "Profile", exact: true }).waitFor());
  });

  test("events", async () => {
    const rows = () => page.getByRole("rowheader").getByRole("link").first().waitFor();
    // What a vendor usually sends; a thousand records that cannot be read would hide it.
    const usual = `/events?range=7d&device=${ids.receiving}`;
    await see("events", usual, rows);
    await see("events-export", usual, async () => {
      await rows();
      await page.getByRole("button", { name: "Export", exact: true }).click();
      await page.getByRole("menuitem").first().waitFor();
    }, briefly);
    await see("events-range", usual, async () => {
      await rows();
      await page.getByRole("button", { name: /^Time range/ }).click();
      await page.getByLabel("Quick ranges").waitFor();
    }, briefly);
    await see("events-none", "/events?text=nothing-says-so", text(/No event matches/), briefly);
    await see("events-broken", "/events?range=yesterdayish&outcome=maybe", text("Part of this address could not be read"), briefly);
    if (wanted("events-searching")) {
      // A search of a large store takes its time; here its answer is kept waiting.
      await page.route("**/api/v2/events/search**", () => undefined);
      await page.goto(`${stage.url}/events?range=7d&text=vault`);
      await text(/^Searching: /)();
      await shot("events-searching", briefly);
      await page.unroute("**/api/v2/events/search**");
    }
    if (wanted("event", "event-ocsf")) {
      await go("event", usual, async () => {
        await rows();
        await page.getByRole("rowheader").getByRole("link").first().click();
        await page.getByRole("tab", { name: "As received" }).waitFor();
      });
      await shot("event");
      await page.getByRole("tab", { name: "OCSF" }).click();
      await settled();
      await page.getByRole("tabpanel", { name: "OCSF" }).scrollIntoViewIfNeeded();
      await shot("event-ocsf", briefly);
    }
    await see("event-missing", "/events/00000000-0000-4000-8000-000000000000", text("This event does not exist"), briefly);
  });

  test("the browser had nothing to complain about", () => {
    assert.deepEqual(complaints.filter((one) => !/status of 404/.test(one)), []);
  });
});
