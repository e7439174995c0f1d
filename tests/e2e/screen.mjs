// What is asked of every screen of the walk: no finding of axe-core, nothing that sticks out sideways, and nothing the browser complains
// about, wide and narrow, light and dark.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };
const full = { width: 1920, height: 1080 };
/** Size, colours, and whether axe-core looks too. */
const variants = [[wide, "light", true], [wide, "dark", true], [narrow, "dark", true], [narrow, "light", true]];
/**
 * The same and 1920 wide; axe-core looks where width or colours are new to it, for its look costs half a second. Pictures are taken where it looks,
 * or, with PICKET_EVERY=1, in every width in both colours.
 */
const six = [[wide, "light", true], [wide, "dark", false], [full, "dark", true], [full, "light", false], [narrow, "light", true], [narrow, "dark", false]];
const chosen = (each) => each.filter(([, , whole]) => whole || process.env.PICKET_EVERY !== undefined);
export const everyWidth = chosen(six);
/** Fewer looks, for the twentieth state of the same screen. */
export const briefly = chosen(six.map(([size, scheme]) => [size, scheme, (size === wide) === (scheme === "light") && size !== full]));

/** Everything that the browser has against the pages of a context, as sentences. */
export async function listen(context) {
  const complaints = [];
  await context.exposeBinding("policyViolated", (_source, text) => complaints.push(`content policy: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      window.policyViolated(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
  });
  context.on("weberror", (error) => complaints.push(`error on the page: ${error.error().message}`));
  context.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    // A refused sign-in, a stale edit and a missing device are part of the walk; the browser reports their status by itself.
    const status = /^Failed to load resource: .* status of (\d+)\b/.exec(message.text())?.[1];
    if (/^(401|409|412|422)$/.test(status ?? "")) return;
    if (status === "404" && message.location().url.includes("/does-not-exist")) return;
    complaints.push(`console ${message.type()}: ${message.text()}`);
  });
  return complaints;
}

/** Moving things have come to rest; what turns for ever is no matter. */
export const rest = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() =>
    Promise.allSettled(document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity).map((one) => one.finished))));

async function findings(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"], preload: false });
    return violations.flatMap((rule) => rule.nodes.map((node) =>
      `${rule.id} (${rule.impact}) ${node.target.join(" ")}: ${(node.failureSummary ?? rule.help).split("\n").slice(1, 2).join("").trim()}`));
  });
}

/** Sideways; and downwards where the page's own parts scroll, for there the window must not. */
export const sticksOut = (page) => page.evaluate(() => {
  const { scrollWidth, scrollHeight } = document.documentElement;
  return scrollWidth > window.innerWidth || (document.getElementById("content") !== null && scrollHeight > window.innerHeight);
});

/**
 * Looks at the page as it stands in every variant; takes pictures when there is a folder, of the whole page where a size says `whole`. Returns what is wrong.
 * `leaves`: the page is left as it was seen last, for another comes in its place.
 */
export async function look(page, folder, title, each = variants, { leaves = false } = {}) {
  const wrong = [];
  const before = page.viewportSize();
  for (const [size, scheme, whole] of each) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: scheme });
    // The page hears of it by an event; only then do its colours begin to change.
    await page.waitForFunction((wanted) => document.documentElement.dataset.mantineColorScheme === wanted, scheme);
    await rest(page);
    const name = `${title}${size.width === wide.width ? "" : `-${size.width}`}${scheme === "dark" ? "-dark" : ""}`;
    if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: size.whole === true });
    if (whole) wrong.push(...(await findings(page)).map((text) => `${name}: ${text}`));
    if (await sticksOut(page)) wrong.push(`${name}: sticks out of the window`);
  }
  if (leaves) return wrong;
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: "light" });
  await rest(page);
  return wrong;
}

/**
 * Foreign text that could turn the words beside it around: a name in a line with other words, neither in an element that isolates it nor between
 * the signs that do. Returns those lines.
 */
export const leaks = (page, name) => page.evaluate((name) => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const block = (one) => {
    let box = one.parentElement;
    while (getComputedStyle(box).display === "inline") box = box.parentElement;
    return box;
  };
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(name);
    if (at < 0 || node.parentElement.closest("script, style, textarea, .pk-hidden, [aria-hidden=true]")) continue;
    if (node.data.trim() === name && (node.parentElement.closest("bdi") || block(node).textContent.trim() === name)) continue;
    const [before, after] = [node.data.slice(0, at), node.data.slice(at + name.length)];
    if (/[\u2066-\u2068][“"']?$/.test(before) && /^[”"']?\u2069/.test(after)) continue;
    found.push(`${node.parentElement.tagName.toLowerCase()}: ${JSON.stringify(node.data.slice(0, 120))}`);
  }
  return found;
}, name);

/** From now on: how long the page stands still at most, in ms. Calling what comes back tells it. */
export async function stalls(page) {
  await page.evaluate(() => {
    window.stalled = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.stalled = Math.max(window.stalled, entry.duration);
    }).observe({ type: "longtask", buffered: false });
  });
  return () => page.evaluate(() => Math.round(window.stalled));
}
