// The pictures of README.md, renewed from a run of the real program and its simulated vendor: node tests/e2e/readme_pictures.mjs
// They go to docs/images; look at them before you keep them.
import { statSync } from "node:fs";
import { join } from "node:path";
import { Stage } from "../lib/stage.mjs";
import { rest } from "./screen.mjs";

const folder = "docs/images";
const most = 300_000;
const offices = ["Oslo", "Berlin", "Lisbon", "Toronto", "New York"];
const stage = await Stage.open({ accounts: offices.length, events: 3000, rate: 3 });
try {
  const api = await stage.api();
  const ids = [];
  for (const [account, place] of offices.entries()) ids.push((await stage.addDevice(`1Password ${place}`, { account, location: place, days: 7 })).id);
  const [oslo, , lisbon, toronto] = ids;
  for (const id of ids) await stage.says(id, "receiving");
  await stage.control("tokens", { action: "revoke", token: stage.tokens[ids.indexOf(lisbon)] });
  await stage.says(lisbon, "unauthorized");
  await api.call("PATCH", `/api/v2/security_devices/${toronto}`, { data: { type: "security_devices", id: toronto, attributes: { paused: true } } });
  await stage.says(toronto, "paused");

  const shots = [
    ["home-light", "light", "/", (page) => page.getByText(/events in 24 h/).waitFor()],
    ["panel-light", "light", `/settings/security-devices/${oslo}`, (page) => page.getByRole("slider").waitFor()],
    ["events-dark", "dark", "/events?range=7d", (page) => page.getByRole("rowheader").getByRole("link").first().waitFor()],
  ];
  for (const [name, scheme, path, ready] of shots) {
    const { page, context } = await stage.page({ scheme });
    await stage.signIn(page, path);
    await ready(page);
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"], [aria-label="Loading"]') === null);
    await rest(page);
    const file = join(folder, `${name}.png`);
    await page.screenshot({ path: file });
    const { size } = statSync(file);
    if (size > most) throw new Error(`${file} has ${size} bytes; a picture of README.md has at most ${most}`);
    console.log(`${file}: ${size} bytes`);
    await context.close();
  }
} finally {
  await stage.close();
}
