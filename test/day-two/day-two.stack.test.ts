/**
 * The commands of docs/operations on real servers: everything is backed up while the services run, every server is
 * destroyed with its data, new ones are given the backup and answer with the same bytes; then the others, on those.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PartitionOffset } from '@adherence/runtime/broker/broker.ts';
import { createKafka } from '@adherence/runtime/broker/kafka-client.ts';
import { openExactWriter } from '@adherence/runtime/broker/kafka-exact-writer.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  at,
  type Centre,
  days,
  type Installation,
  newCentre,
  newInstallation,
  type Pipeline,
  range,
  shift,
  tell,
} from './installation.ts';
import { rowsOfTenant, tableNames } from './rows-of-tenant.ts';

const [monday, tuesday, last] = days;
let folder: string;
let installation: Installation;
let centre: Centre;
/** Accepted onto the log of notifications. */
let sent = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adherence-backup-'));
});
afterAll(async () => {
  await installation?.stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const call = (method: string, path: string, body?: unknown) =>
  installation.call(method, path, body, centre.token);
const settled = () => installation.settled(centre.token);
async function notify(...items: object[]): Promise<void> {
  await installation.notify(centre.hook, items);
  sent += items.length;
}

const differences = '/closed-periods/week/differences';
const questions = [
  `/adherence?${range}&granularity=day&groupBy=person`,
  `/adherence?${range}&granularity=15m&personId=ann`,
  `/people/ann/timeline?${range}`,
  `/people/bob/timeline?${range}&explain=true`,
  `/schedules?from=${monday}&to=${last}`,
  `/reports/adherence.csv?from=${monday}&to=${last}`,
  '/changes?limit=200',
  '/result-changes?limit=200',
  '/closed-periods',
  differences,
  '/configuration/export',
  '/rejected',
  '/erasures',
] as const;
/** Without how fresh the live part is, which is of the moment of asking. */
const answers = async () =>
  Object.fromEntries(
    await Promise.all(
      questions.map(async (path) => [
        path,
        (await call('GET', path)).replace(/"(asOf|eventsUntil)":"[^"]+"/g, ''),
      ]),
    ),
  );

async function aPastWithEverything(): Promise<void> {
  centre = await newCentre(installation, 't1', ['ann', 'bob', 'eve']);
  sent = 18;
  // The ingress sets it aside: it is not on the log of notifications.
  await installation.notify(centre.hook, [{ agentId: 'ann', occurredAt: at(monday, 3) }]);
  await settled();
  const period = { planningUnitId: 'default', from: monday, to: monday, note: 'paid' };
  await call('PUT', '/closed-periods/week', period);
  await settled();
  // Of the closed day it is listed, of the others the numbers change.
  for (const day of [monday, tuesday]) await notify(tell('ann', day, 12, { eventType: 'LOGOUT' }));
  await call('POST', '/people/eve/erasure');
  await settled();
  while (!(await call('GET', '/erasures')).includes('"done"'));
}

test('all servers are lost: a backup brings the same numbers, audit trail and closed period to new ones', async () => {
  installation = await newInstallation();
  await installation.startServices();
  await aPastWithEverything();
  const before = await answers();
  expect(before['/result-changes?limit=200']).toContain('ann');
  expect(before[differences]).toContain('ann');

  const oldest = await expireSome();
  // Answered with 200, and taken by nobody yet.
  await notify(...Array.from({ length: 500 }, (_, i) => tell('late', last, 9 + i / 100)));
  const backup = join(folder, 'backup');
  const backUp = () =>
    installation.command('packages/runtime/src/backup/process.ts', 'backup', '--to', backup);
  const restore = () =>
    installation.command('packages/runtime/src/backup/process.ts', 'restore', '--from', backup);
  expect(await backUp()).toMatchObject({ code: 0 });
  expect((await backUp()).text).toContain('holds a backup that is finished');
  expect((await restore()).text).toContain('services have run here');
  await installation.stack.stop();

  installation = await newInstallation();
  // As a later release may have made them: what runs writes and reads its own columns.
  for (const name of tableNames) {
    await installation.stack.db.command(`ALTER TABLE ${name} ADD COLUMN of_a_later_release String FIRST`);
  }
  const { repair, file } = await damage(backup);
  expect((await restore()).text).toBe(`restore failed. ${file} is not what was written: checksum differs\n`);
  await repair();
  expect(await restore()).toMatchObject({ code: 0 });
  expect(await installation.stack.broker.startOffsets(topics.notifications.name)).toEqual(oldest);
  await installation.startServices();
  expect(await settled()).toMatchObject({ accepted: sent, quarantined: 1, gaps: 0 });
  expect(await answers()).toEqual(before);

  // It goes on: what is new wins over what was brought back.
  await call('PUT', `/schedules/bob/${tuesday}`, shift(tuesday, 9, 13));
  await notify(tell('bob', last, 12, { eventType: 'LOGOUT' }));
  expect(await settled()).toMatchObject({ accepted: sent, gaps: 0 });
  expect(await hoursOfBob()).toEqual([
    [8, 8],
    [4, 4],
    [8, 3],
  ]);
});

test('ClickHouse is away: the board goes on, nothing is lost, history catches up', async () => {
  const { stack } = installation;
  const now = (status: string) => ({ agentId: 'bob', status, occurredAt: new Date().toISOString() });
  await notify(now('READY'));
  await settled();
  stack.engine!.kill();
  await stack.engine!.exited;
  await notify(now('TALKING'), ...Array.from({ length: 200 }, (_, i) => tell('late', last, 15 + i / 100)));
  await vi.waitFor(async () => expect(await call('GET', '/live')).toContain('TALKING'), 30_000);
  await expect(call('GET', questions[0])).rejects.toThrow('503');
  await stack.restartEngine();
  // Until the console's connections are back it answers 503.
  expect(await vi.waitFor(settled, 60_000)).toMatchObject({ accepted: sent, gaps: 0 });
  const [late] = await stack.db.query<{ facts: number }>(
    `SELECT uniqExact(dedup_key) AS facts FROM facts FINAL WHERE external_user = 'late'`,
  );
  expect(late!.facts).toBe(700);
});

const gone = 'acme';
const nothing = Object.fromEntries(tableNames.map((name) => [name, 0]));

test('a tenant is deleted by one command, over an owner that is away: no table names it, and another one notices nothing', async () => {
  const { db } = installation.stack;
  const { token, hook } = await newCentre(installation, gone, ['pia', 'tom']);
  const ask = (method: string, path: string, body?: unknown) => installation.call(method, path, body, token);
  const contact = { name: 'Ops', email: 'ops@centre.example' };
  const integration = { name: 'Odigo', timeZone: 'UTC', contact, breakDetail: null, feedGapSeconds: 60 };
  await ask('PUT', '/integrations/odigo', integration);
  await installation.notify(hook, [{ agentId: 'pia', occurredAt: at(monday, 3) }]);
  await installation.settled(token);
  await installation.notify(hook, [tell('pia', monday, 12, { eventType: 'LOGOUT' })]);
  await ask('POST', '/rejected/replay', { stage: 'ingress' });
  await ask('POST', '/people/tom/erasure');
  await installation.settled(token);
  while (!(await ask('GET', '/erasures')).includes('"done"'));
  // No look-up runs here.
  const found = [gone, 'odigo', 'pia', Date.parse(at(monday, 9)), Date.now()];
  await db.insertRows(
    'break_details',
    ['tenant', 'integration', 'external_user', 'occurred_at', 'found_at'],
    [found],
  );
  const before = await answers();
  const remove = (...words: string[]) =>
    installation.command('services/console/src/delete-tenant.ts', gone, ...words);
  const counted = await remove();
  expect(counted.code).toBe(0);
  for (const [table, rows] of Object.entries(await rowsOfTenant(db, gone))) {
    expect(rows, table).toBeGreaterThan(0);
    expect(counted.text, table).toMatch(new RegExp(`${table}: [1-9]`));
  }
  expect(counted.text).toContain('Nothing was deleted.');

  await installation.notify(hook, [tell('pia', last, 12)]);
  await installation.services.adherence!.stop();
  const interrupted = await remove('--name', gone, '--wait-seconds', '1');
  expect(interrupted).toMatchObject({ code: 1, text: expect.stringContaining('This is left.') });
  await expect(installation.notify(hook, [tell('pia', last, 12)])).rejects.toThrow('404');
  await expect(ask('GET', '/people')).rejects.toThrow('401');
  await installation.startService('adherence');
  expect(await remove('--name', gone)).toMatchObject({
    code: 0,
    text: expect.stringContaining('acme: deleted'),
  });
  expect(await settled()).toMatchObject({ accepted: sent, gaps: 0 });
  expect(await rowsOfTenant(db, gone)).toEqual(nothing);
  expect(await answers()).toEqual(before);
});

test('the topic of notifications is taken again from its oldest record: no number changes', async () => {
  const before = numbersOf(await answers());
  const { accepted } = await settled();
  await installation.services.enrichment!.stop();
  await setBack(consumerGroups.enrichment, topics.notifications.name);
  const [toTake, taken] = [await left(topics.notifications.name), await left(topics.activityEvents.name)];
  const pipeline = JSON.parse(await call('GET', '/pipeline')) as Pipeline;
  expect(pipeline.pending).toBe(toTake);
  await installation.startService('enrichment');
  expect(await settled()).toMatchObject({ accepted, gaps: 0 });
  expect((await left(topics.activityEvents.name)) - taken).toBeGreaterThanOrEqual(toTake);
  expect(numbersOf(await answers())).toEqual(before);
  // Nor does a tenant come back that was deleted.
  expect(await rowsOfTenant(installation.stack.db, gone)).toEqual(nothing);
});

/** Scheduled and kept, by day. */
async function hoursOfBob(): Promise<number[][]> {
  const answer = await call('GET', `/adherence?${range}&granularity=day&personId=bob`);
  const { items } = JSON.parse(answer) as { items: { scheduledMs: number; inMs: number }[] };
  return items.map(({ scheduledMs, inMs }) => [scheduledMs / 3_600_000, inMs / 3_600_000]);
}

/** What differs in a closed period is recorded anew with what was taken again as a cause; the numbers stay. */
const numbersOf = (of: Record<string, string>) => ({
  ...of,
  [differences]: of[differences]!.replace(/"recordedAt":"[^"]+","causes":\[[^\]]*\]/g, ''),
});

/** To the oldest record that is there; the group has no member. */
async function setBack(groupId: string, topic: string): Promise<void> {
  const brokers = [installation.stack.environment.KAFKA_BROKERS!];
  const admin = createKafka({ brokers, clientId: 'test' }, silentLog).admin();
  await admin.connect();
  await admin.resetOffsets({ groupId, topic, earliest: true });
  await admin.disconnect();
}

/** How many records of a topic are there. */
async function left(topic: string): Promise<number> {
  const { broker } = installation.stack;
  const sum = (offsets: readonly PartitionOffset[]) => offsets.reduce((all, { offset }) => all + offset, 0);
  return sum(await broker.endOffsets(topic)) - sum(await broker.startOffsets(topic));
}

/** As if records had grown older than the topic keeps them; answers the offsets of the oldest that are left. */
async function expireSome(): Promise<readonly PartitionOffset[]> {
  const { broker, environment } = installation.stack;
  const { name } = topics.notifications;
  const brokers = [environment.KAFKA_BROKERS!];
  const writer = await openExactWriter({ brokers, clientId: 'test' }, silentLog);
  const ends = await broker.endOffsets(name);
  await writer.deleteBefore(
    name,
    ends.map(({ partition, offset }) => ({ partition, offset: Math.floor(offset / 2) })),
  );
  await writer.close();
  return broker.startOffsets(name);
}

/** One bit of one file. */
async function damage(backup: string): Promise<{ readonly file: string; repair(): Promise<void> }> {
  const { tables } = JSON.parse(await readFile(join(backup, 'manifest.json'), 'utf8'));
  const [{ file }] = Object.values(tables.facts.chunks) as [{ file: string }];
  const path = join(backup, file);
  const whole = await readFile(path);
  const damaged = Buffer.from(whole);
  damaged[damaged.length - 9]! ^= 1;
  await writeFile(path, damaged);
  return { file, repair: () => writeFile(path, whole) };
}
