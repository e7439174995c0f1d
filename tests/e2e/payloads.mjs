// 200 script payloads, through the vendor's events and through everything that a person can type: none runs, each is shown as the text it
// is, and no page sticks out sideways.
// node --test tests/e2e/payloads.mjs
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { payloads } from "../lib/payloads.mjs";
import { until } from "../lib/program.mjs";
import { Stage } from "../lib/stage.mjs";
import { listen, sticksOut } from "./screen.mjs";

let stage, page, complaints, device;
const dialogs = [];
const button = (name) => page.getByRole("button", { name, exact: true });
const field = (name) => page.getByLabel(name, { exact: true });

/** A tenth of them, of every kind: what is typed by hand into each form. */
const typed = payloads.filter((_, at) => at % 10 === Math.floor(at / 10) % 10);
/** So much of a text as a field takes, without half a character at its end. */
const cut = (text, most) => [...text].slice(0, most).join("");
/** As a field of one line holds it. */
const oneLine = (text) => text.replace(/[\r\n]/g, "");
/** What the server refuses is no complaint: control characters, and more than it takes. */
const refused = /status of (400|404)/;

/** Nothing ran: neither a script, nor a dialog, nor anything that the content policy had to stop. `but`: what the browser may say. */
async function nothingRan(where, but) {
  assert.equal(await page.evaluate(() => window.__ran), undefined, `${where}: a script ran`);
  assert.deepEqual(dialogs.splice(0), [], `${where}: a dialog opened`);
  assert.deepEqual(complaints.splice(0).filter((one) => !but?.test(one)), [], where);
  assert.equal(new URL(page.url()).origin, stage.url, `${where}: the page went elsewhere`);
  assert.equal(await sticksOut(page), false, `${where}: the page sticks out sideways`);
  // Only what the console itself is made of is on the page.
  const foreign = await page.evaluate(() => [...document.querySelectorAll("script:not([src^='/assets/']), iframe, object, embed, base, meta[http-equiv], [onerror], [onload], a[href^='javascript' i], a[href^='data:' i]")]
    .map((one) => one.outerHTML.slice(0, 100)));
  assert.deepEqual(foreign, [], `${where}: markup was made of text`);
}

/** The page has what it shows. */
async function filled() {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForTimeout(300);
  await page.waitForFunction(() => document.querySelector('main [aria-busy="true"]') === null);
}

/** An audit event that says the payload wherever a vendor can say something. */
const event = ({ n, text }) => ({
  uuid: `payload-${String(n).padStart(4, "0")}`, timestamp: new Date(Date.now() - (n + 1) * 1000).toISOString(), actor_uuid: `${text}`,
  actor_details: { uuid: `U${n}`, name: text, email: `p${n}@example.test${text}` }, action: text, object_type: text, object_uuid: text,
  object_details: { uuid: text, name: text, email: text }, aux_info: text, [text]: { [text]: text },
  session: { uuid: text, login_time: new Date().toISOString(), device_uuid: text, ip: text }, location: { country: text, region: text, city: text, latitude: 1, longitude: 1 },
});

describe("payloads", { concurrency: false }, () => {
  before(async () => {
    stage = await Stage.open({ accounts: 4, events: 3 });
    const api = await stage.api();
    device = (await stage.addDevice("Payloads")).id;
    await stage.says(device, "receiving");
    for (const one of payloads) await stage.record(event(one));
    await until(async () => (await api.eventTotal(device, "auditevents")) >= payloads.length, "all payloads are stored", 60_000);
    ({ page, complaints } = await stage.page({ listen }));
    page.on("dialog", (dialog) => {
      if (dialog.type() !== "beforeunload") dialogs.push(dialog.message());
      dialog.accept().catch(() => undefined);
    });
    await stage.signIn(page, "/");
  });
  after(() => stage?.close());

  test("as events in the list, all the way down", async () => {
    await page.goto(`${stage.url}/events?range=7d&stream=auditevents`);
    await page.getByRole("rowheader").first().waitFor();
    const scroller = page.locator("[data-walk]");
    let deepest = -1;
    const begun = Date.now();
    for (;;) {
      assert.ok(Date.now() - begun < 120_000, "the list ends");
      await nothingRan("the list of events");
      const at = await scroller.evaluate((one) => { one.scrollTop += one.clientHeight * 0.8; return one.scrollTop; });
      // At the end of what has come; older ones may be on their way.
      if (at === deepest && (await page.getByText(/: that is all /).count()) > 0) break;
      deepest = at;
      await page.waitForTimeout(40);
    }
    assert.ok(deepest > 6000, `${deepest} pixels of the list were walked through`);
  });

  test("as events that are opened: fields, record and OCSF", async () => {
    const api = await stage.api();
    const rows = [];
    for await (const row of api.events(device, "auditevents")) if (String(row.attributes.vendor_uid).startsWith("payload-")) rows.push(row);
    assert.equal(rows.length, payloads.length);
    // In the page itself, as a person walks with `j` and Enter: one load, 200 panels.
    await page.goto(`${stage.url}/events/${rows[0].id}?range=7d`);
    await page.getByRole("tab", { name: "As received" }).waitFor();
    for (const [index, row] of rows.entries()) {
      if (index > 0) {
        await page.keyboard.press("]");
        await page.waitForFunction(({ id, time }) => location.pathname.endsWith(id) && document.querySelector(`aside time[datetime="${time}"]`) !== null, { id: row.id, time: row.attributes.time });
      }
      if (index % 10 !== 0) continue;
      await page.getByRole("tab", { name: "As received" }).click();
      await page.locator("#record-panel [aria-busy]").waitFor({ state: "detached" });
      await nothingRan("the record as received");
      await page.getByRole("tab", { name: "OCSF" }).click();
      await page.locator("#record-panel [aria-busy]").waitFor({ state: "detached" });
      const { text } = payloads[Number(row.attributes.vendor_uid.slice(8))];
      const shown = await page.getByRole("complementary").evaluate((one) => one.textContent);
      const start = JSON.stringify(text.slice(0, 60)).slice(1, -1);
      assert.ok(shown.includes(text.slice(0, 60)) || shown.includes(start), `${JSON.stringify(text.slice(0, 80))} is shown as text`);
      await nothingRan(`the event with ${JSON.stringify(text.slice(0, 60))}`);
    }
  });

  test("as names, locations and all that is made of them", async () => {
    const api = await stage.api();
    const refused = [];
    for (const { n, text } of payloads) {
      const answer = await api.raw("POST", "/api/v2/security_devices", { data: { type: "security_devices",
        attributes: { name: text, location: text, plugin_slug: "1password", device_spec: { server: stage.simUrl } } } });
      if (answer.status === 201) continue;
      assert.equal(answer.status, 400, text.slice(0, 60));
      refused.push(n);
    }
    assert.ok(refused.length > 3 && refused.length < 40, `${refused.length} were refused: control characters and more than 200`);
    await page.goto(`${stage.url}/settings/security-devices?columns=name,technology,location,status,reason`);
    await page.getByRole("button", { name: /^Actions for/ }).first().waitFor();
    // The first page paints alone; the list is sorted anew when the others have come.
    await page.getByText(/^, \d+ loaded$/).waitFor({ state: "detached" });
    const shown = new Set();
    const scroller = page.locator("table").locator("xpath=..");
    const handle = await scroller.elementHandle();
    let deepest = -1;
    /** The rows stand from the list's upper edge to its lower one. */
    const drawn = () => page.waitForFunction((list) => {
      const rows = [...list.querySelectorAll("tr[data-index]")].map((row) => row.getBoundingClientRect());
      const { top, bottom } = list.getBoundingClientRect();
      return rows.length > 0 && rows[0].top <= top + 80 && (rows.at(-1).bottom >= bottom || list.scrollTop + list.clientHeight >= list.scrollHeight - 1);
    }, handle);
    for (;;) {
      await drawn();
      for (const name of await page.getByRole("row").getByRole("link").allInnerTexts()) shown.add(name);
      await nothingRan("the list of devices");
      const at = await scroller.evaluate((one) => { one.scrollTop += one.clientHeight * 0.8; return one.scrollTop; });
      if (at === deepest) break;
      deepest = at;
    }
    assert.ok(shown.has(payloads[0].text) && shown.has(payloads[1].text), "names are shown as they are");
    assert.ok(shown.size > 165, `${shown.size} names were shown`);
    const { data } = await api.get("/api/v2/security_devices?page[limit]=1000");
    for (const one of data.filter((_, index) => index % 12 === 0)) {
      await page.goto(`${stage.url}/settings/security-devices/${one.id}?edit=${one.id}`);
      await page.getByRole("dialog").getByLabel("Name", { exact: true }).waitFor();
      assert.equal(await page.getByRole("dialog").getByLabel("Name", { exact: true }).inputValue(), one.attributes.name);
      await nothingRan(`the form of ${one.attributes.name.slice(0, 60)}`);
    }
    await page.goto(stage.url);
    await filled();
    await nothingRan("Home");
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ["/", "/settings/security-devices", "/events?range=7d"]) {
      await page.goto(stage.url + path);
      await filled();
      await nothingRan(`${path} at 390`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test("in addresses and search boxes", async () => {
    const missing = /status of (400|404|414|431)/;
    for (const [index, { text }] of payloads.entries()) {
      const value = encodeURIComponent(text.slice(0, 1500).toWellFormed?.() ?? text.slice(0, 1500).replace(/[\ud800-\udfff]/g, ""));
      const path = [`/settings/security-devices?q=${value}`, `/settings/security-devices?setupIntegration=${value}`, `/events?text=${value}&actor=${value}&range=${value}`,
        `/settings/security-devices?status=${value}&sort=${value}&edit=${value}`, `/settings/security-devices/${value}`, `/sign-in?next=${value}`, `/${value}`,
        `/events/${value}?device=${value}`][index % 8];
      if (index % 3 === 0) await page.goto(stage.url + path);
      // The others as somebody who follows a link inside the console: no load.
      else await page.evaluate((to) => { history.pushState(null, "", to); dispatchEvent(new PopStateEvent("popstate")); }, path);
      await page.waitForTimeout(30);
      // What does not exist is a 404, and said so; that is no complaint.
      await nothingRan(path.slice(0, 100), missing);
    }
    // The last of them may be answered only now.
    await page.goto(stage.url);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await nothingRan("Home after all of them", missing);
  });

  test("as names of saved views", async () => {
    await page.goto(`${stage.url}/settings/security-devices?q=x`);
    for (const { text } of payloads.filter(({ n }) => n % 40 === 0)) {
      await page.getByRole("button", { name: /^Saved views/ }).click();
      await page.getByLabel("Save what is shown as").fill(text.slice(0, 60));
      await page.getByRole("button", { name: "Save view" }).click();
      await page.getByRole("button", { name: "Save view" }).waitFor({ state: "detached" });
      await nothingRan(`a view named ${text.slice(0, 60)}`);
      await page.getByRole("searchbox", { name: "Search devices" }).fill(text.slice(0, 80));
      await until(() => new URL(page.url()).searchParams.get("q") === text.slice(0, 80).trim(), "the search is in the address");
    }
    await page.getByRole("button", { name: /^Saved views/ }).click();
    await page.getByRole("button", { name: /^Delete view/ }).first().waitFor();
    await nothingRan("the saved views");
  });

  test("typed into the form of a new device", async () => {
    const form = `${stage.url}/settings/security-devices?setupIntegration=1password`;
    await page.goto(form);
    for (const [index, { text }] of typed.entries()) {
      const name = `${cut(text, 150)} typed`;
      await field("Name").fill(name);
      await field("Location").fill(name);
      // Leaving the field is when it is judged.
      await page.keyboard.press("Tab");
      assert.equal(await field("Name").inputValue(), oneLine(name));
      await nothingRan(`a new device named ${name.slice(0, 60)}`);
      if (index % 7 !== 0) continue;
      await field("API token").fill(stage.tokens[1 + index / 7]);
      await page.getByText("Event kinds", { exact: true }).waitFor();
      await field("Server address").selectOption(stage.simUrl);
      await button("Save").click();
      await page.getByRole("status").getByText(/ is saved\. Picket verifies/).waitFor();
      await nothingRan(`the list with a new ${name.slice(0, 60)}`);
      await page.goto(form);
      await field("Name").waitFor();
    }
  });

  test("typed into the form of a device that is there", async () => {
    const dialog = () => page.getByRole("dialog");
    let saved = 0;
    for (const { text } of typed) {
      const name = `${cut(text, 150)} edited`;
      await page.goto(`${stage.url}/settings/security-devices/${device}?edit=${device}`);
      await dialog().getByLabel("Name", { exact: true }).fill(name);
      assert.equal(await dialog().getByLabel("Name", { exact: true }).inputValue(), oneLine(name));
      await dialog().getByRole("button", { name: "Save", exact: true }).click();
      await page.getByRole("status").getByText(/ is saved\.$/).or(dialog().locator('[aria-invalid="true"]')).first().waitFor();
      if ((await dialog().count()) === 0) {
        saved += 1;
        await page.getByRole("complementary").getByRole("heading", { level: 2 }).waitFor();
        const shown = await page.getByRole("complementary").getByRole("heading", { level: 2 }).evaluate((one) => one.textContent);
        assert.equal(shown, oneLine(name).trim(), "the panel's heading is the name");
      }
      await nothingRan(`a device renamed to ${name.slice(0, 60)}`, refused);
    }
    assert.ok(saved > 15, `${saved} of ${typed.length} names were saved`);
  });

  test("typed as a rule's title and as its whole text", async () => {
    const text = () => page.getByRole("textbox", { name: "Text of the rule" });
    const checked = () => page.locator('section[aria-label="Check"][aria-busy="false"]').waitFor();
    // Quoted as JSON it is one YAML text, whatever is in it.
    const ruleOf = (said) => `title: ${JSON.stringify(said)}
description: ${JSON.stringify(said)}
author: ${JSON.stringify(said)}
references:
    - ${JSON.stringify(said)}
logsource:
    product: onepassword
    service: signinattempts
detection:
    selection:
        category: ${JSON.stringify(said)}
    condition: selection
falsepositives:
    - ${JSON.stringify(said)}
level: medium
`;
    await page.goto(`${stage.url}/detections/write`);
    for (const one of typed) {
      for (const written of [cut(one.text, 2000), ruleOf(cut(one.text, 100))]) {
        await text().fill(written);
        await page.waitForTimeout(30);
        await checked();
        await nothingRan(`the editor with ${JSON.stringify(written.slice(0, 60))}`, refused);
      }
    }
    for (const one of typed.slice(0, 6)) {
      await page.goto(`${stage.url}/detections/write`);
      await text().fill(ruleOf(cut(one.text, 100)));
      // Warnings keep nothing from being saved.
      await page.waitForTimeout(30);
      await checked();
      await button("Save").click();
      await page.getByRole("heading", { level: 1, name: "Detections" }).waitFor();
      await nothingRan(`the rules with one called ${cut(one.text, 60)}`);
    }
    const links = page.getByRole("table", { name: "Rules" }).getByRole("link");
    await links.nth(5).waitFor();
    assert.ok((await links.allTextContents()).includes(typed[0].text), "a title is shown as it is");
    for (let at = 0; at < 6; at += 1) {
      await links.nth(at).click();
      await page.getByRole("complementary").getByRole("heading", { name: "What it means" }).waitFor();
      await nothingRan(`the panel of rule ${at + 1}`);
    }
  });

  test("typed as the reason why a rule is off", async () => {
    const panel = page.getByRole("complementary");
    const off = panel.getByText("Switched off. It looks at no event.");
    await page.goto(`${stage.url}/detections?origin=own`);
    await page.getByRole("table", { name: "Rules" }).getByRole("link").first().click();
    let told = 0;
    for (const { text } of typed) {
      const reason = cut(text, 900);
      await panel.getByRole("button", { name: "Switch off", exact: true }).click();
      await panel.getByRole("textbox", { name: /Why switch it off/ }).fill(reason);
      await panel.getByRole("button", { name: "Switch off", exact: true }).click();
      await off.or(panel.getByRole("alert")).first().waitFor();
      await nothingRan(`a rule that is off because of ${reason.slice(0, 60)}`, refused);
      if ((await off.count()) > 0) {
        told += 1;
        assert.ok((await panel.evaluate((one) => one.textContent)).includes(`Reason: ${reason.slice(0, 20)}`), "the reason is shown as it is");
        await panel.getByRole("button", { name: "Switch on", exact: true }).click();
        await off.waitFor({ state: "detached" });
      } else {
        await panel.getByRole("button", { name: "Leave it on", exact: true }).click();
      }
    }
    assert.ok(told > 15, `${told} of ${typed.length} reasons were taken`);
    await panel.getByRole("heading", { name: "History", exact: true }).scrollIntoViewIfNeeded();
    await nothingRan("the history of a rule");
  });

  test("typed into the search boxes, and as names of views of rules and events", async () => {
    for (const [path, box] of [["/settings/security-devices", "Search devices"], ["/events?range=7d", "Search events"], ["/detections", "Search rules"]]) {
      await page.goto(stage.url + path);
      const search = page.getByRole("searchbox", { name: box });
      for (const { text } of typed) {
        const sought = cut(text, 100);  // the box holds 200, counted as the browser counts
        await search.fill(sought);
        await search.press("Enter");
        assert.equal(await search.inputValue(), oneLine(sought));
        await page.waitForTimeout(50);
        await nothingRan(`${box} for ${sought.slice(0, 60)}`, refused);
      }
    }
    for (const path of ["/events", "/detections"]) {
      // In a name that is kept as JSON a control character is refused elsewhere already.
      for (const { n, text } of typed.filter((one) => !/\p{Cc}/u.test(one.text))) {
        // What is shown differs each time: a view that is saved already is offered, not saved again.
        await page.goto(`${stage.url}${path}?${path === "/events" ? "actor" : "q"}=${n}`);
        await page.getByRole("button", { name: /^Saved views/ }).click();
        await field("Save what is shown as").fill(cut(text, 30));
        await button("Save view").click();
        await button("Save view").waitFor({ state: "detached" });
        await nothingRan(`a view of ${path} named ${cut(text, 30)}`);
      }
      await page.getByRole("button", { name: /^Saved views/ }).click();
      await page.getByRole("button", { name: /^Delete view/ }).nth(5).waitFor();
      await nothingRan(`the saved views of ${path}`);
    }
  });
});
