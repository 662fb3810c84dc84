/**
 * The broker is killed, notifications are answered from the spool, the ingress is killed too and goes on without the
 * broker, then that comes back: every notification is stored, once, and `GET /pipeline` never said that nothing is pending before that was true.
 */
import { dirname, join } from 'node:path';
import { startKafka } from '@adherence/stack/kafka.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalStack, operatorToken, type Service, startStack } from './bench/local-stack.ts';

let stack: LocalStack;
let pages: Service;
let restarted: Awaited<ReturnType<typeof startKafka>> | null = null;

beforeAll(async () => {
  stack = await startStack({ clickhouse: true, registry: 'stub' });
  const [console] = await Promise.all(
    ['console', 'enrichment', 'adherence'].map((name) => stack.service(name)),
  );
  pages = console!;
});
afterAll(async () => {
  await stack?.stop();
  await restarted?.stop();
});

test('what was answered from the spool is stored once, over kills of the broker and of the ingress', async () => {
  const { token, path } = await createTenant();
  const spool = { SPOOL_DIR: join(dirname(dirname(stack.kafka.logFile)), 'spool') };
  const ingress = await stack.service('ingress', spool);
  let sent = 0;
  /** Status and milliseconds of a request that tells of ten agents. */
  const post = async (url: string) => {
    const items = Array.from({ length: 10 }, () => {
      sent += 1;
      return {
        agentId: `agent-${sent % 7}`,
        status: 'READY',
        eventId: sent,
        occurredAt: 1_767_600_000 + sent,
      };
    });
    const startedAt = performance.now();
    const { status } = await fetch(url + path, { method: 'POST', body: JSON.stringify(items) });
    return { status, inTime: performance.now() - startedAt < 2_000 };
  };
  const good = { status: 200, inTime: true };

  for (let i = 0; i < 10; i++) expect(await post(ingress.url)).toEqual(good);
  stack.kafka.kill();
  await stack.kafka.exited;
  for (let i = 0; i < 20; i++) expect(await post(ingress.url)).toEqual(good);
  expect((await fetch(`${ingress.url}/readyz`)).status).toBe(200);
  ingress.kill();
  await ingress.exited;

  const again = await stack.service('ingress', spool);
  for (let i = 0; i < 10; i++) expect(await post(again.url)).toEqual(good);
  restarted = await startKafka({ dataDir: dirname(stack.kafka.logFile), port: stack.kafka.port });
  const settledOnce = settled(token, sent);
  for (let i = 0; i < 5; i++) expect(await post(again.url)).toEqual(good);
  await settledOnce;

  // Killed once more, now that the broker is there.
  again.kill();
  await again.exited;
  const third = await stack.service('ingress', spool);
  for (let i = 0; i < 5; i++) expect(await post(third.url)).toEqual(good);

  const { accepted, stored, quarantined, spooled, duplicates } = await settled(token, sent);
  expect({ stored, quarantined, spooled }).toEqual({ stored: sent, quarantined: 0, spooled: 0 });
  expect(accepted).toBe(stored + duplicates);
});

interface Pipeline {
  readonly accepted: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly pending: number;
  readonly spooled: number;
  readonly recomputationsPending: number;
  readonly duplicates: number;
}

/** Asks until nothing is pending; what was sent before has to be stored then. */
async function settled(token: string, sentBefore: number): Promise<Pipeline> {
  for (;;) {
    const answer = await call(token, 'GET', '/pipeline');
    const pipeline = answer.ok ? ((await answer.json()) as Pipeline) : null;
    if (pipeline?.pending === 0 && pipeline.recomputationsPending === 0) {
      expect(pipeline.stored).toBeGreaterThanOrEqual(sentBefore);
      return pipeline;
    }
  }
}

const call = (token: string, method: string, path: string, body?: object): Promise<Response> =>
  fetch(`${pages.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

async function createTenant(): Promise<{ token: string; path: string }> {
  const tenant = await call(operatorToken, 'POST', '/tenants', { id: 't', name: 'T', timeZone: 'UTC' });
  const { token } = (await tenant.json()) as { token: string };
  await call(token, 'PUT', '/integrations/odigo', {
    name: 'Odigo',
    timeZone: 'UTC',
    contact: { name: 'Ops', email: 'ops@centre.example' },
    breakDetail: null,
    feedGapSeconds: null,
  });
  const made = await call(token, 'POST', '/integrations/odigo/url-tokens', {});
  const { token: urlToken } = (await made.json()) as { token: string };
  return { token, path: `/hooks/odigo/${urlToken}` };
}
