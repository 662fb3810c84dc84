/** What team leads and analysts look at, in a real browser on the running product: the same numbers everywhere. */
import { readFile } from 'node:fs/promises';
import { addDays, dayStart, weekStart } from '@adherence/domain/calendar.ts';
import { distFolder, ensureBuilt } from '@adherence/web/build.ts';
import { accessibilityFaults, launchBrowser } from '@adherence/web/test/browser.ts';
import { openPage, overflowOf, signInAt, type TestPage } from '@adherence/web/test/page.testing.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTenant, type TestTenant } from '../tenant.ts';
import { startWholeProduct, type WholeProduct } from '../whole-product.ts';

const zone = 'Europe/Paris';
const hour = 3_600_000;
const minute = 60_000;
/** The last Sunday of an October that is over: the clocks of Paris go back. */
const longDay = lastLongDay(Date.now() - 3 * 24 * hour);
const dayBefore = addDays(longDay, -1);

function lastLongDay(before: number): string {
  const year = new Date(before).getUTCFullYear();
  // The Monday of the week of the 1st of November, less one: a Sunday of October.
  const lastSunday = (of: number) => addDays(weekStart(`${of}-11-01`), -1);
  return lastSunday(year) < new Date(before).toISOString().slice(0, 10)
    ? lastSunday(year)
    : lastSunday(year - 1);
}

interface Row {
  readonly personId: string;
  readonly from: string;
  readonly scheduledMs: number;
  readonly inMs: number;
  readonly adherence: number | null;
  readonly coverage: number | null;
}

let product: WholeProduct;
let browser: Browser;
let opened: TestPage;
let page: Page;
let tenant: TestTenant;

beforeAll(async () => {
  await ensureBuilt();
  [product, browser] = await Promise.all([startWholeProduct({ pages: distFolder }), launchBrowser()]);
  tenant = await createTenant(product, 'golden', zone);
  await fill(tenant);
  await product.idle();
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

/** Night shifts over the change of the clocks and a day shift before it, with lateness of odd seconds. */
async function fill({ call, notify }: TestTenant): Promise<void> {
  await call('PUT', '/activities/calls', { name: 'Calls', type: 'Presence' });
  await call('PUT', '/activities/lunch', { name: 'Lunch', type: 'Break' });
  await call('PUT', '/settings', {
    targetScore: 0.9,
    bufferSeconds: { notPresent: 60, wrongActivity: 0, notScheduled: 0 },
    graceMode: 'forgive',
    missingLogout: { afterShiftEndSeconds: 3600, maxStatusSeconds: 43200 },
  });
  await call('PUT', '/integrations/odigo', {
    name: 'Odigo',
    timeZone: zone,
    contact: { name: 'Ops', email: 'ops@centre.example' },
    breakDetail: null,
    feedGapSeconds: null,
  });
  for (const [status, activityId] of [
    ['TALKING', 'calls'],
    ['LUNCH', 'lunch'],
  ]) {
    await call('POST', '/integrations/odigo/status-mappings', { status, breakType: null, activityId });
  }
  const people = ['anna', 'bilal', 'chloe'];
  for (const [n, id] of people.entries()) {
    await call('PUT', `/people/${id}`, {
      name: `${id[0]!.toUpperCase()}${id.slice(1)} Keller`,
      team: n < 2 ? 'Care' : 'Sales',
      externalUsers: [{ integrationId: 'odigo', externalUserId: `${id}@x` }],
    });
  }
  const at = (date: string, hours: number) => dayStart(zone, date) + hours * hour;
  const schedules = people.map((personId, n) => ({
    personId,
    shiftDate: dayBefore,
    activities:
      n === 0
        ? [{ activityId: 'calls', start: iso(at(dayBefore, 22)), end: iso(at(longDay, 8)) }]
        : [
            { activityId: 'calls', start: iso(at(dayBefore, 9)), end: iso(at(dayBefore, 12)) },
            { activityId: 'lunch', start: iso(at(dayBefore, 12)), end: iso(at(dayBefore, 13)) },
            { activityId: 'calls', start: iso(at(dayBefore, 13)), end: iso(at(dayBefore, 17)) },
          ],
  }));
  await call(
    'POST',
    '/schedules/import',
    schedules.flatMap(({ personId, shiftDate, activities }) =>
      activities.map((activity) => ({ personId, shiftDate, ...activity })),
    ),
  );
  const events = people.flatMap((id, n) => {
    const late = (7 + 11 * n) * minute + 13_000;
    const [from, to] = n === 0 ? [at(dayBefore, 22), at(longDay, 8)] : [at(dayBefore, 9), at(dayBefore, 17)];
    return [
      { agentId: `${id}@x`, status: 'TALKING', occurredAt: iso(from + late) },
      { agentId: `${id}@x`, status: 'LUNCH', occurredAt: iso(from + 3 * hour + late) },
      { agentId: `${id}@x`, status: 'TALKING', occurredAt: iso(from + 4 * hour + 1_500) },
      { agentId: `${id}@x`, eventType: 'LOGOUT', occurredAt: iso(to - n * 97_000) },
    ];
  });
  await notify('odigo', { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(events) });
}

const iso = (at: number) => new Date(at).toISOString();

beforeEach(async () => {
  opened = await openPage(browser, { timezoneId: 'America/New_York' });
  page = opened.page;
});

afterEach(() => opened.close());

const open = (path: string) => signInAt(page, product.consoleUrl + path, tenant.token);

const rowsOf = async (query: string): Promise<Row[]> =>
  ((await tenant.call('GET', `/adherence?${query}`)) as { items: Row[] }).items;
const percent = (ratio: number | null) => (ratio === null ? '–' : `${(ratio * 100).toFixed(1)}%`);
const range = `from=${dayBefore}&to=${longDay}`;

async function download(button: string): Promise<string[][]> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  const text = await readFile(await file.path(), 'utf8');
  return text
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
}

describe('the same numbers everywhere', () => {
  it('history, person’s day, intraday, CSV, report and API agree to the last digit', async () => {
    const people = await rowsOf(`${range}&groupBy=person&granularity=total`);
    expect(people).toHaveLength(3);
    const [total] = await rowsOf(`${range}&groupBy=tenant&granularity=total`);

    await open(`/history?${range}&view=ranking&coverage=0`);
    await page.locator('.ranking').waitFor();
    expect(await page.locator('.metric.lead .metric-value').textContent()).toBe(percent(total!.adherence));
    const ranked = await page
      .locator('.ranking tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
    const expected = [...people].sort((a, b) => a.adherence! - b.adherence!);
    expect(ranked.map(([, , adherence]) => adherence)).toEqual(expected.map((row) => percent(row.adherence)));
    expect(ranked.map(([, , , coverage]) => coverage)).toEqual(expected.map((row) => percent(row.coverage)));

    const [head, ...lines] = await download('Download days as CSV');
    const column = (name: string) => head!.indexOf(name);
    for (const { personId, inMs, scheduledMs } of people) {
      const own = lines.filter((line) => line[column('personId')] === personId);
      const sum = (name: string) => own.reduce((ms, line) => ms + Number(line[column(name)]), 0);
      expect([sum('inMs'), sum('scheduledMs')]).toEqual([inMs, scheduledMs]);
    }

    await page.goto(`${product.consoleUrl}/reports?${range}`);
    await page.locator('.report').waitFor();
    const [reportHead, ...report] = await download('Download report as CSV');
    const shown = await page
      .locator('.report tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
    expect(shown).toEqual(report);
    await page.goto(`${product.consoleUrl}/reports?${range}&known=${new Date().toISOString()}`);
    await page.locator('.report').waitFor();
    expect(await download('Download report as CSV')).toEqual([reportHead, ...report]);
    await page.getByLabel('As known at').fill(`${dayBefore}T00:00`);
    await page.locator('.empty').waitFor();
    for (const { personId, inMs } of people) {
      const minutes = report
        .filter(([id]) => id === personId)
        .reduce((sum, line) => sum + Number(line[reportHead!.indexOf('inAdherenceMinutes')]), 0);
      expect(minutes).toBeCloseTo(inMs / minute, 1);
    }

    const [day] = await rowsOf(
      `from=${dayBefore}&to=${dayBefore}&groupBy=person&personId=bilal&granularity=total`,
    );
    await page.goto(`${product.consoleUrl}/people/bilal/day?date=${dayBefore}`);
    await page.locator('.metric.lead').waitFor();
    expect(await page.locator('.metric.lead .metric-value').textContent()).toBe(percent(day!.adherence));

    const [care] = await rowsOf(`from=${dayBefore}&to=${dayBefore}&groupBy=team&team=Care&granularity=total`);
    await page.goto(`${product.consoleUrl}/team-day?who=team:Care&date=${dayBefore}`);
    await page.locator('.metric.lead').waitFor();
    expect(await page.locator('.metric.lead .metric-value').textContent()).toBe(percent(care!.adherence));
  });

  it('a night over the change of the clocks: ten hours of one shift, on a day of 25', async () => {
    await open(`/people/anna/day?date=${dayBefore}&view=shift`);
    await page.locator('.metric.lead').waitFor();
    const amounts = await page.locator('.amounts').textContent();
    expect(amounts).toContain('10\u00a0h 00\u00a0min');
    await page.goto(`${product.consoleUrl}/people/anna/day?date=${longDay}`);
    await page.getByText('This day has 25 hours: the clocks go back at 03:00 CEST.').waitFor();
  });
});

describe('the heat map', () => {
  it('is read and opened by keyboard, and says what a day is', async () => {
    await open(`/history?${range}&order=name&coverage=0`);
    const map = page.getByRole('application');
    await map.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    const [bilal] = await rowsOf(
      `from=${dayBefore}&to=${dayBefore}&groupBy=person&personId=bilal&granularity=total`,
    );
    const readout = page.locator('.heat-readout');
    await readout.filter({ hasText: 'Bilal Keller, Saturday' }).waitFor();
    expect(await readout.textContent()).toContain(`Adherence ${percent(bilal!.adherence)}`);
    expect(await readout.textContent()).toContain('final');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Bilal Keller' }).waitFor();
    expect(new URL(page.url()).search).toBe(`?date=${dayBefore}`);
  });

  it('what if: a longer buffer is tried out, from the same numbers as the screen above it', async () => {
    const [team] = await rowsOf(`${range}&groupBy=team&team=Care&granularity=total`);
    await open(`/history?who=team:Care&${range}&view=whatIf`);
    await page.getByText('Change something to see').waitFor();
    await page.getByLabel('Wrong activity').fill('7200');
    await page.getByRole('button', { name: 'Compute' }).click();
    const total = page.locator('.what-if .effect p').first();
    await total.waitFor();
    const [, before, after] = /Adherence ([\d.]+)% becomes ([\d.]+)%/.exec((await total.textContent())!)!;
    expect(before).toBe((team!.adherence! * 100).toFixed(2));
    expect(Number(after)).toBeGreaterThan(Number(before));
    await page.getByText('It moves 2 people of 2.').waitFor();
    expect((await rowsOf(`${range}&groupBy=team&team=Care&granularity=total`))[0]).toEqual(team);
  });

  it('a range without data, a deleted person and dates turned round end in sentences', async () => {
    await open('/history?from=2020-02-01&to=2020-01-01');
    await page.getByText('they have been turned').waitFor();
    await page.getByText('Nothing was scheduled or worked in this range').waitFor();
    await page.goto(`${product.consoleUrl}/history?who=person:nobody`);
    await page.getByText('nobody is no longer there').waitFor();
    await page.getByRole('button', { name: 'Show everyone' }).click();
    await page.getByText('nobody is no longer there').waitFor({ state: 'detached' });
  });
});

describe('a person’s day', () => {
  it('says why a segment counts as it does, and shows the events behind it', async () => {
    await open(`/people/chloe/day?date=${dayBefore}`);
    const chart = page.getByRole('slider');
    await chart.focus();
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'Why it counts so' }).click();
    const why = page.locator('.why');
    await why.getByText('Scheduled was Calls').first().waitFor();
    await why.getByText('with a buffer until 09:01:00').first().waitFor();
    await page.getByText('Show the events from Odigo').click();
    await page.getByRole('cell', { name: 'LOGOUT' }).waitFor();
    expect(await page.getByRole('row', { name: /chloe@x/ }).count()).toBe(4);
  });

  it('an exception is dragged, its effect is shown, saved, and is what the score becomes', async () => {
    await open(`/people/chloe/day?date=${dayBefore}&view=day`);
    const plot = page.getByRole('slider');
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox())!;
    const x = (hours: number) => box.x + (box.width * hours) / 24;
    const y = box.y + box.height / 2;
    await page.mouse.move(x(9), y);
    await page.mouse.down();
    await page.mouse.move(x(9.2), y, { steps: 4 });
    await page.mouse.move(x(9.5), y, { steps: 4 });
    await page.mouse.up();
    const panel = page.locator('.exception');
    await panel.waitFor();
    expect(await panel.getByLabel('From').inputValue()).toBe(`${dayBefore}T09:00`);
    expect(await panel.getByLabel('To', { exact: true }).inputValue()).toBe(`${dayBefore}T09:30`);
    await panel.getByText('Adherence of the day:').waitFor();
    const effect = (await panel.locator('.effect p').textContent())!;
    const [, before, after] = /: ([\d.]+)% becomes ([\d.]+)%/.exec(effect)!;
    expect(Number(after)).toBeGreaterThan(Number(before));
    await panel.getByLabel('Reason').fill('Training');
    await panel.getByRole('button', { name: 'Save exception' }).click();
    await page.getByText('The exception is saved.').waitFor();
    const score = page.locator('.metric.lead .metric-value', { hasText: Number(after).toFixed(1) });
    await score.waitFor();
    const [row] = await rowsOf(
      `from=${dayBefore}&to=${dayBefore}&groupBy=person&personId=chloe&granularity=total`,
    );
    expect((row!.adherence! * 100).toFixed(2)).toBe(after);
  });

  it('zooms by keyboard and by button, and shows the seconds', async () => {
    await open(`/people/bilal/day?date=${dayBefore}`);
    const labels = () => page.locator('.axis text').allTextContents();
    await page.getByRole('slider').focus();
    const before = await labels();
    for (let i = 0; i < 8; i++) await page.keyboard.press('+');
    await expect.poll(async () => (await labels()).some((text) => !text.endsWith('00'))).toBe(true);
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(labels).toEqual(before);
  });
});

describe('everyone', () => {
  it.each([
    ['light', 1280, 'en'],
    ['dark', 390, 'fr'],
  ] as const)(
    'axe finds nothing on the result screens, %s, %i pixels wide, %s',
    async (colorScheme, width, language) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 800 });
      await open('/board');
      await page.getByLabel('Language').selectOption(language);
      for (const [path, ready] of [
        ['/board?wall=1', '.wall-people'],
        [`/history?${range}&vs=previous&coverage=0`, '.heat canvas'],
        [`/history?${range}&view=ranking&vs=previous`, '.ranking'],
        [`/history?${range}&view=distribution`, '.bins'],
        [`/history?${range}&view=whatIf`, '.match-rules'],
        [`/reports?${range}`, '.report'],
        [`/people/bilal/day?date=${dayBefore}&why=1`, '.why li'],
        [`/team-day?date=${dayBefore}`, '.worst li'],
      ] as const) {
        await page.goto(product.consoleUrl + path);
        await page.locator(ready).first().waitFor();
        expect(await accessibilityFaults(page), path).toEqual([]);
        // Half as wide is the same screen at 200 % zoom.
        for (const shown of width === 1280 ? [640, 1280] : [390]) {
          await page.setViewportSize({ width: shown, height: 800 });
          // Charts follow the new width a frame later.
          await expect
            .poll(() => overflowOf(page), { message: `${path} at ${shown} is wider than the screen` })
            .toBeLessThanOrEqual(0);
        }
      }
    },
  );
});
