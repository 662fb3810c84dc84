/** What an administrator meets on the way beside the straight one: faults of the web service, breaks to revisit, old keys. */
import { deflateSync } from 'node:zlib';
import {
  type FakeBehaviour,
  type FakeOdigoWebService,
  startFakeOdigoWebService,
} from '@adherence/odigo-web-service/fake-odigo-web-service.ts';
import { distFolder, ensureBuilt } from '@adherence/web/build.ts';
import { launchBrowser } from '@adherence/web/test/browser.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTenant, type TestTenant } from '../tenant.ts';
import { startWholeProduct, type WholeProduct } from '../whole-product.ts';

const credentials = { username: 'ws-user', password: 'not-a-real-one' };
const json = { 'Content-Type': 'application/json' };
const patience = { timeout: 20_000 };
let product: WholeProduct;
let browser: Browser;
let fake: FakeOdigoWebService;
let page: Page;
let tenant: TestTenant;
let tenants = 0;

beforeAll(async () => {
  await ensureBuilt();
  fake = await startFakeOdigoWebService(credentials);
  const settings = { BREAK_DETAIL_ALLOWED_NETWORKS: '127.0.0.1' };
  [product, browser] = await Promise.all([
    startWholeProduct({ pages: distFolder, settings }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await fake?.close();
});

beforeEach(async () => {
  tenants += 1;
  tenant = await createTenant(product, `connect-${tenants}`, 'Europe/Paris');
  fake.behaviour = 'well';
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  // The cookie that the sign-in screen would set.
  await context.request.post(`${product.consoleUrl}/api/v1/session`, { data: { token: tenant.token } });
});
afterEach(() => page.context().close());

const open = (path: string) => page.goto(product.consoleUrl + path);
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
/** Steps that are done are closed when the guide is opened. */
const openStep = (tab: Page, name: RegExp) => tab.getByRole('button', { name }).click();
const connection = /^Add the integration/;
const urlToken = /^Generate the URL token and give it/;
const integration = (more: object = {}) => ({
  ...{ name: 'Odigo', timeZone: 'Europe/Paris', breakDetail: null, feedGapSeconds: null },
  contact: { name: 'Ops', email: 'ops@connect.example' },
  ...more,
});
const send = (events: readonly object[]) =>
  tenant.notify('odigo', { headers: json, body: JSON.stringify(events) });

it('the test of the connection says that it is well, or in a sentence what is not', async () => {
  await open('/setup/integrations/new');
  await page.getByLabel('Import detailed break agent statuses').check();
  const address = page.getByLabel('Odigo URL');
  const password = page.getByLabel('Password of the web service');
  await address.fill(fake.url);
  await page.getByLabel('User name of the web service').fill(credentials.username);
  await password.fill('another');
  const says = async (sentence: RegExp) => {
    await button('Test connection').click();
    await page.locator('main').getByText(sentence).waitFor();
  };
  await says(/refuses the user name or the password/);
  await password.fill(credentials.password);
  await says(/answered, and took the user name and password/);
  for (const [behaviour, sentence] of [
    ['redirect', /answers with a redirect/],
    ['not-found', /no such web service at this URL/],
    ['server-error', /answers with an error/],
    ['overloaded', /takes no more requests for now/],
    ['html', /cannot be read/],
    ['reset', /cannot be made, or breaks off/],
  ] as const satisfies readonly (readonly [FakeBehaviour, RegExp])[]) {
    fake.behaviour = behaviour;
    await says(sentence);
  }
  // What is typed on is not what was tested.
  await password.fill('another');
  await page.locator('main .notice.error').waitFor({ state: 'detached' });
  await password.fill(credentials.password);
  fake.behaviour = 'well';
  await address.fill(fake.url.replace('http:', 'https:'));
  await says(/TLS connection cannot be trusted or made/);
  await address.fill('https://odigo.invalid/tenants/x');
  await says(/name of the host cannot be resolved/);
  await address.fill(fake.url);
  fake.agents.set('anna@connect.example', { status: 'BREAK', breakType: 'lunch' });
  await page.getByLabel(/^Ask about this agent/).fill('anna@connect.example');
  // Enter asks; it does not save a form that is not done.
  await page.keyboard.press('Enter');
  await page.locator('main').getByText('This agent is in a break of type “lunch”').waitFor();
  expect(await page.locator('[aria-invalid=true]').count()).toBe(0);
  expect(await page.locator('main').innerText()).not.toContain(credentials.password);
});

it('several statuses are mapped at once, and break details turned on show which to revisit', async () => {
  await tenant.call('PUT', '/integrations/odigo', integration());
  await send(['TALKING', 'WAITING', 'WRAPUP', 'BREAK'].map((status) => ({ agentId: 'anna', status })));
  await product.idle();
  await open('/setup/statuses?integration=odigo');
  await page.getByRole('link', { name: 'Add an activity' }).waitFor();
  await tenant.call('PUT', '/activities/calls', { name: 'Calls', type: 'Presence' });
  await tenant.call('PUT', '/activities/pause', { name: 'Pause', type: 'Break' });
  await page.reload();
  await page.getByRole('option', { name: 'Not mapped (4)' }).waitFor({ state: 'attached' });
  const mapAll = async (names: readonly string[], activity: string) => {
    for (const name of names) await page.getByLabel(`Select ${name}`).check();
    await page.getByRole('combobox', { name: 'Activity' }).selectOption(activity);
    await button('Map them').click();
  };
  await mapAll(['TALKING', 'WAITING', 'WRAPUP'], 'calls');
  await page.getByText('3 statuses mean Calls now. Their whole history counts so at once.').waitFor();
  await page.getByRole('searchbox').fill('brea');
  await page.getByText('1 to 1 of 1').waitFor();
  await mapAll(['BREAK'], 'pause');
  await page.getByText('1 status means Pause now.').waitFor();
  await page.getByRole('option', { name: 'To revisit (0)' }).waitFor({ state: 'attached' });

  await open('/setup/integrations/odigo');
  await openStep(page, connection);
  await button('Edit the integration').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Import detailed break agent statuses').check();
  await dialog.getByLabel('Odigo URL').fill(fake.url);
  await dialog.getByLabel('User name of the web service').fill(credentials.username);
  await dialog.getByLabel('Password of the web service').fill(credentials.password);
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Odigo now imports break details.').waitFor();
  fake.agents.set('anna', { status: 'BREAK', breakType: 'lunch' });
  await send([{ agentId: 'anna', status: 'BREAK' }]);
  await product.idle();
  await open('/setup/statuses?integration=odigo&kind=revisit');
  const rows = page.locator('tbody tr');
  await rows.filter({ hasText: 'lunch' }).filter({ hasText: 'Pause, as BREAK in general' }).waitFor();
  await rows.filter({ hasText: 'no break types mapped' }).waitFor();
  await mapAll(['BREAK / lunch'], 'pause');
  await page.getByText('1 status means Pause now.').waitFor();
  await page.getByText('There is none of these.').waitFor();
});

it('the second token shows when it was used first, so that the old one can be revoked', async () => {
  await tenant.call('PUT', '/integrations/odigo', integration());
  await send([{ agentId: 'anna', status: 'TALKING' }]);
  const { id, notificationUrl } = (await tenant.call('POST', '/integrations/odigo/url-tokens', {})) as {
    id: string;
    notificationUrl: string;
  };
  await open('/setup/integrations/odigo');
  await openStep(page, urlToken);
  const row = page.getByRole('row').filter({ hasText: id });
  await row.filter({ hasText: 'Not used yet' }).waitFor();
  const sent = await fetch(notificationUrl, { method: 'POST', body: '{"agentId":"anna","status":"BREAK"}' });
  expect(sent.status).toBe(200);
  // Nobody touches the page.
  await row.filter({ hasNotText: 'Not used yet' }).waitFor();
  await button(`Revoke ${id}`).click();
  await page.getByRole('dialog').getByText('It was last used on').waitFor();
});

it('two administrators at once: a third token is refused and the two are shown, who assigns second agrees', async () => {
  await tenant.call('PUT', '/integrations/odigo', integration());
  await tenant.call('PUT', '/people/anna', { name: 'Anna Keller' });
  await send([{ agentId: 'anna.keller', status: 'TALKING' }]);
  await product.idle();
  await open('/setup/integrations/odigo');
  const other = await page.context().newPage();
  await other.goto(page.url());
  for (const tab of [page, other]) {
    await tab.getByText('1 valid token').waitFor();
    await openStep(tab, urlToken);
  }
  await button('Generate a second one').click();
  const letter = await page.getByLabel('Text to send to Odigo').inputValue();
  expect(letter).toContain('please replace the notification URL');
  const second = other.getByRole('button', { name: 'Generate a second one' });
  await second.click();
  await other.getByRole('alert').waitFor();
  await other.getByText('2 valid tokens').waitFor();
  expect(await second.isDisabled()).toBe(true);
  const assign = 'Assign anna.keller to Anna Keller';
  await other.getByRole('button', { name: assign }).waitFor();
  const { externalUsers, ...anna } = (await tenant.call('GET', '/people/anna')) as {
    externalUsers: object[];
  };
  const user = { integrationId: 'odigo', externalUserId: 'anna.keller' };
  await tenant.call('PUT', '/people/anna', { ...anna, externalUsers: [...externalUsers, user] });
  await other.getByRole('button', { name: assign }).click();
  await other.getByText('anna.keller belongs to Anna Keller now.').waitFor();
});

it('what an earlier release could not read is read again, and counts', async () => {
  await tenant.call('PUT', '/integrations/odigo', integration());
  const columns = ['tenant', 'rejected_partition', 'rejected_offset', 'integration', 'stage', 'reason'];
  const more = ['detail', 'received_at', 'request_id', 'item_index', 'format', 'body_base64'];
  const body = deflateSync('[{"agentId":"zoe","status":"READY"},{"agentId":"yves","status":"READY"}]');
  await product.db.insertRows(
    'rejected',
    [...columns, ...more],
    [
      [
        ...[`connect-${tenants}`, 0, 900_000, 'odigo', 'ingress', 'body-unparseable', ''],
        ...[Date.now() - 60_000, 'r', 0, 'unknown', body.toString('base64')],
      ],
    ],
  );
  await open('/setup/rejected');
  await button(/^Read again/).click();
  await page.getByText('2 notifications are on their way again.').waitFor();
  await product.idle();
  await page.getByText('Already').first().waitFor({ state: 'attached' });
  const health = () => tenant.call('GET', '/integrations/odigo/health');
  await expect.poll(health, patience).toMatchObject({ accepted: 2, unmappedUsers: 2 });
});
