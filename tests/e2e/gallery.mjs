// The console's gallery (web/src/gallery): every component in every state, without a server behind it, under the program's own content
// policy. Takes pictures that a person looks at (out/screenshots/gallery): 1280, 1920 and 390 wide, light and dark. Fails on whatever the browser
// complains about, on a finding of axe-core, on what sticks out sideways, and on a component that no story shows.
// node --test tests/e2e/gallery.mjs      PICKET_ONLY=regexp  only the stories of these names      PICKET_EVERY=1  every story at all widths in all colours
//                                        PICKET_ONCE=1  every story once, in the six looks by turns
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { exportedComponents } from "../../web/tools/components.mjs";
import { front } from "../lib/front.mjs";
import { Program, init, scratch } from "../lib/program.mjs";
import { launch, pictures } from "../lib/stage.mjs";
import { listen, look } from "./screen.mjs";

const only = new RegExp(process.env.PICKET_ONLY ?? "");
const folder = pictures("gallery");
const wide = { width: 1280, height: 800 };
const full = { width: 1920, height: 1080 };
const narrow = { width: 390, height: 844 };
/** Parts are as wide as they are, so they are shown in these four; scenes take turns, for many are states of one screen, and every screen has several. */
const four = [[wide, "light"], [narrow, "dark"], [wide, "dark"], [narrow, "light"]];
const six = [[wide, "light"], [narrow, "dark"], [full, "light"], [wide, "dark"], [narrow, "light"], [full, "dark"]];
const pairs = [[[wide, "light"], [narrow, "dark"]], [[full, "dark"], [narrow, "light"]], [[wide, "dark"], [narrow, "light"]], [[full, "light"], [narrow, "dark"]]];
const every = process.env.PICKET_EVERY !== undefined;
const once = process.env.PICKET_ONCE !== undefined;
/** What a story is looked at in, and whether axe-core looks too: at a part once in each width and each colours, at scenes in turns. */
function variantsOf({ whole, narrow: slim, height }, turn) {
  const slimOnes = [[narrow, "light"], [narrow, "dark"]];
  const all = slim ? slimOnes : whole ? four : every ? six : pairs[turn % pairs.length];
  const each = once ? [slim ? slimOnes[turn % 2] : whole ? four[turn % 4] : six[turn % 6]] : all;
  return each.map(([size, scheme], n) => [{ width: size.width, height: height ?? size.height, whole }, scheme, once || (whole ? n < 2 : n === (turn >> 1) % 2)]);
}
/** Pages that are looked at together: as many as the smallest machine has cores. */
const atOnce = 2;

/** Components that no story can show, each with the reason. */
const unseen = {};

let dir, program, gallery, browser, stories;
const seen = new Set();

/** The gallery's own script is there. */
const loaded = (page) => page.waitForFunction(() => "gallery" in window);

/** Shows one story after another until none is left; what is wrong with them. */
async function lookThrough(left) {
  const context = await browser.newContext({ viewport: wide, reducedMotion: "reduce", timezoneId: "Europe/Oslo", locale: "en-GB" });
  const complaints = await listen(context);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const wrong = [];
  for (let story = left.shift(); story; story = left.shift()) {
    const each = variantsOf(story, stories.indexOf(story));
    await page.goto("about:blank");
    await page.setViewportSize({ width: (story.narrow ? narrow : wide).width, height: story.height ?? wide.height });
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(`${gallery.url}/dev/gallery.html?story=${story.name}`);
    await loaded(page);
    const failed = await page.evaluate(() => window.gallery.ready.then(() => null, (error) => error.message));
    if (failed !== null) complaints.push(`not ready: ${failed.split("\n")[0]}`);
    wrong.push(...(await look(page, folder, story.name, each, { leaves: true })));
    for (const one of await page.evaluate(() => window.gallery.seen())) seen.add(one);
    wrong.push(...complaints.splice(0).map((text) => `${story.name}: ${text}`));
  }
  await context.close();
  return wrong;
}

describe("the gallery", { concurrency: false }, () => {
  before(async () => {
    const built = spawnSync(process.execPath, ["node_modules/vite/bin/vite.js", "build", "--config", "vite.gallery.config.ts", "--logLevel", "warn"], { cwd: "web", encoding: "utf8" });
    assert.equal(built.status, 0, `the gallery is built:\n${built.stdout}${built.stderr}`);
    // The program is there for its headers: nothing of the gallery asks it anything.
    const picket = process.env.PICKET_PROGRAM ?? "build/release/picket";
    dir = scratch("gallery");
    init(picket, join(dir.path, "data"));
    program = new Program(picket, ["serve", "--data", join(dir.path, "data"), "--listen", "127.0.0.1:0"]);
    const [, url] = await program.line(/^Picket is ready at (http:\/\/127\.0\.0\.1:\d+)$/, 60_000);
    gallery = await front("out/gallery", url);
    browser = await launch();
    const page = await browser.newPage();
    const answer = await page.goto(`${gallery.url}/dev/gallery.html`);
    assert.match(answer.headers()["content-security-policy"] ?? "", /style-src 'self'.*require-trusted-types-for 'script'/, "the program's own content policy holds");
    await loaded(page);
    stories = await page.evaluate(() => window.gallery.stories);
    await page.close();
  });
  after(async () => {
    await browser?.close();
    await gallery?.close();
    await program?.stop();
    dir?.remove();
  });

  test("every story stands, and nothing is wrong with it", async () => {
    const names = stories.map((story) => story.name);
    assert.equal(new Set(names).size, names.length, "two stories have the same name");
    const left = stories.filter((story) => only.test(story.name));
    const wrong = (await Promise.all(Array.from({ length: atOnce }, () => lookThrough(left)))).flat();
    assert.deepEqual(wrong, []);
  });

  test("every component of the console was on the screen", { skip: process.env.PICKET_ONLY !== undefined }, () => {
    const all = exportedComponents("web/src");
    assert.deepEqual(all.filter((one) => !seen.has(one) && !(one in unseen)), [], "these have no story: write one beside them, or name the reason in tests/e2e/gallery.mjs");
    assert.deepEqual(Object.keys(unseen).filter((one) => seen.has(one) || !all.includes(one)), [], "these are named as unseen without need");
  });
});
