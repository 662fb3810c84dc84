import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { createMemoryBroker, type MemoryBroker } from '@adherence/runtime/broker/memory-broker.ts';
import { OperationalError } from '@adherence/runtime/errors.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { afterEach, expect, it } from 'vitest';
import { type Call, startTestConsole, type TestConsole } from '../console.testing.ts';

const open: TestConsole[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

/** A console whose next writes of configuration can be given up by their sender, and land when the test says so. */
async function consoleWithLateWrites() {
  const broker = createMemoryBroker();
  const late: (() => Promise<void>)[] = [];
  let delays = false;
  const slow: MemoryBroker = {
    ...broker,
    async producer() {
      const producer = await broker.producer();
      const send = async (messages: readonly OutMessage[]) => {
        if (!delays || messages[0]?.topic !== topics.configuration.name) return producer.send(messages);
        late.push(() => producer.send(messages));
        throw new OperationalError('TIMEOUT', 'the send was given up');
      };
      return { ...producer, send };
    },
  };
  const testConsole = await startTestConsole({ broker: slow, database: { query: async () => [] } });
  open.push(testConsole);
  return {
    call: (await testConsole.tenant('t1')) as Call,
    delay: (on: boolean) => {
      delays = on;
    },
    land: async () => {
      for (const send of late.splice(0)) await send();
    },
  };
}

it.each([
  ['a document', '/activities/calls', { name: 'Old', type: 'Presence' }, { name: 'New', type: 'Presence' }],
  ['settings', '/settings', { targetScore: 0.5 }, { targetScore: 0.8 }],
  [
    'matches',
    '/matches',
    { rules: [{ actual: 'offline', scheduled: 'type:Break' }] },
    { rules: [{ actual: 'offline', scheduled: 'type:Presence' }] },
  ],
])(
  'an unconditional write of %s that lands after a later one changes nothing',
  async (_, path, old, fresh) => {
    const { call, delay, land } = await consoleWithLateWrites();
    delay(true);
    expect((await call('PUT', path, old)).status).toBe(503);
    delay(false);
    expect((await call('PUT', path, fresh)).status).toBeLessThan(300);
    const before = await call('GET', path);
    await land();
    await call('PUT', '/activities/other', { name: 'Folded after it', type: 'Presence' });
    expect((await call('GET', path)).body).toEqual(before.body);
    expect(before.body).toMatchObject(fresh);
  },
);

it('nor does an import of people, or the deletion of a mapping', async () => {
  const { call, delay, land } = await consoleWithLateWrites();
  await call('PUT', '/activities/calls', { name: 'Calls', type: 'Presence' });
  const integration = { name: 'O', timeZone: 'UTC', contact: { name: 'O', email: 'o@centre.example' } };
  await call('PUT', '/integrations/o', { ...integration, breakDetail: null, feedGapSeconds: null });
  const mapping = { status: 'TALKING', activityId: 'present' };
  await call('POST', '/integrations/o/status-mappings', mapping);
  delay(true);
  const old = [{ personId: 'ada', name: 'Old' }];
  expect((await call('POST', '/people/import', old)).status).toBe(503);
  expect((await call('DELETE', '/integrations/o/status-mappings?status=TALKING')).status).toBe(503);
  delay(false);
  await call('PUT', '/people/ada', { name: 'New' });
  await call('POST', '/integrations/o/status-mappings', { ...mapping, activityId: 'calls' });
  await land();
  await call('PUT', '/activities/other', { name: 'Folded after it', type: 'Presence' });
  expect((await call('GET', '/people/ada')).body.name).toBe('New');
  const { items } = (await call('GET', '/integrations/o/status-mappings')).body;
  expect(items.map(({ activityId }: { activityId: string }) => activityId)).toContain('calls');
});

it('unconditional writes at once are all taken, one after the other', async () => {
  const { call } = await consoleWithLateWrites();
  const names = Array.from({ length: 8 }, (_, i) => `Name ${i}`);
  const answers = await Promise.all(
    names.map((name) => call('PUT', '/activities/calls', { name, type: 'Presence' })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 201]);
  const { items } = (await call('GET', '/changes')).body;
  const written = items
    .filter((change: { id: string }) => change.id === 'calls')
    .map((change: { after: { name: string } }) => change.after.name);
  expect(written.sort()).toEqual(names);
});

it('imports of the same people at once are both taken', async () => {
  const { call } = await consoleWithLateWrites();
  const lines = (name: string) => [
    { personId: 'ada', name },
    { personId: 'bob', name },
  ];
  const answers = await Promise.all(['A', 'B'].map((name) => call('POST', '/people/import', lines(name))));
  expect(answers.map(({ body }) => body)).toEqual(Array(2).fill({ accepted: 2, rejected: [] }));
});
