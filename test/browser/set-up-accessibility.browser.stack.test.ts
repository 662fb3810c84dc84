/** Every set-up screen for everyone: axe, narrow and wide, light and dark, English and French, planners and analysts. */
import { distFolder, ensureBuilt } from '@adherence/web/build.ts';
import { accessibilityFaults, launchBrowser } from '@adherence/web/test/browser.ts';
import { openPage, overflowOf, type TestPage } from '@adherence/web/test/page.testing.ts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTenant, type TestTenant } from '../tenant.ts';
import { startWholeProduct, type WholeProduct } from '../whole-product.ts';
import { fillCentre } from './centre.ts';
import { setupScreens } from './screens.ts';

let product: WholeProduct;
let browser: Browser;
let tenant: TestTenant;

beforeAll(async () => {
  await ensureBuilt();
  [product, browser] = await Promise.all([startWholeProduct({ pages: distFolder }), launchBrowser()]);
  tenant = await createTenant(product, 'helios', 'Europe/Paris');
  await fillCentre(tenant, Date.now());
  await product.idle();
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

interface Look {
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
  readonly locale: string;
}

async function signedIn(token: string, { colorScheme, width, locale }: Look): Promise<TestPage> {
  const opened = await openPage(browser, { colorScheme, locale, viewport: { width, height: 900 } });
  // The cookie that the sign-in screen would set.
  await opened.context.request.post(`${product.consoleUrl}/api/v1/session`, { data: { token } });
  return opened;
}

describe('every set-up screen', () => {
  it.each<Look>([
    { colorScheme: 'light', width: 1280, locale: 'en-GB' },
    // 390 CSS pixels are also what is left of 780 at a zoom of 200 %.
    { colorScheme: 'dark', width: 390, locale: 'fr-FR' },
  ])(
    'has nothing that axe finds and is no wider than the screen: $colorScheme, $width, $locale',
    async (look) => {
      const { page, close } = await signedIn(tenant.token, look);
      const faults: string[] = [];
      for (const { name, path, ready } of setupScreens) {
        await page.goto(product.consoleUrl + path);
        await page.locator(ready).first().waitFor();
        const found = await accessibilityFaults(page);
        faults.push(...found.map((fault) => `${name}: ${fault}`));
        const overflow = await overflowOf(page);
        if (overflow > 0) faults.push(`${name}: ${overflow} pixels too wide`);
        const text = await page.locator('main').innerText();
        // A key that no message file has is shown as it is.
        const keys = text.match(/\b(setup|guide|action|field|statuses|users|token|integration)\.[a-zA-Z]+\b/);
        if (keys) faults.push(`${name}: untranslated ${keys[0]}`);
      }
      expect(faults).toEqual([]);
      await close();
    },
  );

  it('offers no role what it may not do', async () => {
    const look: Look = { colorScheme: 'light', width: 1280, locale: 'en-GB' };
    const { token } = (await tenant.call('POST', '/tokens', { name: 'Analyst', role: 'analyst' })) as {
      token: string;
    };
    const { page, close } = await signedIn(token, look);
    await page.goto(`${product.consoleUrl}/setup/people`);
    await page.locator('.data-table').waitFor();
    expect(await page.getByRole('button', { name: /^(Edit|Delete|Add)/ }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Access tokens' }).count()).toBe(0);
    await page.goto(`${product.consoleUrl}/setup/settings`);
    await page.getByText('Your token may read this, not change it.').first().waitFor();
    expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
    await page.goto(`${product.consoleUrl}/setup/integrations/odigo-emea`);
    await page.getByText('Only administrators see the URL tokens.').first().waitFor();
    await page.goto(`${product.consoleUrl}/setup/tokens`);
    await page.getByText('Your token may not see this.').waitFor();
    await close();
  });
});
