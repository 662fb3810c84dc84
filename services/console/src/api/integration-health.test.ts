import { topics } from '@adherence/schemas/topics.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { integrationBody, startTestConsole, type TestConsole } from '../console.testing.ts';

const patience = { timeout: 20_000 };

describe('the state of the break web service', () => {
  let console: TestConsole;
  let call: Awaited<ReturnType<TestConsole['tenant']>>;
  let number = 0;

  beforeAll(async () => {
    console = await startTestConsole({ database: { query: async () => [] } });
    call = await console.tenant('acme');
  });
  afterAll(() => console.stop());

  /** What enrichment tells of an integration. */
  const tell = (integrationId: string, value: object) =>
    tellUnder(`breakDetail|acme|${integrationId}|one`, value);
  async function tellUnder(key: string, value: object): Promise<void> {
    const producer = await console.broker.producer();
    await producer.send([
      { topic: topics.health.name, partition: 0, key, value: Buffer.from(JSON.stringify(value)) },
    ]);
    await producer.close();
  }
  async function newIntegration(): Promise<string> {
    const id = `odigo-${number++}`;
    const breakDetail = { url: 'https://odigo.example/ws', username: 'the-user', password: 'the-password' };
    await call('PUT', `/integrations/${id}`, { ...integrationBody(id), breakDetail });
    return id;
  }
  const stateOf = async (id: string) => (await call('GET', `/integrations/${id}/health`)).body.breakDetail;
  const refused = (at: number) => ({
    state: 'paused',
    lastAnswerAt: null,
    retryAt: at + 15_000,
    fault: { kind: 'password', status: 401, at },
  });

  it('is what enrichment tells, with a sentence for people', async () => {
    const id = await newIntegration();
    expect(await stateOf(id)).toEqual({ configured: true, state: null });
    const at = Date.now() + 1_000;
    await tell(id, refused(at));
    await vi.waitFor(async () => expect((await stateOf(id)).state).not.toBeNull(), patience);
    const { state } = await stateOf(id);
    expect(state).toEqual({
      state: 'paused',
      lastAnswerAt: null,
      retryAt: new Date(at + 15_000).toISOString(),
      fault: {
        kind: 'password',
        message: 'The web service refuses the user name or the password (HTTP 401).',
        at: new Date(at).toISOString(),
      },
    });
  });

  it('is unknown once its address or password may have changed', async () => {
    const id = await newIntegration();
    await tell(id, refused(Date.now() - 60_000));
    const other = await newIntegration();
    await tell(other, { state: 'ok', lastAnswerAt: Date.now() + 1_000, retryAt: null, fault: null });
    await vi.waitFor(
      async () => expect((await stateOf(other)).state).toMatchObject({ state: 'ok', fault: null }),
      patience,
    );
    expect(await stateOf(id)).toEqual({ configured: true, state: null });
  });

  it('is none for an integration that imports no break details', async () => {
    await call('PUT', '/integrations/bare', integrationBody('Bare'));
    expect(await stateOf('bare')).toEqual({ configured: false, state: null });
  });

  it('has beside it when each URL token was last used', async () => {
    const id = await newIntegration();
    const used = (await call('POST', `/integrations/${id}/url-tokens`)).body.id;
    const unused = (await call('POST', `/integrations/${id}/url-tokens`)).body.id;
    const lastUsedAt = Date.parse('2026-11-18T10:00:00Z');
    await tellUnder(`urlToken|acme|${used}`, {
      tenantId: 'acme',
      integrationId: id,
      tokenId: used,
      lastUsedAt,
    });
    const tokens = async () => (await call('GET', `/integrations/${id}/url-tokens`)).body.items;
    const expected = expect.arrayContaining([
      expect.objectContaining({ id: used, lastUsedAt: '2026-11-18T10:00:00.000Z' }),
      expect.objectContaining({ id: unused, lastUsedAt: null }),
    ]);
    await vi.waitFor(async () => expect(await tokens()).toEqual(expected), patience);
    expect((await call('GET', `/integrations/${id}/health`)).body.urlTokens).toEqual(expected);
  });
});
