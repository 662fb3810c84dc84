import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { distFolder, ensureBuilt } from '../build.ts';
import { type Fixture, fixtureToken, startFixture, viewerToken } from '../dev/fixture.ts';
import { createRecording, type Recording } from '../dev/recording.ts';
import type { Adherence, Live, Timeline } from '../src/api/types.ts';
import { accessibilityFaults, launchBrowser } from './browser.ts';
import { openPage, overflowOf, signInAt, type TestPage } from './page.testing.ts';

/** The built application in a real browser, under the strict content security policy, against the fixture. */
const startAt = Date.parse('2026-11-18T10:42:07Z');

let browser: Browser;
let fixture: Fixture;
let opened: TestPage;
let page: Page;

beforeAll(async () => {
  await ensureBuilt();
  browser = await launchBrowser();
});

afterAll(() => browser?.close());

async function begin({
  at = startAt,
  colorScheme = 'light',
  recording,
}: {
  readonly at?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly recording?: Recording;
} = {}) {
  fixture = await startFixture({ startAt: at, distFolder, ...(recording ? { recording } : {}) });
  opened = await openPage(browser, { colorScheme, viewport: { width: 1280, height: 800 } });
  page = opened.page;
}

afterEach(async () => {
  await opened.close();
  await fixture.close();
});

const signIn = (token = fixtureToken, path = '/board') => signInAt(page, fixture.url + path, token);

/** What the API says to the same session. */
const api = <T>(path: string): Promise<T> =>
  page.evaluate((url) => fetch(url).then((response) => response.json()), `/api/v1${path}`) as Promise<T>;

const count = async (name: string) =>
  Number(
    (await page.locator('.count', { hasText: name }).locator('.count-value').textContent()) ?? Number.NaN,
  );

describe('building', () => {
  it('is done once: what is newer than its sources is left as it is', async () => {
    await begin();
    expect(await ensureBuilt()).toBe(false);
  });
});

describe('signing in', () => {
  beforeEach(() => begin());

  it('says what to do about a wrong token, and does not lose the address that was asked for', async () => {
    await page.goto(`${fixture.url}/setup`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Paste your access token here.').waitFor();
    await page.getByLabel('Access token').fill('nonsense');
    await page.keyboard.press('Enter');
    await page.getByText('Check that you copied all of it').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('token');
    await page.getByLabel('Access token').fill(fixtureToken);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Set-up' }).waitFor();
  });

  it('is remembered, until one signs out', async () => {
    await signIn();
    await page.reload();
    await page.getByRole('heading', { name: 'Live board' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access token').waitFor();
    await page.reload();
    await page.getByLabel('Access token').waitFor();
  });

  it('no script can read the session', async () => {
    await signIn();
    expect(await page.evaluate(() => document.cookie)).toBe('');
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(fixtureToken);
  });

  it('a viewer sees the board, and no link to what the token may not read', async () => {
    await signIn(viewerToken);
    await page.locator('.board-table').waitFor();
    expect(await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allTextContents()).toEqual([
      'Live board',
    ]);
    expect(await page.locator('.board-table a').count()).toBe(0);
    await page.goto(`${fixture.url}/team-day`);
    await page.getByText('Your token may not see this.').waitFor();
  });
});

describe('the live board', () => {
  beforeEach(() => begin());

  it('shows the counts that the API gives', async () => {
    await signIn();
    await page.locator('.board-table').waitFor();
    const { items } = await api<Live>('/live');
    const of = (state: string) => items.filter((item) => item.state === state && !item.inBuffer).length;
    expect(await count('Not present')).toBe(of('NOT_PRESENT'));
    expect(await count('In adherence')).toBe(of('IN_ADHERENCE'));
    expect(await page.locator('tr.person').count()).toBe(items.length);
  });

  it('moves by itself: rows, timers and freshness', async () => {
    await signIn();
    const timer = page.locator('tr.person .timer').first();
    const before = await timer.textContent();
    await page.waitForFunction(
      ([text]) => document.querySelector('tr.person .timer')?.textContent !== text,
      [before],
    );
    const freshness = page.locator('.freshness').last();
    await freshness.filter({ hasText: 'Events to 11:4' }).waitFor();
    fixture.advance(2 * 3_600_000);
    await freshness.filter({ hasText: 'Events to 13:4' }).waitFor();
    const { items } = await api<Live>('/live');
    await page.waitForFunction(([n]) => document.querySelectorAll('tr.person').length === n, [items.length]);
  });

  it('keeps every filter in the address, so that a link and the back button bring them back', async () => {
    await signIn();
    await page.locator('tr.person').first().waitFor();
    const all = await page.locator('tr.person').count();
    await page.locator('.count', { hasText: 'Not present' }).click();
    await page.waitForFunction(() => location.search === '?state=notPresent');
    const some = await page.locator('tr.person').count();
    expect(some).toBeLessThan(all);
    expect(await count('Not present')).toBe(some);
    await page.reload();
    await page.locator('.count[aria-pressed=true]', { hasText: 'Not present' }).waitFor();
    await page.waitForFunction((n) => document.querySelectorAll('tr.person').length === n, some);
    await page.getByRole('combobox', { name: 'Team' }).selectOption('Sales Americas');
    await page.waitForFunction(() => location.search.includes('team=Sales+Americas'));
    await page.goBack();
    await page.waitForFunction((n) => document.querySelectorAll('tr.person').length === n, some);
  });

  it('finds people while one types, and says what to do when nobody matches', async () => {
    await signIn();
    await page.getByLabel('Search').fill('garnier');
    await page.waitForFunction(() => document.querySelectorAll('tr.person').length === 1);
    await page.getByLabel('Search').fill('nobody is called that');
    await page.getByText('Nobody matches these filters').waitFor();
    await page.locator('.empty').getByRole('button', { name: 'Clear filters' }).click();
    await page.locator('tr.person').nth(10).waitFor();
  });

  it('a filter from an old link ends in a sentence', async () => {
    await signIn(fixtureToken, '/board?team=Dissolved&state=onFire');
    await page.getByText('Nobody matches these filters').waitFor();
    expect(await page.getByRole('combobox', { name: 'Team' }).inputValue()).toBe('Dissolved');
  });

  it('filters by activity, and groups by planning unit', async () => {
    await signIn(fixtureToken, '/board?group=unit');
    await page.locator('tr.team', { hasText: 'New York' }).waitFor();
    expect(await page.locator('tr.team').count()).toBe(2);
    await page.getByRole('combobox', { name: 'Activity' }).selectOption('lunch');
    await page.waitForFunction(() => location.search.includes('activity=lunch'));
    const { items } = await api<Live>('/live');
    const wanted = items.filter((item) =>
      [item.scheduledActivityId, item.actual.activityId].includes('lunch'),
    );
    await page.waitForFunction((n) => document.querySelectorAll('tr.person').length === n, wanted.length);
  });

  it('says what comes next in the schedule', async () => {
    await signIn(fixtureToken, '/board?q=garnier');
    const { items } = await api<Live>('/live');
    const next = items.find(({ personId }) => personId === 'ines-garnier')!.nextScheduled!;
    expect(next.activityId).not.toBeNull();
    await page.locator('tr.person', { hasText: /until \d\d:\d\d, then/ }).waitFor();
  });

  it('keeps a view by its name, and people as a list; says who of it is no longer there', async () => {
    await signIn(fixtureToken, '/board?q=garnier');
    await page.getByRole('button', { name: 'Keep these people' }).click();
    await page.waitForFunction(() => location.search === '?people=ines-garnier');
    await page.getByText('Views', { exact: true }).click();
    await page.getByLabel('Save what you see as').fill('My people');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.goto(`${fixture.url}/board`);
    await page.getByText('Views', { exact: true }).click();
    await page.getByRole('link', { name: 'My people' }).click();
    await page.waitForFunction(() => document.querySelectorAll('tr.person').length === 1);
    await page.goto(`${fixture.url}/board?people=ines-garnier,gone`);
    await page.getByText('1 person of this view is no longer there: gone.').waitFor();
    await page.getByRole('button', { name: 'Take out of the view' }).click();
    await page.waitForFunction(() => location.search === '?people=ines-garnier');
  });

  it('fills a wall with what can be read from afar, and is left by Escape', async () => {
    await page.setViewportSize({ width: 1920, height: 1080 });
    await signIn();
    await page.locator('.board-table').waitFor();
    const { items } = await api<Live>('/live');
    await page.goto(`${fixture.url}/board?wall=1`);
    await page.locator('.wall-person').first().waitFor();
    const out = items.filter(
      ({ state, inBuffer }) =>
        !inBuffer && ['NOT_PRESENT', 'WRONG_ACTIVITY', 'NOT_SCHEDULED'].includes(state),
    );
    expect(await page.locator('.wall-person').count()).toBe(out.length);
    const sizes = await page
      .locator('.wall-name, .wall-person .timer, .wall-counts dd')
      .evaluateAll((elements) => elements.map((each) => Number.parseFloat(getComputedStyle(each).fontSize)));
    // 28 pixels of 1920 on a screen of 55 inches are 18 mm: letters of 9 mm, read from three metres.
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(28);
    expect(
      await page.evaluate(() => document.documentElement.scrollHeight - innerHeight),
    ).toBeLessThanOrEqual(0);
    await page.keyboard.press('Escape');
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  });

  it('says which feed is silent, and that the pipeline is behind, to a viewer too', async () => {
    await signIn(viewerToken);
    await page.locator('.board-table').waitFor();
    fixture.silence(startAt - 600_000);
    await page
      .getByRole('alert')
      .filter({ hasText: 'Odigo EMEA has sent nothing since 18 Nov, 11:32:07' })
      .waitFor();
    fixture.silence(null);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    fixture.holdBack(fixture.now() - 120_000);
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'The pipeline is behind' }).waitFor();
    fixture.holdBack(null);
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('says that the connection is lost, and mends it by itself', async () => {
    await signIn();
    await page.locator('.connection.live').waitFor();
    fixture.breakStreams(true);
    await page.locator('.connection.reconnecting').waitFor();
    await page.getByRole('alert').filter({ hasText: 'The connection was lost at 11:4' }).waitFor();
    fixture.breakStreams(false);
    await page.locator('.connection.live').waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('a token revoked while the board is open leads back to signing in, with the reason', async () => {
    await signIn();
    await page.locator('.connection.live').waitFor();
    fixture.revoke();
    await page.getByText('the token was revoked').waitFor();
  });
});

describe('many people', () => {
  it('only rows in sight are in the page, and scrolling brings the others', async () => {
    await begin({ recording: createRecording(startAt, 600, 50, 60) });
    await signIn(fixtureToken, '/board?group=none&sort=name');
    await page.getByText(/^600 people shown/).waitFor();
    expect(await page.locator('tr.person').count()).toBeLessThan(120);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.getByRole('link', { name: 'Farid Okafor 97', exact: true }).waitFor();
    expect(await page.locator('tr.person').count()).toBeLessThan(120);
  });
});

describe('a person’s day', () => {
  const day = '/people/ines-garnier/day';

  it('has the totals of the API, and its segments without loss', async () => {
    await begin();
    await signIn(fixtureToken, `${day}?date=2026-11-17`);
    await page.locator('.metric').first().waitFor();
    const range = 'from=2026-11-16T23:00:00Z&to=2026-11-17T23:00:00Z';
    const { items } = await api<Adherence>(
      `/adherence?${range}&granularity=day&groupBy=person&personId=ines-garnier`,
    );
    const percent = `${(items[0]!.adherence! * 100).toFixed(1)}%`;
    expect(await page.locator('.metric.lead .metric-value').textContent()).toBe(percent);
    const { segments } = await api<Timeline>(`/people/ines-garnier/timeline?${range}`);
    const said = segments.filter(
      ({ state, scheduledActivityId }) => state !== null || scheduledActivityId !== null,
    );
    const ms = said.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from), 0);
    const shown = await page
      .locator('.data-table tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll('.time')].map((cell) => cell.textContent!)),
      );
    const seconds = (text: string) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    const sum = shown.reduce((total, [from, to]) => total + seconds(to!) - seconds(from!), 0);
    expect(Math.abs(sum - ms / 1000)).toBeLessThanOrEqual(shown.length);
  });

  it('can be read by keyboard: one cursor, whose value says everything', async () => {
    await begin();
    await signIn(fixtureToken, day);
    const slider = page.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('Home');
    const first = await slider.getAttribute('aria-valuetext');
    expect(first).toMatch(/^09:00:00 to .* Scheduled: Calls\. Actual: .*\. State: .*\. Counted as: .*\.$/);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).not.toBe(first);
    await page.keyboard.press('PageUp');
    await page.keyboard.press('End');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toContain('18:00:00');
    await page.getByRole('button', { name: 'Next day' }).press('Enter');
    await page.waitForFunction(() => location.search === '?date=2026-11-19');
  });

  it('a day of 23 hours says so, and leaves out the hour that is not there', async () => {
    await begin({ at: Date.parse('2026-03-29T11:00:00Z') });
    await signIn(fixtureToken, `${day}?view=day`);
    await page.getByText('This day has 23 hours: the clocks go forward at 02:00 CET.').waitFor();
    await page.locator('.axis line.hour').nth(23).waitFor({ state: 'attached' });
    expect(await page.locator('.axis line.hour').count()).toBe(24);
    expect(await page.locator('.axis text').allTextContents()).not.toContain('02:00');
  });

  it('a day of 25 hours says so, and shows the hour that comes twice, twice', async () => {
    await begin({ at: Date.parse('2026-10-25T11:00:00Z') });
    await signIn(fixtureToken, `${day}?view=day`);
    await page.getByText('This day has 25 hours: the clocks go back at 03:00 CEST.').waitFor();
    await page.locator('.axis line.hour').nth(25).waitFor({ state: 'attached' });
    expect(await page.locator('.axis line.hour').count()).toBe(26);
    const labels = await page.locator('.axis text').allTextContents();
    expect(labels.filter((text) => text === '02:00')).toHaveLength(2);
  });

  it('a person who is no longer there ends in a sentence', async () => {
    await begin();
    await signIn(fixtureToken, '/people/gone/day');
    await page.getByText('It may have been deleted.').waitFor();
  });
});

describe('a team’s day', () => {
  beforeEach(() => begin());

  it('shows what the API answers, and leads to the people', async () => {
    await signIn(fixtureToken, '/team-day?who=team:Sales+France&date=2026-11-17&interval=1h');
    await page.getByText('Show the table of intervals').click();
    const range = 'from=2026-11-16T23:00:00Z&to=2026-11-17T23:00:00Z';
    const { items } = await api<Adherence>(
      `/adherence?${range}&granularity=1h&groupBy=team&team=Sales%20France`,
    );
    const shown = await page.locator('.intervals tbody tr td:nth-child(2)').allTextContents();
    const percents = items.map(({ adherence }) =>
      adherence === null ? '–' : `${(adherence * 100).toFixed(1)}%`,
    );
    expect(shown).toEqual(percents);
    await page.getByRole('link', { name: 'Marc Olivier' }).click();
    await page.getByRole('heading', { name: 'Marc Olivier' }).waitFor();
    expect(new URL(page.url()).search).toBe('?date=2026-11-17');
  });

  it('the curve can be read by keyboard', async () => {
    await signIn(fixtureToken, '/team-day');
    const slider = page.getByRole('slider');
    await slider.focus();
    const now = await slider.getAttribute('aria-valuetext');
    expect(now).toMatch(/^11:\d\d to 11:\d\d: adherence \d/);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).not.toBe(now);
  });

  it('a day without anything says so', async () => {
    await signIn(fixtureToken, '/team-day?date=2020-01-01');
    await page.getByText('Nothing was scheduled or worked on this day.').waitFor();
  });
});

describe('a download', () => {
  beforeEach(() => begin());

  it('of 50,000 lines is saved whole', async () => {
    await signIn(fixtureToken, '/reports');
    await page.getByText('The first 40 lines').waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download report as CSV' }).click(),
    ]);
    const text = await readFile(await file.path(), 'utf8');
    expect(text.trimEnd().split('\r\n')).toHaveLength(50_001);
    await page.getByText('50,000 lines').waitFor();
  });

  it('that is interrupted ends in a sentence, and saves nothing', async () => {
    await signIn(fixtureToken, '/reports');
    await page.getByText('The first 40 lines').waitFor();
    fixture.cutDownloads(true);
    let saved = 0;
    page.on('download', () => saved++);
    await page.getByRole('button', { name: 'Download report as CSV' }).click();
    await page.getByText(/The connection ended after [\d,]+ lines, so the file was not saved/).waitFor();
    expect(saved).toBe(0);
  });
});

describe('the size of the script', () => {
  it('of the board is under 200 KB compressed, all that it loads', async () => {
    await begin();
    const names: string[] = [];
    page.on('response', (response) => {
      if (response.url().endsWith('.js')) names.push(new URL(response.url()).pathname);
    });
    await signIn();
    await page.locator('.board-table').waitFor();
    const sizes = await Promise.all(
      [...new Set(names)].map(async (name) => gzipSync(await readFile(join(distFolder, name))).length),
    );
    expect(sizes.length).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200 * 1024);
  });
});

describe('everyone', () => {
  const screens: readonly (readonly [path: string, ready: string])[] = [
    ['/board', '.board-table'],
    ['/board?q=nobody', '.empty'],
    ['/people/ines-garnier/day', '.data-table'],
    ['/team-day', '.curve canvas'],
    ['/setup', '.panel'],
    ['/nowhere', 'h1'],
  ];

  it.each(['light', 'dark'] as const)(
    'axe finds nothing on any screen, %s, wide and narrow',
    async (colorScheme) => {
      await begin({ colorScheme });
      await page.goto(fixture.url);
      await page.getByLabel('Access token').waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await signIn();
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        for (const [path, ready] of screens) {
          await page.goto(fixture.url + path);
          await page.locator(ready).first().waitFor();
          expect(await accessibilityFaults(page), `${path} at ${width}`).toEqual([]);
          expect(await overflowOf(page), `${path} at ${width} is wider than the screen`).toBeLessThanOrEqual(
            0,
          );
        }
      }
    },
  );

  it('speaks French when asked, and remembers it', async () => {
    await begin();
    await signIn();
    await page.getByLabel('Language').selectOption('fr');
    await page.getByRole('heading', { name: 'En direct' }).waitFor();
    await page.reload();
    await page.getByRole('columnheader', { name: 'Planifié' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('fr');
  });

  it.each(['en', 'fr'])('has its links in one line on a phone, and nothing cut off: %s', async (language) => {
    await begin();
    await signIn();
    await page.getByLabel('Language').selectOption(language);
    await page.setViewportSize({ width: 360, height: 740 });
    const places = (selector: string) =>
      page.locator(selector).evaluateAll((elements) =>
        elements.map((element) => {
          const { top, right } = element.getBoundingClientRect();
          return right <= document.documentElement.clientWidth ? Math.round(top) : 'cut off';
        }),
      );
    const links = await places('.top nav a');
    expect([links.length, new Set(links).size]).toEqual([5, 1]);
    expect([...links, ...(await places('.top-end button, .top select'))]).not.toContain('cut off');
  });

  it('moves nothing for people who asked for reduced motion', async () => {
    await begin();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await signIn();
    fixture.breakStreams(true);
    await page.locator('.connection.reconnecting').waitFor();
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await expect.poll(() => page.evaluate(() => document.getAnimations().length)).toBeGreaterThan(0);
  });

  it('keeps the colours that were chosen', async () => {
    await begin();
    await signIn();
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.getByLabel('Colours').selectOption('dark');
    await expect.poll(background).not.toBe(light);
    await page.reload();
    await page.getByRole('heading', { name: 'Live board' }).waitFor();
    expect(await background()).not.toBe(light);
  });

  it('the focus goes to the heading of the screen that came', async () => {
    await begin();
    await signIn();
    await page.getByRole('link', { name: 'Set-up' }).click();
    // The link is called the same: it is the heading that is meant.
    const focused = () => page.evaluate(() => document.activeElement?.outerHTML);
    await expect.poll(focused).toMatch(/^<h1.*Set-up/);
    await expect.poll(() => page.title()).toBe('Set-up · Adherence');
  });
});
