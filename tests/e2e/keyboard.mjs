// A person without a mouse: signs in, connects a device, reads its panel, pauses it, searches events, signs out. Nothing here clicks.
// node --test tests/e2e/keyboard.mjs
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Keys } from "../lib/keys.mjs";
import { totp, until } from "../lib/program.mjs";
import { Stage } from "../lib/stage.mjs";
import { listen } from "./screen.mjs";

let stage, page, keys, complaints;
let broken = false;
/** Each begins where the one before ended: after a failure the rest would only wait in vain. */
const step = (name, walk) => test(name, async (t) => {
  if (broken) return t.skip("an earlier step failed");
  broken = true;
  await walk();
  broken = false;
});
const button = (name) => page.getByRole("button", { name, exact: true });
const field = (name) => page.getByLabel(name, { exact: true });
const actions = (device) => button(`Actions for ${device}`);
const panel = (device) => page.getByRole("complementary", { name: device, exact: true });
const link = (device) => page.getByRole("row").getByRole("link", { name: device, exact: true });

describe("the keyboard alone", { concurrency: false }, () => {
  before(async () => {
    stage = await Stage.open({ accounts: 3, events: 40 });
    ({ page, complaints } = await stage.page({ listen }));
    keys = new Keys(page);
  });
  afterEach(() => assert.deepEqual(complaints.splice(0), []));
  after(() => stage?.close());

  step("signs in", async () => {
    await page.goto(`${stage.url}/`);
    await field("Email").waitFor();
    await keys.kept("the page came");
    await keys.type(stage.account.email);
    await keys.press("Tab");
    await keys.type(stage.account.password);
    await keys.press("Tab");
    await keys.type(totp(stage.account.totp_secret));
    await keys.press("Enter");
    await page.getByRole("heading", { name: "Connect your first device" }).waitFor();
    await keys.kept("signing in");
    const cookie = (await page.context().cookies()).find((one) => one.name === "picket_session").value;
    const { csrf_token: csrf } = await page.evaluate(async () => (await fetch("/auth/v0/session")).json());
    await stage.api({ cookie, csrf });
  });

  step("connects a device", async () => {
    await keys.to(button("Add Security Device"));
    await keys.press("Enter");
    await field("Search technology").waitFor();
    await keys.kept("the list of technologies");
    await keys.type("passw");
    await page.getByRole("link", { name: /1Password/ }).waitFor();
    await keys.press("Enter");
    await field("API token").waitFor();
    await keys.kept("choosing the technology");
    await keys.to(field("Name"));
    await keys.type("First");
    await keys.to(field("Location"));
    await keys.type("Oslo");
    await keys.to(field("API token"));
    // A paste is one input event, as here.
    await page.keyboard.insertText(stage.tokens[0]);
    await page.getByText("Event kinds", { exact: true }).waitFor();
    await keys.to(field("Server address"));
    // A select is chosen from by typing.
    await keys.type("127.0.0.1");
    if ((await field("Server address").inputValue()) !== stage.simUrl) {
      const values = await field("Server address").evaluate((select) => [...select.options].map((one) => one.value));
      await keys.press("Home", ...Array(values.indexOf(stage.simUrl)).fill("ArrowDown"));
    }
    assert.equal(await field("Server address").inputValue(), stage.simUrl);
    await keys.to(button("Test connection"));
    await keys.press("Enter");
    await until(async () => (await page.getByLabel("Passed").count()) >= 3, "the connection test passes");
    await keys.kept("the test");
    await keys.to(button("Save"), { key: "Shift+Tab" });
    await keys.press("Enter");
    await link("First").waitFor();
    await keys.kept("saving");
    await page.getByRole("row").filter({ has: actions("First") }).getByText("Healthy", { exact: true }).waitFor();
  });

  step("reads the panel, and goes to the next and back", async () => {
    for (const [account, name] of [[1, "Second"], [2, "Third"]]) await stage.addDevice(name, { account });
    await link("Third").or(page.getByRole("button", { name: /^\d new$/ })).first().waitFor();
    await page.reload();
    await link("Third").waitFor();
    await keys.to(link("First"));
    await keys.press("Enter");
    await panel("First").waitFor();
    await keys.kept("opening the panel");
    await keys.press("]");
    await panel("Second").waitFor();
    await keys.press("]");
    await panel("Third").waitFor();
    await keys.press("[");
    await panel("Second").waitFor();
    await keys.kept("walking with [ and ]");
    await keys.press("Escape");
    await panel("Second").waitFor({ state: "detached" });
    await keys.back(link("First"), "closing the panel");
    // From within: closing takes the button away that had the focus.
    await keys.press("Enter");
    await panel("First").waitFor();
    await keys.to(panel("First").getByRole("button", { name: "Edit Device" }));
    await keys.press("Enter");
    await page.getByRole("dialog").getByLabel("Location", { exact: true }).waitFor();
    await keys.kept("opening the form");
    await keys.to(page.getByRole("dialog").getByLabel("Location", { exact: true }));
    await keys.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await keys.back(panel("First").getByRole("button", { name: "Edit Device" }), "closing the form");
    await keys.to(panel("First").getByRole("button", { name: "Close", exact: true }));
    await keys.press("Enter");
    await panel("First").waitFor({ state: "detached" });
    await keys.back(link("First"), "closing the panel from within");
  });

  step("searches the list letter by letter", async () => {
    const search = page.getByRole("searchbox", { name: "Search devices" });
    await keys.press("/");
    await keys.back(search, "the key /");
    for (const letter of "thi") {
      await keys.type(letter);
      // Longer than the list waits for the next letter.
      await page.waitForTimeout(300);
      await keys.back(search, `typing ${letter}`);
    }
    assert.equal(await search.inputValue(), "thi");
    await link("First").waitFor({ state: "detached" });
    await link("Third").waitFor();
    await keys.press("Escape");
    await link("First").waitFor();
    assert.equal(await search.inputValue(), "");
    await keys.back(search, "Esc in the search");
  });

  step("pauses and tests through the menu of a row", async () => {
    await keys.to(actions("Second"));
    await keys.press("Enter");
    await page.getByRole("menuitem", { name: "Pause" }).waitFor();
    await keys.kept("opening the menu");
    await keys.press("Escape");
    await keys.back(actions("Second"), "Esc in the menu");
    // Tab leaves the menu for what comes after its button.
    await keys.press("Enter");
    await page.getByRole("menuitem", { name: "Pause" }).waitFor();
    await keys.press("Tab");
    await page.getByRole("menuitem").first().waitFor({ state: "detached" });
    await keys.back(page.getByRole("link", { name: /^\d+ events of Second in 24 hours/ }), "Tab in the menu");
    await keys.press("Shift+Tab");
    await keys.back(actions("Second"), "Shift and Tab after the menu");
    await keys.press("Enter");
    await keys.to(page.getByRole("menuitem", { name: "Pause", exact: true }), { key: "ArrowDown" });
    await keys.press("Enter");
    await page.getByRole("row").filter({ has: actions("Second") }).getByText("Paused", { exact: true }).waitFor();
    await keys.back(actions("Second"), "pausing");
    await keys.press("Enter");
    await keys.to(page.getByRole("menuitem", { name: "Test now", exact: true }), { key: "ArrowDown" });
    await keys.press("Enter");
    await page.getByRole("dialog").waitFor();
    await keys.kept("opening the test");
    await keys.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await keys.back(actions("Second"), "closing the test");
    await keys.press("Enter");
    await keys.to(page.getByRole("menuitem", { name: "Edit", exact: true }), { key: "ArrowDown" });
    await keys.press("Enter");
    await page.getByRole("dialog").getByLabel("Name", { exact: true }).waitFor();
    await keys.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await keys.back(actions("Second"), "closing the form");
    await keys.press("Enter");
    await keys.to(page.getByRole("menuitem", { name: "Delete", exact: true }), { key: "ArrowDown" });
    await keys.press("Enter");
    await keys.to(page.getByRole("dialog").getByLabel(/This cannot be undone/));
    await keys.type("Second");
    await keys.to(page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }));
    await keys.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await keys.kept("deleting a device");
  });

  step("searches events and opens one", async () => {
    await keys.to(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Events" }));
    await keys.press("Enter");
    await page.getByRole("heading", { name: "Events", exact: true }).waitFor();
    await keys.kept("going to Events");
    await keys.to(page.getByRole("button", { name: /^Time range/ }));
    await keys.press("Enter");
    await keys.to(page.getByLabel("Quick ranges").getByRole("button", { name: /7 days/ }));
    await keys.press("Enter");
    await page.getByRole("rowheader").getByRole("link").first().waitFor();
    await keys.kept("choosing the time");
    await keys.press("/");
    await keys.back(page.getByRole("searchbox", { name: "Search events" }), "the key /");
    await keys.type("uuid");
    await keys.press("Enter");
    await until(() => new URL(page.url()).searchParams.get("text") === "uuid", "the search is in the address");
    const row = page.getByRole("rowheader").getByRole("link").first();
    await row.waitFor();
    await keys.to(row);
    await keys.press("Enter");
    await page.getByRole("tab", { name: "As received" }).waitFor();
    await keys.kept("opening an event");
    await keys.to(page.getByRole("complementary").getByRole("button", { name: "Close", exact: true }));
    await keys.press("Enter");
    await page.getByRole("complementary").waitFor({ state: "detached" });
    await keys.back(row, "closing an event");
  });

  step("shows its keys, and signs out", async () => {
    await keys.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts", exact: true }).waitFor();
    await keys.kept("the keys");
    await keys.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await keys.kept("closing the keys");
    await keys.to(page.getByRole("button", { name: /^Profile of/ }), { key: "Shift+Tab" });
    await keys.press("Enter");
    await keys.to(page.getByRole("menuitem", { name: "Sign out" }), { key: "ArrowDown" });
    await keys.press("Enter");
    await button("Sign in").waitFor();
    await keys.kept("signing out");
  });
});
