// The built console in Debian's Chromium with the real program beside it: what a person waits for, in milliseconds.
import { createRequire } from "node:module";
import { Api, init, scratch, sleep, totp } from "../tests/lib/program.mjs";
import { click, press } from "./hand.mjs";

const require = createRequire(new URL("../web/package.json", import.meta.url));
const size = { width: 1280, height: 800 };

/** Runs in every page before its own code: marks paints, frames, shifts and the time from input to paint. */
function instruments() {
  const bench = (window.bench = { shifts: 0, shifted: [], interactions: new Map() });
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      if (one.hadRecentInput) continue;
      bench.shifts += one.value;
      for (const { node } of one.sources) bench.shifted.push(`${node?.nodeName} ${node?.textContent?.slice(0, 30)}`);
    }
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const one of list.getEntries())
      if (one.interactionId > 0 && one.duration > (bench.interactions.get(one.interactionId)?.took ?? 0))
        bench.interactions.set(one.interactionId, { took: one.duration, what: `${one.name} ${one.target?.getAttribute?.("aria-label") ?? one.target?.textContent?.slice(0, 30)}` });
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
  const painted = (done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(null);
  });
  /** Time of the first paint in which `test` holds. */
  bench.when = (test) => new Promise((done) => {
    if (test()) return painted(done);
    const observer = new MutationObserver(() => {
      if (!test()) return;
      observer.disconnect();
      painted(done);
    });
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  bench.listed = bench.when(() => document.querySelector('button[aria-label^="Actions for "], tr[data-bare]') !== null);
}

/** The least page that shows the same rows: one call, one table, no more. */
const bare = `<!doctype html><title>bare</title><body><script>
fetch('/api/v2/security_devices?page[limit]=100&sort=name').then((a) => a.json()).then(({ data }) => {
  const table = document.createElement('table');
  for (const { attributes: d } of data) {
    const row = table.insertRow();
    row.dataset.bare = '';
    for (const cell of [d.name, d.location, d.status, d.status_details.sentence]) row.insertCell().textContent = cell;
  }
  document.body.append(table);
});
</script>`;

export const ms = (value) => `${value.toFixed(0)} ms`;
export const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(q * values.length) - 1)];
const median = (values) => quantile(values, 0.5);

const { chromium } = require("playwright-core");
const how = {
  executablePath: process.env.PICKET_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--enable-precise-memory-info"],
};

export async function launch() {
  return chromium.launch(how);
}

/** A browser with a profile on disk, as a person has one: a private window keeps no compiled code from one page to the next. */
async function person(state) {
  const folder = scratch("profile");
  const context = await chromium.launchPersistentContext(folder.path, { ...how, viewport: size });
  await context.addCookies(state.cookies);
  await context.addInitScript(instruments);
  return { context, close: async () => { await context.close(); folder.remove(); } };
}

/** A signed-in browser's cookies. */
export async function signIn(browser, base, account) {
  const context = await browser.newContext({ viewport: size });
  const page = await context.newPage();
  await page.goto(`${base}/settings/security-devices`);
  await page.getByLabel("Email", { exact: true }).fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  for (;;) {
    await page.getByLabel("One-time code", { exact: true }).fill(totp(account.totp_secret));
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    const inside = page.getByRole("heading", { name: "Security Devices", exact: true });
    if (await inside.waitFor({ timeout: 3000 }).then(() => true, () => false)) break;
    await sleep(5000);  // a code works once
    if (await inside.isVisible()) break;
  }
  const state = await context.storageState();
  await context.close();
  return state;
}

export async function open(browser, state, base, path) {
  const context = await browser.newContext({ viewport: size, storageState: state });
  await context.addInitScript(instruments);
  const page = await context.newPage();
  await sleep(2000);  // the browser loads pages of its own with every new window
  if (path === "/bare") await page.route("**/bare", (route) => route.fulfill({ contentType: "text/html", body: bare }));
  await page.goto(base + path, { waitUntil: "commit" });
  return { context, page };
}

export const listed = (page) => page.evaluate(() => window.bench.listed);

/** All pages of the list are there: what is still on its way would slow down what comes next. */
const complete = (page) => page.getByText("10,000 devices", { exact: true }).waitFor();

export async function firstList(browser, state, base, row) {
  const cold = [], warm = [], again = [], least = [];
  for (let i = 0; i < 5; ++i) {
    const { context, page } = await open(browser, state, base, "/settings/security-devices");
    cold.push(await listed(page));
    await context.close();
    const other = await open(browser, state, base, "/bare");
    least.push(await listed(other.page));
    await other.context.close();
  }
  const { context, close } = await person(state);
  // the second visit writes the browser's cache of compiled code, the third has it: that is how a page is met all day
  for (let visit = 0; visit < 7; ++visit) {
    const next = await context.newPage();
    await context.pages()[0].close();
    await sleep(2000);
    await next.goto(`${base}/settings/security-devices`, { waitUntil: "commit" });
    const took = await listed(next);
    if (visit >= 2) warm.push(took);
    await complete(next);
  }
  // and again in the tab that has it, as after F5
  const [page] = context.pages();
  for (let visit = 0; visit < 7; ++visit) {
    await sleep(1000);
    await page.reload({ waitUntil: "commit" });
    const took = await listed(page);
    if (visit >= 2) again.push(took);
    await complete(page);
  }
  await close();
  const beside = `the least page with the same rows ${ms(median(least))}`;
  row("console: first list of 10,000 painted, cold (median, worst of 5)", `${ms(median(cold))}, ${ms(Math.max(...cold))}`, beside, "<= 1000 ms", Math.max(...cold) <= 1000);
  row("console: the same, warm: again in its tab (median, worst of 5)", `${ms(median(again))}, ${ms(Math.max(...again))}`, beside, "<= 300 ms", Math.max(...again) <= 300);
  row("console: the same, warm: a new tab, with a profile (median, worst of 5)", `${ms(median(warm))}, ${ms(Math.max(...warm))}`, beside, "<= 300 ms", Math.max(...warm) <= 300);
}

/** From the click's own time stamp to the paint that shows the panel with its first section and sentence, and to the one with its cards. */
export async function panels(page, row) {
  const times = [], cards = [];
  for (let i = 0; i < 30; ++i) {
    const link = page.getByRole("row").nth(2 + (i % 12)).getByRole("link").or(page.getByRole("row").nth(2 + (i % 12)).getByRole("button").nth(0)).first();
    await link.evaluate((element) => {
      window.bench.opened = new Promise((done) => addEventListener("click", (event) => {
        const name = element.textContent;
        const shown = (title) => window.bench.when(() => {
          const panel = [...document.querySelectorAll("[role=complementary],aside")].find((one) => one.textContent.includes(name));
          return panel !== undefined && [...panel.querySelectorAll("h2,h3,h4")].some((h) => h.textContent.startsWith(title));
        }).then((at) => at - event.timeStamp);
        done(Promise.all([shown("Device Health"), shown("Connection")]));
      }, { capture: true, once: true }));
    });
    await click(page, link);
    const [first, whole] = await page.evaluate(() => window.bench.opened);
    times.push(first);
    cards.push(whole);
    await sleep(250);
    await click(page, page.getByRole("button", { name: "Close", exact: true }));
    await sleep(100);
  }
  row("console: panel open after the click (median, worst of 30, the first with its code)", `${ms(median(times))}, ${ms(Math.max(...times))}`, "-", "<= 100 ms", Math.max(...times) <= 100);
  console.log(`      with its cards: ${ms(median(cards))}, ${ms(Math.max(...cards))}`);
}

/** From the key's own time stamp to the paint in which the panel names the device after it: what an interaction's first paint, which may be the row's alone, does not tell. */
export async function nextDevice(page, row) {
  const times = [];
  await click(page, page.getByRole("row").nth(2).getByRole("link").first());
  await page.getByRole("heading", { name: "Device Health", exact: true }).waitFor();
  await sleep(500);
  for (let i = 0; i < 30; ++i) {
    await page.evaluate(() => {
      const name = () => document.querySelector("[role=complementary] h2, aside h2")?.textContent;
      const before = name();
      window.bench.opened = new Promise((done) => addEventListener("keydown", (event) => {
        done(window.bench.when(() => name() !== undefined && name() !== before).then((at) => at - event.timeStamp));
      }, { capture: true, once: true }));
    });
    await press(page, i % 2 === 0 ? "]" : "[");
    times.push(await page.evaluate(() => window.bench.opened));
    await sleep(250);
  }
  await press(page, "Escape");
  await sleep(300);
  row("console: the next device, or the one before, in the panel after its key (median, worst of 30)", `${ms(median(times))}, ${ms(Math.max(...times))}`, "-", "<= 100 ms", Math.max(...times) <= 100);
}

/** Changes fifty devices a second until it is told to stop. */
function keepChanging(api, ids) {
  let going = true;
  const done = (async () => {
    for (let i = 0; going; ++i) {
      const begun = Date.now();
      await api.call("PATCH", `/api/v2/security_devices/${ids[i % ids.length]}`, { data: { attributes: { location: `Rack ${i}` } } });
      await sleep(Math.max(0, 20 - (Date.now() - begun)));
    }
  })();
  return async () => { going = false; await done; };
}

/** Frames while 10,000 rows pass by the wheel: a brisk hand, 120 px every 16 ms, and back. */
export async function scrolling(page, row, beside) {
  await page.mouse.move(640, 500);
  await page.evaluate(() => {
    const frames = (window.bench.frames = []);
    let last = performance.now();
    window.bench.counting = true;
    const tick = (now) => {
      frames.push(now - last);
      last = now;
      if (window.bench.counting) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  for (const direction of [1, -1]) {
    for (let i = 0; i < 400; ++i) {
      await page.mouse.wheel(0, 120 * direction);
      await sleep(16);
    }
  }
  const frames = await page.evaluate(() => { window.bench.counting = false; return window.bench.frames.slice(2); });
  const over = frames.filter((f) => f > 50.5).length;  // three of a display's own are 50.0 and a little
  row(`console: frames while scrolling 10,000 rows${beside} (p99, worst of ${frames.length})`, `${ms(quantile(frames, 0.99))}, ${ms(Math.max(...frames))}`, "a display's own 17 ms", "none over 50 ms", over === 0);
}

/** What people do all day, one after the other: the list, the panel, filters, events. */
export async function interactions(page, row) {
  const button = (name) => page.getByRole("button", { name, exact: true });
  const rows = page.locator('button[aria-label^="Actions for "]');
  for (let i = 0; i < 10; ++i) {
    await click(page, rows.nth(i % 8));
    await click(page, page.getByRole("menuitem", { name: "View details", exact: true }));
    await page.getByRole("heading", { name: "Device Health", exact: false }).first().waitFor();
    await sleep(100);
    await press(page, "]");
    await sleep(100);
    await press(page, "[");
    await sleep(100);
    await click(page, button("Close"));
    await sleep(60);
  }
  const find = page.getByRole("searchbox").first();
  await click(page, find);
  await page.keyboard.type("Device 12", { delay: 60 });
  await sleep(300);
  for (let i = 0; i < 9; ++i) await page.keyboard.press("Backspace", { delay: 40 });
  await sleep(300);
  for (const head of ["Name", "Location", "Status"]) {
    const sort = page.getByRole("columnheader", { name: head }).getByRole("button").first();
    if (await sort.count()) for (let i = 0; i < 4; ++i) { await click(page, sort); await sleep(120); }
  }
  const all = await page.evaluate(() => [...window.bench.interactions.values()]);
  const times = all.map((one) => one.took);
  for (const { took, what } of all.filter((one) => one.took > 100)) console.log(`      ${ms(took)}: ${what}`);
  row(`console: interaction to next paint (p98, worst of ${times.length} over 16 ms)`, `${ms(quantile(times, 0.98))}, ${ms(Math.max(...times))}`, "-", "p98 <= 100 ms", quantile(times, 0.98) <= 100);
}

/** A change through the API until it stands on the screen of somebody else; the call itself counts in. */
export async function updates(page, api, device, row) {
  const times = [], calls = [];
  for (let i = 0; i < 40; ++i) {
    const location = `Rack ${i} of the bench`;
    const seen = page.evaluate((text) => window.bench.when(() => document.body.textContent.includes(text)).then(() => Date.now()), location);
    await sleep(100 + Math.random() * 300);
    const begun = Date.now();
    await api.call("PATCH", `/api/v2/security_devices/${device}`, { data: { attributes: { location } } });
    calls.push(Date.now() - begun);
    times.push((await seen) - begun);
  }
  row("console: a change on the screen after its call began (median, worst of 40)", `${ms(median(times))}, ${ms(Math.max(...times))}`, `the call itself ${ms(median(calls))}`, "<= 200 ms", Math.max(...times) <= 200);
}

/** The list, and the list with a panel, as they come up in windows of many widths: what moves while they do. */
async function otherWidths(browser, state, base, device, row) {
  const widths = [360, 480, 700, 860, 1024, 1100, 1920];
  const { context, page } = await open(browser, state, base, "/settings/security-devices");
  await listed(page);
  let sum = 0;
  for (const path of ["/settings/security-devices", `/settings/security-devices/${device}`]) {
    for (const width of widths) {
      await page.setViewportSize({ width, height: size.height });
      await page.goto(base + path);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await sleep(1500);
      const { shifts, shifted } = await page.evaluate(() => ({ shifts: window.bench.shifts, shifted: window.bench.shifted }));
      for (const what of new Set(shifted)) console.log(`      moved on ${path} at ${width}: ${what}`);
      sum += shifts;
    }
  }
  await context.close();
  row(`console: layout shift while the list and the panel come up, ${widths.join(", ")} wide`, sum.toFixed(4), "-", "0", sum === 0);
}

export async function consoleRows({ picket, data, startServer, row }) {
  const account = init(picket, data);
  const { serve, base } = await startServer(data, "http://127.0.0.1:9", []);
  const api = await Api.login(base, account);
  for (let i = 0; i < 10000; i += 20)
    await Promise.all(Array.from({ length: 20 }, (_, k) => api.addDevice({ name: `Device ${String(i + k).padStart(5, "0")}`, server: "http://127.0.0.1:9" })));
  const browser = await launch();
  try {
    const state = await signIn(browser, base, account);
    await firstList(browser, state, base, row);
    const { context, page } = await open(browser, state, base, "/settings/security-devices?sort=name");
    await listed(page);
    await sleep(1500);
    await panels(page, row);
    await nextDevice(page, row);
    await scrolling(page, row, "");
    const first = (await api.get("/api/v2/security_devices?page[limit]=1000&sort=name")).data.map(({ id }) => id);
    const stop = keepChanging(api, first);
    await scrolling(page, row, " while 50 devices a second change");
    await stop();
    const [device] = first;
    await updates(page, api, device, row);
    await interactions(page, row);
    const { shifts, shifted } = await page.evaluate(() => ({ shifts: window.bench.shifts, shifted: window.bench.shifted }));
    for (const what of new Set(shifted)) console.log(`      moved: ${what}`);
    row("console: layout shift without a person's doing", shifts.toFixed(4), "-", "0", shifts === 0);
    await context.close();
    await otherWidths(browser, state, base, device, row);
  } finally {
    await browser.close();
    await serve.stop();
  }
}
