/** What a sender and an operator see of the spool, over HTTP. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationalError } from '@adherence/runtime/errors.ts';
import { createMetrics } from '@adherence/runtime/metrics.ts';
import type { RawNotification } from '@adherence/schemas/records.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeWorlds, newWorld, recordsOf, startIngress, urlToken } from '../ingress.testing.ts';
import { spoolAskedKey } from './spool-word.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adherence-spool-'));
});
afterEach(async () => {
  await closeWorlds();
  await rm(folder, { recursive: true, force: true });
});

const item = (agentId: string, n: number) => JSON.stringify({ agentId, status: 'READY', id: n });
type World = Awaited<ReturnType<typeof startIngress>>;

const statuses = async (world: World, ...bodies: string[]) => {
  const found: number[] = [];
  for (const body of bodies) found.push((await world.post(body)).status);
  return found;
};
const storedOf = (world: World, agentId: string) =>
  recordsOf<RawNotification>(world.broker, topics.notifications.name)
    .filter(({ externalUserId }) => externalUserId === agentId)
    .map(({ body }) => (JSON.parse(body.toString()) as { id: number }).id);
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

describe('an ingress whose spool cannot be used at its start', () => {
  it.each([
    ['the folder cannot be made', async () => writeFile(join(folder, 'spool'), 'a file')],
    ['the folder cannot be locked', async () => mkdir(join(folder, 'spool', 'lock'), { recursive: true })],
    ['the folder cannot be read', async () => mkdir(join(folder, 'spool', 'id'), { recursive: true })],
  ])('relies on Kafka alone, and says so, when %s', async (_name, breakDisk) => {
    await breakDisk();
    const metrics = createMetrics('ingress');
    const world = await newWorld({ SPOOL_DIR: join(folder, 'spool') }, { metrics });
    expect(await statuses(world, item('anna', 1))).toEqual([200]);
    const ready = () => fetch(`http://127.0.0.1:${world.port}/readyz`);
    expect([(await ready()).status, await (await ready()).text()]).toEqual([
      200,
      'ready, without the spool: its disk cannot be used\n',
    ]);
    expect(await metrics.text()).toMatch(/^adherence_spool_unusable.* 1$/m);
    world.outage.away = true;
    expect(await statuses(world, item('anna', 2))).toEqual([503]);
    expect(storedOf(world, 'anna')).toEqual([1]);
  });
});

describe('an ingress with a spool', () => {
  it('answers 200 while the broker is away and sends everything in order when it is back', async () => {
    const world = await newWorld({ SPOOL_DIR: folder });
    expect(await statuses(world, item('anna', 1))).toEqual([200]);
    world.outage.away = true;
    expect(await statuses(world, item('anna', 2), item('anna', 3), '{"agentId":"bert"}')).toEqual([
      200, 200, 200,
    ]);
    expect(storedOf(world, 'anna')).toEqual([1]);
    world.outage.away = false;
    expect(await statuses(world, item('anna', 4))).toEqual([200]);
    await until(() => storedOf(world, 'anna').length === 4 && world.rejected().length === 1);
    expect(storedOf(world, 'anna')).toEqual([1, 2, 3, 4]);
    expect(await statuses(world, item('anna', 5))).toEqual([200]);
    expect(storedOf(world, 'anna')).toEqual([1, 2, 3, 4, 5]);
    await until(async () => !(await readdir(folder)).some((name) => name.endsWith('.spool')));
  });

  it('keeps what it answered over its own end, and sends it before what comes after', async () => {
    const before = await newWorld({ SPOOL_DIR: folder });
    before.outage.away = true;
    expect(await statuses(before, item('anna', 1), item('anna', 2))).toEqual([200, 200]);
    await before.stop();
    const after = await startIngress(before.broker, { SPOOL_DIR: folder });
    await statuses(after, item('anna', 3));
    await until(() => storedOf(after, 'anna').length === 3);
    expect(storedOf(after, 'anna')).toEqual([1, 2, 3]);
  });

  it('turns to the spool when the broker hangs, and at once while something is spooled', async () => {
    const world = await newWorld({ SPOOL_DIR: folder, SPOOL_AFTER_MS: '400' });
    const answered = Promise.withResolvers<void>();
    world.outage.hangs = answered.promise;
    const startedAt = performance.now();
    expect(await statuses(world, item('anna', 1))).toEqual([200]);
    const first = performance.now();
    expect(first - startedAt).toBeGreaterThanOrEqual(390);
    expect(await statuses(world, item('anna', 2), item('anna', 3))).toEqual([200, 200]);
    expect(storedOf(world, 'anna')).toEqual([]);
    answered.resolve();
    // The first one got there after all, and again from the spool.
    await until(() => storedOf(world, 'anna').length === 4);
    expect(storedOf(world, 'anna')).toEqual([1, 1, 2, 3]);
  });

  it('is ready while the spool takes what comes, and not once it is full', async () => {
    const metrics = createMetrics('ingress');
    const env = { SPOOL_DIR: folder, SPOOL_MAX_BYTES: String(1024 * 1024) };
    const world = await newWorld(env, { metrics });
    world.outage.away = true;
    expect(await world.ingress.missing()).toEqual([]);
    const big = `[${item('anna', 1)}${' '.repeat(10)},{"agentId":"a","x":"${'y'.repeat(400_000)}"}]`;
    const answers: Response[] = [];
    for (let i = 0; i < 4; i++) answers.push(await world.post(big));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 503, 503]);
    expect(answers.at(-1)?.headers.get('retry-after')).toBe('2');
    expect(await metrics.text()).toMatch(/^adherence_spool_refused_total\{.*reason="full".*\} 2$/m);
    expect(storedOf(world, 'anna')).toEqual([]);
    world.outage.away = false;
    await until(() => storedOf(world, 'anna').length === 2);
    expect(await statuses(world, big)).toEqual([200]);
    expect(storedOf(world, 'anna')).toHaveLength(3);
  });

  it('is not ready without broker and without spool', async () => {
    const world = await newWorld();
    world.outage.away = true;
    expect(await world.ingress.missing()).toEqual(['broker']);
  });

  it('never answers 2xx for what is on no disk: a volume that goes away', async () => {
    const world = await newWorld({ SPOOL_DIR: folder });
    world.outage.away = true;
    await rm(folder, { recursive: true, force: true });
    await writeFile(folder, 'a file where the folder was');
    expect(await statuses(world, item('anna', 1), item('anna', 2))).toEqual([503, 503]);
    world.outage.away = false;
    expect(await statuses(world, item('anna', 3))).toEqual([200]);
    expect(storedOf(world, 'anna')).toEqual([3]);
  });

  it('starts while the broker is away, on what it knew, and learns the rest when it is back', async () => {
    const before = await newWorld({ SPOOL_DIR: folder });
    before.outage.away = true;
    expect(await statuses(before, item('anna', 1))).toEqual([200]);
    await before.stop();
    const world = await startIngress(before.broker, { SPOOL_DIR: folder }, { late: true });
    expect(await world.ingress.missing()).toEqual([]);
    expect(await statuses(world, item('anna', 2), '{}')).toEqual([200, 200]);
    const newToken = { path: '/hooks/odigo/made-meanwhile' };
    await before.configure(urlToken('k2', 'made-meanwhile', 'odigo'));
    expect((await world.post(item('anna', 3), newToken)).status).toBe(503);
    world.outage.away = false;
    await until(() => storedOf(world, 'anna').length === 2);
    expect(storedOf(world, 'anna')).toEqual([1, 2]);
    await until(async () => (await world.post(item('anna', 3), newToken)).status === 200);
    expect((await world.post(item('anna', 4), { path: '/hooks/odigo/never-made' })).status).toBe(404);
  });

  it('that said goodbye needs the broker to start, since nobody would ask it what it holds', async () => {
    const before = await newWorld({ SPOOL_DIR: folder });
    await before.stop();
    await expect(startIngress(before.broker, { SPOOL_DIR: folder }, { late: true })).rejects.toThrow(
      OperationalError,
    );
  });

  it('that could not say goodbye starts without the broker again', async () => {
    const before = await newWorld({ SPOOL_DIR: folder });
    before.outage.away = true;
    await before.stop();
    const world = await startIngress(before.broker, { SPOOL_DIR: folder }, { late: true });
    expect(await statuses(world, item('anna', 1))).toEqual([200]);
  });

  it('does not share its folder', async () => {
    const world = await newWorld({ SPOOL_DIR: folder });
    await expect(startIngress(world.broker, { SPOOL_DIR: folder })).rejects.toThrow(/another process/);
  });

  it('says on the topic health what it holds, to whoever asks', async () => {
    const world = await newWorld({ SPOOL_DIR: folder });
    const words = () =>
      world.broker
        .records(topics.health.name)
        .filter(({ key }) => key?.startsWith('spool|'))
        .map(({ value }) => (value === null ? null : JSON.parse(value.toString())));
    expect(words()).toMatchObject([{ messages: 0 }]);
    world.outage.away = true;
    await statuses(world, item('anna', 1), `[${item('bert', 1)},{}]`);
    const asker = await world.broker.producer();
    const ask = async () => {
      const [{ offset: end } = { offset: 0 }] = await world.broker.endOffsets(topics.health.name);
      const value = Buffer.from('{}');
      await asker.send([{ topic: topics.health.name, partition: 0, key: spoolAskedKey, value }]);
      return end + 1;
    };
    await ask(); // Nobody hears the answer.
    world.outage.away = false;
    const seen = await ask();
    await until(() => words().some((word) => word.seen >= seen));
    await until(() => storedOf(world, 'anna').length === 1 && world.rejected().length === 1);
    const last = await ask();
    await until(() => words().some((word) => word.seen >= last));
    expect(words().at(-1)).toMatchObject({ messages: 0, notifications: {} });
    await world.stop();
    expect(words().at(-1)).toBeNull();
  });

  it('leaves word of what it leaves behind', async () => {
    const world = await newWorld({ SPOOL_DIR: folder });
    world.outage.away = true;
    await statuses(world, item('anna', 1));
    await world.stop();
    const again = await startIngress(world.broker, { SPOOL_DIR: folder });
    const first = world.broker.records(topics.health.name).filter(({ key }) => key?.startsWith('spool|'));
    expect(JSON.parse(first.at(-1)!.value!.toString())).toMatchObject({
      messages: 1,
      notifications: { t1: 1 },
    });
    await until(() => storedOf(again, 'anna').length === 1);
  });
});
