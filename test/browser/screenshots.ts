/**
 * `npm run screenshots`: every screen in light and dark and as wide as a phone, of the running product with data in it,
 * into .screenshots/. Arguments choose screens by name: `npm run screenshots -- people tokens`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { distFolder, ensureBuilt } from '@adherence/web/build.ts';
import { launchBrowser } from '@adherence/web/test/browser.ts';
import type { Page } from 'playwright-core';
import { createTenant } from '../tenant.ts';
import { startWholeProduct } from '../whole-product.ts';
import { fillCentre } from './centre.ts';
import { resultScreens, setupScreens } from './screens.ts';

const folder = join(import.meta.dirname, '..', '..', '.screenshots');
const wanted = process.argv.slice(2);
const today = new Date().toISOString().slice(0, 10);
const screens = [...resultScreens(today), ...setupScreens].filter(
  ({ name }) => wanted.length === 0 || wanted.includes(name),
);

const large = { width: 1440, height: 900 };
const looks = [
  { look: 'light', colorScheme: 'light', viewport: large },
  { look: 'dark', colorScheme: 'dark', viewport: large },
  { look: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const;

await mkdir(folder, { recursive: true });
if (process.env.PAGES === undefined) await ensureBuilt();
const product = await startWholeProduct({ pages: process.env.PAGES ?? distFolder });
const browser = await launchBrowser();
try {
  const tenant = await createTenant(product, 'helios', 'Europe/Paris');
  await fillCentre(tenant, Date.now());
  await product.idle();
  for (const { look, colorScheme, viewport } of looks) {
    const context = await browser.newContext({
      colorScheme,
      locale: 'en-GB',
      reducedMotion: 'reduce',
      viewport,
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(`${page.url()}: ${error.stack}`));
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(`${page.url()}: ${message.text()}`);
    });
    await signIn(page, tenant.token);
    for (const { name, path, ready } of screens) {
      await page.goto(product.consoleUrl + path);
      await page.locator(ready).first().waitFor({ timeout: 10_000 });
      await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: true });
    }
    await context.close();
  }
  console.log(`${screens.length * looks.length} screenshots in ${folder}`);
} finally {
  await browser.close();
  await product.stop();
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.goto(product.consoleUrl);
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}
