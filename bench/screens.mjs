// The console's other screens while events arrive: what moves, what a person does there, and what they keep in memory.
import { Api, init, sleep, until } from "../tests/lib/program.mjs";
import { launch, ms, open, quantile, signIn } from "./console.mjs";
import { click, press } from "./hand.mjs";

/** Every other screen for some seconds while events arrive: what moves without a person's doing, and what a person does there. */
export async function screensRow({ picket, data, startSim, startServer, row }) {
  const { sim, url, token } = await startSim(["--events", "3000", "--rate", "5", "--quota", "off"]);
  const account = init(picket, data);
  const { serve, base } = await startServer(data, url, ["--vendor-rate", "0", "--poll-interval", "1s"]);
  const api = await Api.login(base, account);
  const device = await api.addDevice({ name: "Busy", server: url, token });
  await until(async () => (await api.eventTotal(device.id)) > 3000, "events arrive", 60e3, 500);
  const browser = await launch();
  try {
    const state = await signIn(browser, base, account);
    const event = (page) => page.getByRole("rowheader").getByRole("link").first();
    /** Address, and what a person does on it: a dozen clicks and keys. */
    const screens = {
      Home: ["/", async () => undefined],
      Events: ["/events", async (page) => {
        await event(page).waitFor();
        for (let i = 0; i < 4; ++i) {
          await click(page, event(page));
          await page.getByRole("tab", { name: "As received" }).waitFor();
          await press(page, "]");
          await sleep(150);
          await press(page, "Escape");
          await sleep(150);
        }
      }],
      Detections: ["/detections", async (page) => {
        const rule = (n) => page.getByRole("table", { name: "Rules" }).getByRole("rowheader").nth(n).getByRole("link");
        for (let i = 0; i < 4; ++i) {
          await click(page, rule(i));
          await page.getByRole("complementary").waitFor();
          await sleep(300);
          await press(page, "Escape");
          await sleep(150);
        }
      }],
      "the panel": [`/settings/security-devices/${device.id}`, async () => undefined],
      Profile: ["/profile", async () => undefined],
    };
    const moved = [], took = [];
    for (const [name, [path, act]] of Object.entries(screens)) {
      const { context, page } = await open(browser, state, base, path);
      await page.getByRole("heading").first().waitFor();
      await sleep(4000);
      await act(page);
      await sleep(500);
      const { shifts, shifted, all } = await page.evaluate(() => ({ shifts: window.bench.shifts, shifted: window.bench.shifted, all: [...window.bench.interactions.values()] }));
      if (shifts > 0) moved.push(shifts);
      for (const what of new Set(shifted)) console.log(`      moved on ${name}: ${what}`);
      for (const one of all) took.push(one.took);
      for (const one of all.filter((each) => each.took > 100)) console.log(`      ${ms(one.took)} on ${name}: ${one.what}`);
      await context.close();
    }
    const sum = moved.reduce((a, b) => a + b, 0);
    row(`console: layout shift on ${Object.keys(screens).join(", ")} while events arrive`, sum.toFixed(4), "-", "0", sum === 0);
    row(`console: interaction to next paint on Events and Detections (p98, worst of ${took.length} over 16 ms)`, `${ms(quantile(took, 0.98))}, ${ms(Math.max(...took))}`, "-", "p98 <= 100 ms", quantile(took, 0.98) <= 100);
  } finally {
    await browser.close();
    await serve.stop();
    await sim.stop();
  }
}

/** Memory of two screens that stay open while events arrive: the list with a panel, and Events. Heap after a collection. */
export async function memoryRow({ picket, data, startSim, startServer, row, minutes }) {
  const { sim, url, token } = await startSim(["--events", "2000", "--rate", "50", "--quota", "off"]);
  const account = init(picket, data);
  const { serve, base } = await startServer(data, url, ["--vendor-rate", "0", "--poll-interval", "1s"]);
  const api = await Api.login(base, account);
  const device = await api.addDevice({ name: "Busy", server: url, token });
  await until(async () => (await api.eventTotal(device.id)) > 2000, "events arrive", 60e3, 500);
  const browser = await launch();
  const screens = { panel: `/settings/security-devices/${device.id}`, events: "/events" };
  const heaps = { panel: [], events: [] };
  try {
    const state = await signIn(browser, base, account);
    const pages = {};
    for (const [name, path] of Object.entries(screens)) {
      const { page, context } = await open(browser, state, base, path);
      if (name === "panel") await page.getByRole("heading", { name: "Device Health", exact: true }).waitFor();
      pages[name] = await context.newCDPSession(page);
    }
    for (let minute = 0; minute < minutes; ++minute) {
      await sleep(60e3);
      for (const [name, session] of Object.entries(pages)) {
        await session.send("HeapProfiler.collectGarbage");
        heaps[name].push((await session.send("Runtime.getHeapUsage")).usedSize / 2 ** 20);
      }
    }
  } finally {
    await browser.close();
    await serve.stop();
    await sim.stop();
  }
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  for (const [name, all] of Object.entries(heaps)) {
    const part = Math.max(1, Math.floor(all.length / 4));
    const first = mean(all.slice(part, 2 * part)), last = mean(all.slice(-part));
    row(`console: heap of ${name}, ${minutes} min at 50 events a second: second quarter, last`, `${first.toFixed(1)}, ${last.toFixed(1)} MB`, "itself, earlier", "<= 1.05", last <= 1.05 * first);
  }
}
