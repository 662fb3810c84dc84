/** What analysts wait for: 13 months of a thousand people, at the API and on the screen, over the real engine. */

import { type HistoryConsole, startHistoryConsole } from '@adherence/console/history-console.testing.ts';
import { addDays } from '@adherence/domain/calendar.ts';
import { distFolder, ensureBuilt } from '@adherence/web/build.ts';
import { launchBrowser } from '@adherence/web/test/browser.ts';
import type { Page } from 'playwright-core';
import { quantile, type Row, type Section } from './report.ts';

const people = 1_000;
const days = 396;
const tries = 15;

export async function benchHistory(say: (line: string) => void): Promise<Section[]> {
  await ensureBuilt();
  const startedAt = performance.now();
  const centre = await startHistoryConsole({ people, days, pages: distFolder });
  try {
    say(`${people} people with ${days} days: made in ${seconds(performance.now() - startedAt)} s`);
    const api = await measureApi(centre);
    say('the API is measured');
    const screens = await measureScreens(centre);
    const of = (rows: readonly Row[], what: string) =>
      Number(rows.find((row) => row.what === what)?.['p95 ms'] ?? Number.NaN);
    return [
      {
        title: 'History at the API',
        rows: api,
        notes: [`${people} people, ${days} days, a twentieth of them written twice; ${tries} times each.`],
        aims: [{ what: `${teamByDay}, p95 in ms,`, value: of(api, teamByDay), most: 150 }],
      },
      {
        title: 'History on the screen',
        rows: screens,
        notes: ['From the click to the second frame after the heat map is there, in Chromium.'],
        aims: [
          { what: `${teamOnScreen}, p95 in ms,`, value: of(screens, teamOnScreen), most: 500 },
          { what: `${yearOnScreen}, p95 in ms,`, value: of(screens, yearOnScreen), most: 2_000 },
        ],
      },
    ];
  } finally {
    await centre.stop();
  }
}

const teamByDay = '30 days of a team of 50 by person and day';
const teamOnScreen = '30 days of a team of 50';
const yearOnScreen = '13 months of 1,000 people';
const team = 'Team 07';

async function measureApi({ url, token, from, to }: HistoryConsole): Promise<Row[]> {
  const month = `from=${addDays(to, -29)}&to=${to}`;
  const year = `from=${from}&to=${to}`;
  const of = `team=${encodeURIComponent(team)}`;
  const asks: readonly (readonly [what: string, path: string])[] = [
    [teamByDay, `/adherence?${month}&${of}&groupBy=person&granularity=day`],
    ['30 days of a team of 50, columns for the heat map', `/adherence/days?${month}&${of}`],
    ['30 days of everyone, one row per person', `/adherence?${month}&groupBy=person&granularity=total`],
    ['13 months of one person by day', `/adherence?${year}&personId=p0300&groupBy=person&granularity=day`],
    ['13 months of everyone by week', `/adherence?${year}&groupBy=tenant&granularity=week`],
    ['13 months of everyone, one row per person', `/adherence?${year}&groupBy=person&granularity=total`],
    ['13 months of 1,000 people, columns for the heat map', `/adherence/days?${year}`],
  ];
  const rows: Row[] = [];
  for (const [what, path] of asks) {
    let bytes = 0;
    const took = await times(async () => {
      const response = await fetch(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      bytes = (await response.arrayBuffer()).byteLength;
      return undefined;
    });
    rows.push({ what, ...took, 'answer in KB': Math.round(bytes / 1024) });
  }
  return rows;
}

async function measureScreens({ url, token, from, to }: HistoryConsole): Promise<Row[]> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 }, locale: 'en-GB' });
    await page.goto(`${url}/history`);
    await page.getByLabel('Access token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('.heat canvas').waitFor();
    const who = encodeURIComponent(`team:${team}`);
    const screens: readonly (readonly [what: string, href: string])[] = [
      [teamOnScreen, `/history?who=${who}&from=${addDays(to, -29)}&to=${to}`],
      [yearOnScreen, `/history?from=${from}&to=${to}`],
    ];
    const rows: Row[] = [];
    for (const [what, href] of screens) {
      rows.push({ what, ...(await times(() => openAnew(page, href))) });
    }
    return rows;
  } finally {
    await browser.close();
  }
}

/** Follows a link inside the application, from a screen without a heat map; milliseconds as the page measures them. */
async function openAnew(page: Page, href: string): Promise<number> {
  await follow(page, '/reports?from=2020-01-01&to=2020-01-02');
  await page.locator('.page .empty').waitFor();
  const begun = await page.evaluate<number>('performance.now()');
  await follow(page, href);
  await page.locator('.heat canvas').waitFor();
  // Scripts for the page are texts: this side has no DOM.
  const end = await page.evaluate<number>(
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))',
  );
  return end - begun;
}

const follow = (page: Page, href: string) =>
  page.evaluate(`{
    const link = document.createElement('a');
    link.href = ${JSON.stringify(href)};
    document.body.append(link);
    link.click();
    link.remove();
  }`);

/** The first is to warm up. What the call returns is its time, where it measures itself. */
async function times(call: () => Promise<number | undefined>): Promise<Row> {
  const took: number[] = [];
  for (let i = 0; i <= tries; i++) {
    const begun = performance.now();
    const own = await call();
    if (i > 0) took.push(own ?? performance.now() - begun);
  }
  took.sort((a, b) => a - b);
  return { 'p50 ms': quantile(took, 0.5), 'p95 ms': quantile(took, 0.95), 'max ms': took.at(-1)! };
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
