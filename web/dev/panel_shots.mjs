// Pictures of the device panel in every state, and what axe-core has against them, against the mock:
//   node dev/panel_shots.mjs http://127.0.0.1:8787 FOLDER [CODE…]
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { listen, look } from '../../tests/e2e/screen.mjs';

const [base, folder, ...codes] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
const complaints = await listen(context);
const page = await context.newPage();
await page.goto(`${base}/settings/security-devices`);
await page.getByLabel('Email').fill('ana@example.test');
await page.getByLabel('Password').fill('picket');
await page.getByLabel('One-time code').fill('000000');
await page.getByRole('button', { name: 'Sign in' }).click();
await page.getByRole('heading', { name: 'Security Devices' }).waitFor();
const devices = await page.evaluate(async () =>
  (await (await fetch('/api/v2/security_devices?page[limit]=1000')).json()).data.map((one) => [one.id, one.attributes.status_details.code]),
);
const seen = new Set();
const wrong = [];
for (const [id, code] of devices) {
  if (seen.has(code) || (codes.length > 0 && !codes.includes(code))) continue;
  seen.add(code);
  await page.goto(`${base}/settings/security-devices/${id}`);
  const panel = page.getByRole('complementary');
  await panel.getByRole('slider').waitFor();
  await page.mouse.move(0, 0);
  wrong.push(...(await look(page, folder, code)));
  // The whole panel, without scrolling: low enough to be looked at.
  for (const [width, colorScheme] of [[1280, 'light'], [1920, 'dark'], [390, 'light']]) {
    await page.setViewportSize({ width, height: 2400 });
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(200);
    await page.screenshot({ path: `${folder}/${code}-whole-${width}.png`, clip: { ...(await panel.boundingBox()), height: 1900 } });
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
}
await browser.close();
for (const line of [...wrong, ...complaints]) console.log(line);
process.exit(wrong.length + complaints.length > 0 ? 1 : 0);
