/** Set-up as an administrator does it: in a real browser, on the running product. */
import { distFolder, ensureBuilt } from '@adherence/web/build.ts';
import { launchBrowser } from '@adherence/web/test/browser.ts';
import { openPage, signInAt, type TestPage } from '@adherence/web/test/page.testing.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTenant, type TestTenant } from '../tenant.ts';
import { startWholeProduct, type WholeProduct } from '../whole-product.ts';

let product: WholeProduct;
let browser: Browser;
let opened: TestPage;
let page: Page;
let tenant: TestTenant;
let tenants = 0;

beforeAll(async () => {
  await ensureBuilt();
  [product, browser] = await Promise.all([startWholeProduct({ pages: distFolder }), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

beforeEach(async () => {
  tenants += 1;
  tenant = await createTenant(product, `centre-${tenants}`, 'Europe/Paris');
  opened = await openPage(browser, {
    timezoneId: 'America/New_York',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page = opened.page;
});

afterEach(() => opened.close());

async function open(path: string) {
  await signInAt(page, product.consoleUrl + path, tenant.token);
  await page.getByRole('navigation', { name: 'Set-up' }).waitFor();
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const dialog = () => page.getByRole('dialog');
const focused = () => page.evaluate<string>("document.activeElement?.textContent ?? ''");

const integration = {
  name: 'Odigo EMEA',
  timeZone: 'Europe/Paris',
  contact: { name: 'Ops', email: 'ops@centre.example' },
  breakDetail: null,
  feedGapSeconds: null,
};
const person = { name: 'Anna Keller', team: 'Care', externalUsers: [] };
/** For what comes by itself, on a machine that has other things to do. */
const patience = { timeout: 20_000 };
const json = { 'Content-Type': 'application/json' };

describe('the guide', () => {
  it('leads from nothing to people on the board, by clicks alone', async () => {
    await tenant.call('PUT', '/activities/calls', { name: 'Calls', type: 'Presence' });
    await tenant.call('PUT', '/people/louis-martin', { ...person, name: 'Louis Martin' });
    await open('/setup');
    await page.getByText('No integration yet').first().waitFor();
    await page.getByRole('link', { name: 'Add an integration' }).first().click();

    // Every fault at once, each at its field; the focus goes to the first.
    await button('Save').click();
    await page.getByText('4 things to correct').waitFor();
    expect(await page.locator('[aria-invalid=true]').count()).toBe(4);
    await page.getByLabel('Name', { exact: true }).fill('Odigo EMEA');
    expect(await page.getByLabel('Id', { exact: true }).inputValue()).toBe('odigo-emea');
    await page.getByLabel('Name of the contact').fill('Ops');
    await page.getByLabel('E-mail').fill('ops at centre');
    await button('Save').click();
    await page.getByText('This is not an e-mail address.').first().waitFor();
    await page.getByLabel('E-mail').fill('ops@centre.example');
    await button('Save').click();
    await page.getByRole('heading', { name: 'Odigo EMEA' }).waitFor();
    await expect.poll(focused, patience).toBe('Odigo EMEA');

    await button('Generate the URL token').click();
    await page.getByText('This is shown once.').waitFor();
    const url = await page.getByLabel('Notification URL').inputValue();
    expect(url).toMatch(/\/hooks\/odigo\/[\w-]{40,}$/);
    expect(await page.getByLabel('Text to send to Odigo').inputValue()).toContain(url);
    await button('Copy').first().click();
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(url);
    await button('I have stored it').click();
    await page.getByText('Waiting for the first notification').waitFor();
    expect(await page.content()).not.toContain(url);

    // Odigo sends; nobody touches the page.
    const at = new Date(Date.now() - 60_000).toISOString();
    const events = ['anna.keller@centre.example', 'LOUIS.MARTIN@centre.example'].map((login) => ({
      login,
      status: 'TALKING',
      occurredAt: at,
    }));
    const sent = await fetch(url, { method: 'POST', headers: json, body: JSON.stringify(events) });
    expect(await sent.json()).toMatchObject({ accepted: 2, rejected: 0 });
    await page.getByText('2 notifications accepted').waitFor();
    await page.getByText('The first notification, as it came').click();
    await page.locator('pre').filter({ hasText: '"login": "' }).waitFor();

    await button('Assign LOUIS.MARTIN@centre.example to Louis Martin').click();
    await page.getByText('belongs to Louis Martin now').waitFor();
    await button('New person: anna.keller@centre.example').click();
    expect(await dialog().getByLabel('Name', { exact: true }).inputValue()).toBe('Anna Keller');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('2 people assigned, 0 external users').waitFor();

    await page.getByLabel('Select TALKING').check();
    await page.getByRole('combobox', { name: 'Activity' }).selectOption('calls');
    await button('Map them').click();
    await page.getByText('1 status means Calls now').waitFor();
    await page.getByText('6 of 6 steps are done.').waitFor();

    await page.getByRole('link', { name: 'Live board' }).first().click();
    // What was Present until it was mapped is computed again, and the board follows.
    await page.locator('tr.person', { hasText: 'Anna Keller' }).filter({ hasText: 'Calls' }).waitFor();
    await page.locator('tr.person', { hasText: 'Louis Martin' }).waitFor();
  });

  it('two tokens may be valid at once, and a revoked one is refused', async () => {
    await tenant.call('PUT', '/integrations/odigo', integration);
    await open('/setup/integrations/odigo');
    const tokens = async () => {
      const { items } = (await tenant.call('GET', '/integrations/odigo/url-tokens')) as {
        items: readonly { readonly id: string }[];
      };
      return items;
    };
    const statusOf = async (url: string) =>
      (await fetch(url, { method: 'POST', headers: json, body: '{"agentId":"a","status":"B"}' })).status;
    const generated = async (name: string) => {
      await button(name).click();
      const url = await page.getByLabel('Notification URL').inputValue();
      await button('I have stored it').click();
      return url;
    };
    const old = await generated('Generate the URL token');
    const [first] = await tokens();
    const fresh = await generated('Generate a second one');
    await page.getByText('Two tokens are valid.').waitFor();
    expect(await button('Generate a second one').isDisabled()).toBe(true);
    expect(await Promise.all([old, fresh].map(statusOf))).toEqual([200, 200]);
    await button(`Revoke ${first!.id}`).click();
    await dialog().getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('The URL token is revoked.').waitFor();
    expect(await tokens()).toHaveLength(1);
    await expect.poll(() => Promise.all([old, fresh].map(statusOf)), patience).toEqual([404, 200]);
  });

  it('a name that another integration has is told at the field', async () => {
    await tenant.call('PUT', '/integrations/first', integration);
    await open('/setup/integrations/new');
    await page.getByLabel('Name', { exact: true }).fill('Odigo EMEA');
    await page.getByLabel('Name of the contact').fill('Ops');
    await page.getByLabel('E-mail').fill('ops@centre.example');
    await button('Save').click();
    await page.locator('.field .problem', { hasText: 'has this name already' }).waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe('ops@centre.example');
  });

  it('the connection to the break web service is tested before it is saved, and says what is wrong', async () => {
    await open('/setup/integrations/new');
    await page.getByLabel('Import detailed break agent statuses').check();
    await button('Test connection').click();
    await page.getByText('Odigo URL: This is not a web address.').waitFor();
    await page.getByLabel('Odigo URL').fill('https://127.0.0.1/tenants/helios');
    await page.getByLabel('User name of the web service').fill('ws');
    await page.getByLabel('Password of the web service').fill('not-a-real-one');
    await button('Test connection').click();
    await page.getByText('The host has a private, local or reserved address.').waitFor();
    expect(await page.getByLabel('Password of the web service').getAttribute('type')).toBe('password');
  });
});

describe('two administrators', () => {
  it('the second sees both versions, keeps what was typed, and what only the first changed is taken over', async () => {
    await tenant.call('PUT', '/people/anna', person);
    await open('/setup/people');
    await button('Edit Anna Keller').click();
    await dialog().getByLabel('Name', { exact: true }).fill('Anna Keller-Roth');
    await tenant.call('PUT', '/people/anna', { ...person, name: 'Anna K.', team: 'Sales' });
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().getByRole('heading', { name: 'Somebody else saved this' }).waitFor();
    await dialog().getByText('Saved by First administrator').waitFor();
    expect(await dialog().getByLabel('Name', { exact: true }).inputValue()).toBe('Anna Keller-Roth');
    expect(await dialog().getByLabel('Team (optional)').inputValue()).toBe('Sales');
    const versions = dialog().getByRole('row', { name: /^Name/ });
    expect(await versions.getByRole('cell').allTextContents()).toEqual(['Anna Keller-Roth', 'Anna K.']);
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect(await tenant.call('GET', '/people/anna')).toMatchObject({
      name: 'Anna Keller-Roth',
      team: 'Sales',
    });
  });

  it('the other version can be chosen, field by field', async () => {
    await open('/setup/settings');
    await page.getByLabel('Target', { exact: true }).fill('85');
    await tenant.call('PUT', '/settings', { targetScore: 0.8, graceMode: 'retroactive' });
    await button('Save').click();
    await page.getByLabel('Target: Theirs').check();
    expect(await page.getByLabel('Target', { exact: true }).inputValue()).toBe('80');
    await page.getByLabel('Target: Yours').check();
    await button('Save').click();
    await page.getByText('A new version is saved.').waitFor();
    expect(await tenant.call('GET', '/settings')).toMatchObject({
      targetScore: 0.85,
      graceMode: 'retroactive',
    });
  });

  it('what was deleted meanwhile can be created again', async () => {
    await tenant.call('PUT', '/people/anna', person);
    await open('/setup/people?edit=anna');
    await dialog().getByLabel('Team (optional)').fill('Sales');
    await tenant.call('DELETE', '/people/anna');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().getByRole('heading', { name: 'Somebody else deleted this' }).waitFor();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect(await tenant.call('GET', '/people/anna')).toMatchObject({ team: 'Sales' });
  });
});

describe('lists and files', () => {
  it('an import takes the good lines and reports each bad one, with the line itself', async () => {
    await open('/setup/imports');
    await button('Import').last().click();
    await page.getByText('Choose a file first.').waitFor();
    const csv = [
      'personId,name,team,integrationId,externalUserId',
      'anna,Anna Keller,Care,,',
      '-bad-,Louis Martin,Care,,',
      'ines,Inès Garnier,Care,nowhere,ines@centre.example',
      'marc,Marc Olivier,Care,,',
    ].join('\n');
    await page
      .getByLabel(/^File/)
      .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await button('Import').last().click();
    await page.getByText('2 lines were taken. 2 lines were not: see below.').waitFor();
    const rows = page.getByRole('table', { name: 'Lines that were not taken' }).locator('tbody tr');
    expect(await rows.count()).toBe(2);
    expect(await rows.first().textContent()).toContain('-bad-,Louis Martin,Care,,');
    expect(await rows.last().textContent()).toContain('Unknown integration nowhere');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByText('1 to 2 of 2').waitFor();
  });

  it('a table searches, sorts, pages and exports, and its address brings the same back', async () => {
    const people = Array.from({ length: 120 }, (_, i) => ({
      personId: `p${i}`,
      name: `Person ${i}`,
      team: i % 2 ? 'Odd' : 'Even',
    }));
    await tenant.call('POST', '/people/import', people);
    await open('/setup/people');
    await page.getByText('1 to 50 of 120').waitFor();
    await button('Next').click();
    await page.getByText('51 to 100 of 120').waitFor();
    await button('Name').click();
    await button('Name').click();
    await expect.poll(() => page.locator('tbody th').first().textContent(), patience).toBe('Person 119');
    await page.getByRole('searchbox').fill('odd 11');
    await page.getByText('1 to 6 of 6').waitFor();
    await page.reload();
    await page.getByText('1 to 6 of 6').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), button('Export CSV').click()]);
    const lines = (await (await download.createReadStream()).toArray()).join('').trim().split('\r\n');
    expect(lines).toHaveLength(7);
    expect(lines[1]).toBe('Person 119,p119,Odd,Default,');
  });

  it('a rejected notification is found by what came, looked at, and read again', async () => {
    await tenant.call('PUT', '/integrations/odigo', integration);
    await tenant.notify('odigo', { headers: json, body: '[{"status":"LUNCH-XYZ"},{"status":"OTHER"}]' });
    await expect
      .poll(
        async () => ((await tenant.call('GET', '/rejected')) as { items: unknown[] }).items.length,
        patience,
      )
      .toBe(2);
    await open('/setup/rejected');
    await page.getByText('1 to 2').waitFor();
    await page.getByRole('searchbox').fill('xyz');
    await page.keyboard.press('Enter');
    await page.getByText('1 to 1').waitFor();
    expect(new URL(page.url()).search).toBe('?q=xyz');
    await button(/^Look/).click();
    await dialog().getByText('{"status":"LUNCH-XYZ"}').waitFor();
    await page.keyboard.press('Escape');
    await button(/^Read again/).click();
    await page.getByText('1 still cannot be read:').waitFor();
  });

  it('a token is shown once, limited to teams, and revoked', async () => {
    await tenant.call('PUT', '/people/anna', person);
    await open('/setup/tokens');
    await button('Create a token').click();
    await dialog().getByLabel('Name').fill('Lead of Care');
    await dialog().getByLabel('Role').selectOption('analyst');
    await dialog().getByLabel('Only these teams').fill('car');
    await page.keyboard.press('Enter');
    await dialog().getByRole('button', { name: 'Remove Care' }).waitFor();
    await dialog().getByRole('button', { name: 'Create a token' }).click();
    await dialog().getByText('This is shown once.').waitFor();
    const token = await dialog().getByLabel('Access token').inputValue();
    await button('I have stored it').click();
    const session = await fetch(`${product.consoleUrl}/api/v1/session`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(session.status).toBe(200);
    expect(await page.locator('tr', { hasText: 'Lead of Care' }).textContent()).toContain('Care');
    await button('Revoke Lead of Care').click();
    await dialog().getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('The token of Lead of Care is revoked.').waitFor();
  });
});

describe('by keyboard', () => {
  it('a dialog takes the focus, asks before it throws away, and gives the focus back', async () => {
    await open('/setup/activities');
    await button('Add an activity').focus();
    await page.keyboard.press('Enter');
    await dialog().getByLabel('Name').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement?.tagName'), patience).toBe('INPUT');
    await page.keyboard.type('Coaching');
    await page.keyboard.press('Escape');
    await page.getByText('Discard what you typed?').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Discard what you typed?').waitFor({ state: 'detached' });
    expect(await dialog().getByLabel('Name').inputValue()).toBe('Coaching');
    await dialog().getByLabel('Name').focus();
    await page.keyboard.press('Enter');
    await page.getByText('Coaching is saved.').waitFor();
    await expect.poll(focused, patience).toBe('Add an activity');
    await page.getByRole('rowheader', { name: 'Coaching' }).waitFor();
  });
});
