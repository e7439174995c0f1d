// Takes pictures of the console against the mock: node dev/shots.mjs http://127.0.0.1:8787 FOLDER
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [base, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
for (const scheme of ['light', 'dark']) {
  for (const [width, height] of [[1280, 800], [390, 844]]) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) console.log(`[${scheme} ${width}]`, message.text());
    });
    page.on('pageerror', (error) => console.log('PAGE ERROR', error.message));
    const shot = async (name) => {
      await page.waitForTimeout(250);
      await page.screenshot({ path: `${folder}/${name}-${scheme}-${width}.png` });
    };
    await page.goto(`${base}/settings/security-devices?setupIntegration=1password`);
    await page.getByLabel('Email').fill('ana@example.test');
    await page.getByLabel('Password').fill('wrong');
    await page.getByLabel('One-time code').fill('000000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await shot('01-sign-in');
    await page.getByLabel('Password').fill('picket');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('API token').waitFor();
    await shot('02-add');
    await page.getByLabel('API token').fill('ops_abc');
    await page.getByText('service account token').waitFor();
    await page.getByLabel('API token').fill('a.b.c');
    await page.getByText('Event kinds', { exact: true }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill(`New ${scheme} ${width}`);
    await page.getByRole('button', { name: 'Save' }).click();
    await shot('03-add-error');
    await page.getByLabel('Location').fill('Oslo');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.getByText('Connected. All three').waitFor();
    await page.getByText('Connected. All three').scrollIntoViewIfNeeded();
    await shot('04-add-test');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Security Devices' }).waitFor();
    await shot('05-list-new');
    await page.goto(`${base}/settings/security-devices`);
    await page.getByRole('button', { name: /^Actions for/ }).first().click();
    await shot('06-list-menu');
    await page.getByRole('menuitem', { name: 'View details' }).click();
    await page.getByRole('complementary').waitFor();
    await shot('07-panel');
    if (width > 400) {
      await page.getByRole('button', { name: 'Next device' }).click();
      await page.keyboard.press(']');
      await page.waitForTimeout(300);
      await page.keyboard.press(']');
    }
    await shot('08-panel-next');
    await page.getByRole('heading', { name: 'Information' }).scrollIntoViewIfNeeded();
    await page.getByRole('heading', { name: 'History', exact: true }).scrollIntoViewIfNeeded();
    await page.getByText('Before and after').first().click();
    await shot('09-panel-more');
    await page.getByRole('button', { name: 'Edit Device' }).click();
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).waitFor();
    await shot('10-edit');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.goto(`${base}/settings/security-devices?q=zzz`);
    await page.getByText('No device matches').waitFor();
    await shot('11-none');
    await page.goto(`${base}/settings/security-devices/add`);
    await page.getByLabel('Search technology').waitFor();
    await shot('12-technologies');
    await context.close();
  }
}
await browser.close();
