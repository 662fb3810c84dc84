import { createMemoryBroker } from '@adherence/runtime/broker/memory-broker.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { integrationBody, startTestConsole, type TestConsole } from '../console.testing.ts';
import type { FirstFactRow } from '../queries/first-fact.ts';

const partition = 3;
const fact: FirstFactRow = {
  external_user: 'anna@centre.example',
  event_type: 'STATUS',
  status: 'TALKING',
  break_type: null,
  occurred_at: 1_000,
  received_at: 2_000,
  flags: ['time-missing'],
  source_partition: partition,
  source_offset: 1,
};
const path = '/integrations/odigo/first-notification';

let console: TestConsole;
afterEach(() => console.stop());

/** A console whose log of notifications has `bodies` of a tenant, and whose database knows of one fact, or of none. */
async function consoleWith(rows: readonly FirstFactRow[], owner: string, bodies: readonly string[]) {
  const broker = createMemoryBroker();
  await broker.ensureTopics(Object.values(topics));
  const codec = createLocalCodec();
  const producer = await broker.producer();
  await producer.send(
    bodies.map((body, itemIndex) => ({
      topic: topics.notifications.name,
      partition,
      key: null,
      value: codec.encode('RawNotification', {
        tenantId: owner,
        integrationId: 'odigo',
        externalUserId: 'anna@centre.example',
        receivedAt: 2_000,
        requestId: 'r',
        itemIndex,
        format: 'json' as const,
        body: Buffer.from(body),
      }),
    })),
  );
  const database = { query: async <T>(): Promise<T[]> => rows as unknown as T[] };
  console = await startTestConsole({ broker, database });
  const call = await console.tenant('acme');
  await call('PUT', '/integrations/odigo', integrationBody('Odigo'));
  return call;
}

describe('the first notification of an integration', () => {
  it('is shown as it came and as it was read', async () => {
    const call = await consoleWith([fact], 'acme', ['{"n":0}', '{"login":"anna@centre.example"}', '{"n":2}']);
    const { status, body } = await call('GET', path);
    expect(status).toBe(200);
    expect(body).toEqual({
      receivedAt: '1970-01-01T00:00:02.000Z',
      externalUserId: 'anna@centre.example',
      eventType: 'STATUS',
      status: 'TALKING',
      breakType: null,
      occurredAt: '1970-01-01T00:00:01.000Z',
      flags: ['time-missing'],
      payload: '{"login":"anna@centre.example"}',
    });
  });

  it('is not there before there is one', async () => {
    const call = await consoleWith([], 'acme', []);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('GET', '/integrations/other/first-notification')).status).toBe(404);
  });

  it('never shows what lies there of somebody else', async () => {
    const call = await consoleWith([fact], 'somebody-else', ['{}', '{"secret":true}']);
    expect((await call('GET', path)).body).toMatchObject({ status: 'TALKING', payload: null });
  });

  it('is for administrators alone', async () => {
    const call = await consoleWith([fact], 'acme', ['{}', '{}']);
    const { body } = await call('POST', '/tokens', { name: 'p', role: 'planner' });
    expect((await console.as(body.token)('GET', path)).status).toBe(403);
  });
});
