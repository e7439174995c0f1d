// Pictures of the device panel in every state, against the mock: node dev/panel_shots.mjs http://127.0.0.1:8787 FOLDER [CODE…]
//   PLAIN=1  only light at 1280
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [base, folder, ...codes] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const sizes = process.env.PLAIN ? [[1280, 800, 'light']] : [[1280, 800, 'light'], [1280, 800, 'dark'], [1920, 1080, 'light'], [1920, 1080, 'dark'], [390, 844, 'light'], [390, 844, 'dark']];
for (const [width, height, scheme] of sizes) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !/401/.test(message.text())) console.log(`[${scheme} ${width}]`, message.text());
  });
  page.on('pageerror', (error) => console.log('PAGE ERROR', error.message));
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
  for (const [id, code] of devices) {
    if (seen.has(code) || (codes.length > 0 && !codes.includes(code))) continue;
    seen.add(code);
    await page.goto(`${base}/settings/security-devices/${id}`);
    await page.getByRole('table', { name: 'Streams of this device' }).waitFor();
    await page.waitForTimeout(900);
    await page.screenshot({ path: `${folder}/${code}-${scheme}-${width}.png` });
    // The rest of the panel, without scrolling by hand.
    const whole = await page.getByRole('complementary').locator('> div').last().evaluate((element) => element.scrollHeight);
    await page.setViewportSize({ width, height: Math.min(6000, whole + 130) });
    await page.waitForTimeout(300);
    const box = await page.getByRole('complementary').boundingBox();
    await page.screenshot({ path: `${folder}/${code}-${scheme}-${width}-whole.png`, clip: { ...box, height: Math.min(box.height, 1900) } });
    await page.setViewportSize({ width, height });
  }
  await context.close();
}
await browser.close();
