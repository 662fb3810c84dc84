/** A page as every browser test has one: English, with what the browser complains of noted, and signed in. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

export interface TestPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Closes it; fails where a script failed, or the content security policy refused something. */
  close(): Promise<void>;
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<TestPage> {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  // The machine of a test has other things to do.
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    // The browser logs every answer of 400 and above; those are meant in tests.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text);
  });
  return {
    context,
    page,
    close: async () => {
      await context.close();
      expect(complaints).toEqual([]);
    },
  };
}

/** Opens an address, and signs in on the way to it. */
export async function signInAt(page: Page, url: string, token: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}

/** CSS pixels by which the page is wider than the window; negative where it leaves room for a scroll bar. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
