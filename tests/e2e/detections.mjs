// Detections in a real browser: the list of rules, a rule's panel with its backtest, writing a rule, and what a device's panel says of them.
// axe-core finds nothing, the browser has nothing to complain about, and pictures are taken that a person looks at (out/screenshots/detections).
// node --test tests/e2e/detections.mjs
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { scratch } from "../lib/program.mjs";
import { Stage, pictures } from "../lib/stage.mjs";
import { briefly, everyWidth, listen, look } from "./screen.mjs";

const folder = pictures("detections");
const wrong = [];
let stage, page, complaints, device, rules;

const shot = async (name, variants = everyWidth) => wrong.push(...(await look(page, folder, name, variants)));
const button = (name) => page.getByRole("button", { name, exact: true });
const panel = () => page.getByRole("complementary");
const settled = () => page.waitForFunction(() => document.querySelector('[aria-busy="true"], [aria-label="Loading"]') === null);
const row = (title) => page.getByRole("row").filter({ has: page.getByRole("link", { name: title, exact: true }) });
/** The headings of the list that is shown, in its order. */
const titles = () => page.getByRole("table", { name: "Rules" }).getByRole("rowheader").allInnerTexts();

const folderRule = `title: Ordinary sign-in, counted
id: 7c1d4b52-5d3e-4c55-9a0e-2f4f3a4e9a01
status: test
description: Every sign-in that worked, to see them counted.
tags:
    - attack.initial-access
    - attack.t1078
logsource:
    product: onepassword
    service: signinattempts
detection:
    selection:
        category: success
    condition: selection
falsepositives:
    - All of them.
level: low
`;
const brokenRule = `title: A condition that nobody defined
logsource:
    product: onepassword
    service: signinattempts
detection:
    selection:
        category: success
    condition: selection and not known_good
level: high
`;
const ownRule = (category) => `title: A password was wrong
logsource:
    product: onepassword
    service: signinattempts
detection:
    selection:
        category: ${category}
    condition: selection
level: medium
`;

describe("detections", { concurrency: false }, () => {
  before(async () => {
    rules = scratch("rules");
    mkdirSync(join(rules.path, "team"));
    writeFileSync(join(rules.path, "team", "signed-in.yml"), folderRule);
    writeFileSync(join(rules.path, "broken.yml"), brokenRule);
    stage = await Stage.open({ accounts: 1, events: 3000, serveArgs: ["--rules", rules.path] });
    ({ page, complaints } = await stage.page({ listen }));
    device = await stage.addDevice("1Password, Oslo office", { location: "Oslo" });
    await stage.says(device.id, "receiving", "quiet");
    await stage.signIn(page, "/detections");
  });
  after(async () => {
    await stage?.close();
    rules?.remove();
  });
  afterEach(() => {
    assert.deepEqual(wrong.splice(0), [], "every screen can be used by everybody");
    assert.deepEqual(complaints.splice(0), [], "the browser has nothing to complain about");
  });

  test("the list: every rule, sorted, searched and filtered, all of it in the address", async () => {
    await page.getByRole("table", { name: "Rules" }).getByRole("link").first().waitFor();
    await settled();
    assert.ok((await titles()).length > 10, "shipped rules are there");
    await shot("list");
    await page.getByRole("searchbox", { name: "Search rules" }).fill("ordinary sign-in, counted");
    await row("Ordinary sign-in, counted").waitFor();
    await page.waitForURL(/q=ordinary/);
    await page.getByText(/^1 of \d+ rules$/).waitFor();
    assert.ok((await titles()).includes("Ordinary sign-in, counted"));
    await page.goto(`${stage.url}/detections?state=broken`);
    await page.getByRole("table", { name: "Rules" }).getByRole("link").first().waitFor();
    assert.equal((await titles()).length, 1, "one file is broken, all others run");
    await page.goto(`${stage.url}/detections?sort=-level`);
    await page.getByRole("columnheader", { name: "Level" }).and(page.locator('[aria-sort="descending"]')).waitFor();
    await page.goto(`${stage.url}/detections?q=no+such+rule`);
    await page.getByText("No rule matches").waitFor();
    await shot("list-none", briefly);
    await button("Show all rules").click();
    await page.getByRole("table", { name: "Rules" }).getByRole("link").first().waitFor();
    await page.goto(`${stage.url}/detections?sort=sideways&level=worst`);
    await page.getByText("Part of this address could not be read").waitFor();
    await shot("list-broken-address", briefly);
  });

  test("a broken file: the line, a caret, and that all others run", async () => {
    await page.goto(`${stage.url}/detections?state=broken`);
    await page.getByRole("table", { name: "Rules" }).getByRole("link").first().click();
    await panel().getByText(/known_good/).first().waitFor();
    await panel().getByText("This rule watches nothing until it is mended. All other rules run.").waitFor();
    assert.match(await panel().innerText(), /Line 8, column \d+/);
    await settled();
    await shot("panel-broken");
  });

  test("a rule: what it means, its matches, its text, its history", async () => {
    await page.goto(`${stage.url}/detections`);
    await page.getByRole("searchbox", { name: "Search rules" }).fill("ordinary sign-in, counted");
    await page.getByRole("link", { name: "Ordinary sign-in, counted", exact: true }).click();
    for (const name of ["Matches", "Backtest", "History"]) await panel().getByRole("heading", { name, exact: true }).waitFor();
    await panel().getByRole("table", { name: "Recent matches" }).waitFor();
    await settled();
    await shot("panel");
    await panel().getByRole("heading", { name: "History", exact: true }).scrollIntoViewIfNeeded();
    await shot("panel-end", briefly);
    await page.getByRole("link", { name: "Next rule" }).or(button("Next rule")).first().waitFor();
    await panel().getByRole("table", { name: "Recent matches" }).getByRole("link").first().click();
    await page.waitForURL(/\/events\//);
    await page.getByRole("tab", { name: "As received" }).waitFor();
    await page.goBack();
    await panel().getByRole("heading", { name: "Ordinary sign-in, counted" }).waitFor();
  });

  test("a backtest: progress, when and which, each leads to its event", async () => {
    await button("Run backtest").click();
    await page.getByRole("status").filter({ hasText: /\d+ matches in [\d,]+ events\./ }).waitFor();
    await panel().getByRole("table", { name: "Matches of the backtest" }).getByRole("link").first().waitFor();
    await panel().getByRole("img", { name: "Matches of the backtest over time" }).or(panel().getByLabel("Matches of the backtest over time")).first().waitFor();
    await panel().getByRole("heading", { name: "Backtest", exact: true }).scrollIntoViewIfNeeded();
    await shot("panel-backtest");
  });

  test("a backtest that takes long is cancelled, and keeps what it found", async () => {
    await page.goto(`${stage.url}/detections`);
    await page.getByRole("link", { name: "Write a rule" }).click();
    // each of these takes RE2 through hundreds of states at every letter
    const slow = Array.from({ length: 40 }, (_, n) => `            - '(.*.*){300}x.{${300 + n}}'\n`).join("");
    const text = `title: Slow\nlogsource:\n    product: onepassword\n    service: signinattempts\ndetection:\n    any:\n        category: success\n    slow:\n        client.app_name|re:\n${slow}    condition: any and not slow\n`;
    await page.getByRole("textbox", { name: "Text of the rule" }).fill(text);
    await page.locator('section[aria-label="Check"][aria-busy="false"]').getByText("Nothing is wrong with it.").waitFor();
    await button("Run backtest").click();
    await page.getByRole("status").filter({ hasText: /so far, [\d,]+ of 3,000 events tried/ }).waitFor();
    // Drawn from the first per cent on, which takes a slow machine long: the rule is made for that.
    await page.getByRole("progressbar", { name: "Progress of the backtest" }).waitFor({ timeout: 90_000 });
    await shot("backtest-running", briefly);
    await button("Cancel").click();
    const ended = page.getByRole("status").filter({ hasText: /^Cancelled: / });
    await ended.waitFor();
    const [, tried, all] = (await ended.innerText()).match(/in the first ([\d,]+) of ([\d,]+) events/).map((one) => Number(one.replaceAll(",", "")));
    assert.ok(tried < all, `${tried} of ${all}`);
    await page.getByRole("table", { name: "Matches of the backtest" }).getByRole("link").first().waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Run again", "the focus stays on the button");
    await page.goto(`${stage.url}/detections`);
    await page.getByRole("searchbox", { name: "Search rules" }).fill("ordinary sign-in, counted");
    await page.getByRole("link", { name: "Ordinary sign-in, counted", exact: true }).click();
    await panel().getByRole("heading", { name: "Ordinary sign-in, counted" }).waitFor();
  });

  test("switched off only with a reason, which its history tells", async () => {
    await button("Switch off").click();
    await button("Switch off").click();
    await page.getByText("Give a reason, so that others know when it can be switched on again.").waitFor();
    await shot("panel-switch-off", briefly);
    await page.getByRole("textbox", { name: /Why switch it off/ }).fill("Counted long enough.");
    await button("Switch off").click();
    await panel().getByText("Switched off. It looks at no event.").waitFor();
    await panel().getByText("Reason: Counted long enough.").first().waitFor();
    await panel().getByRole("heading", { name: "History", exact: true }).scrollIntoViewIfNeeded();
    await panel().getByText(/Counted long enough/).nth(1).waitFor();
    await shot("panel-off", briefly);
    await button("Switch on").click();
    await panel().getByText("Switched off. It looks at no event.").waitFor({ state: "detached" });
  });

  test("writing a rule: errors at their place, tried before it is saved, a draft that stays", async () => {
    await page.goto(`${stage.url}/detections`);
    await page.getByRole("link", { name: "Write a rule" }).click();
    const field = page.getByRole("textbox", { name: "Text of the rule" });
    await field.fill(ownRule("[credentials_failed"));
    await page.getByRole("list", { name: "Problems" }).getByRole("button").first().waitFor();
    assert.match(await page.getByRole("list", { name: "Problems" }).innerText(), /Line 7, column 19: .*the list opened with \[ here is not closed/);
    await shot("write-errors");
    await page.getByRole("list", { name: "Problems" }).getByRole("button").first().click();
    assert.equal(await field.evaluate((element) => document.activeElement === element), true, "a problem leads to its place");
    await field.fill(ownRule("credentials_failed"));
    await page.getByText("Nothing is wrong with it.").waitFor();
    await button("Run backtest").click();
    await page.getByRole("status").filter({ hasText: /match(es)? in [\d,]+ events\./ }).waitFor();
    await shot("write-tried");
    await page.getByRole("link", { name: "Leave it for later" }).click();
    await page.getByRole("link", { name: "Write a rule" }).click();
    assert.match(await field.inputValue(), /credentials_failed/, "what was typed is still there");
    await button("Save").click();
    await row("A password was wrong").waitFor();
    await row("A password was wrong").getByRole("link").click();
    await panel().getByText(/it counts its matches and raises no alert yet/).waitFor();
    await settled();
    await shot("panel-new");
    await button("Alert from now on").click();
    await panel().getByText(/it counts its matches and raises no alert yet/).waitFor({ state: "detached" });
  });

  test("two people change one text: nobody's words are lost", async () => {
    await panel().getByRole("link", { name: "Edit rule" }).click();
    const field = page.getByRole("textbox", { name: "Text of the rule" });
    await field.waitFor();
    await page.getByText("Nothing is wrong with it.").waitFor();
    const api = await stage.api();
    const id = page.url().split("/").at(-1);
    await api.call("PATCH", `/api/v2/own_rules/${id}`, { data: { type: "own_rules", id, attributes: { text: ownRule("mfa_failed") } } });
    await field.fill(ownRule("credentials_failed").replace("medium", "high"));
    await button("Save").click();
    await page.getByText(/changed this rule .*Yours was not saved/).first().waitFor();
    await shot("write-stale");
    assert.match(await field.inputValue(), /level: high/, "what was typed is still there");
    await button("Delete").click();
    await page.getByRole("dialog").waitFor();
    await shot("write-delete", briefly);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  test("a device's panel: who watches it, what matched", async () => {
    await page.goto(`${stage.url}/settings/security-devices/${device.id}`);
    await panel().getByText(/rules watch this device/).waitFor();
    const matched = panel().getByRole("table", { name: "Rules that matched on this device" });
    await matched.getByRole("link", { name: "Ordinary sign-in, counted" }).waitFor();
    await matched.scrollIntoViewIfNeeded();
    await settled();
    await shot("device", briefly);
    const api = await stage.api();
    await api.call("PATCH", `/api/v2/security_devices/${device.id}`, { data: { type: "security_devices", id: device.id, attributes: { paused: true } } });
    await panel().getByText(/While this device is paused, Picket cannot see/).waitFor();
    await shot("device-blind", briefly);
  });

  test("without a hand on the mouse", async () => {
    await page.goto(`${stage.url}/detections?origin=own`);
    await page.getByRole("link", { name: "A password was wrong", exact: true }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await panel().getByRole("heading", { name: "A password was wrong" }).waitFor();
    await page.keyboard.press("Escape");
    await panel().waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "A password was wrong", "the focus is where it was");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Search the rules").waitFor();
    await page.keyboard.press("Escape");
  });
});
