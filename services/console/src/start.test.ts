import { createMemoryBroker } from '@adherence/runtime/broker/memory-broker.ts';
import { systemClock } from '@adherence/runtime/clock.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { createLog } from '@adherence/runtime/log.ts';
import { createMetrics } from '@adherence/runtime/metrics.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { describe, expect, it } from 'vitest';
import { noDatabase, operatorToken, testConfig } from './console.testing.ts';
import { start } from './start.ts';

describe('the console on a port', () => {
  it('answers over HTTP, tells of each request without secrets, and stops with streams open', async () => {
    const lines: string[] = [];
    const broker = createMemoryBroker();
    await broker.ensureTopics(Object.values(topics));
    const metrics = createMetrics('console', '1', false);
    const running = await start(testConfig, {
      broker,
      codec: createLocalCodec(),
      db: noDatabase,
      clock: systemClock,
      log: createLog({ service: 'console', destination: { write: (line) => void lines.push(line) } }),
      metrics,
      pages: '/nowhere',
    });
    const base = `http://127.0.0.1:${running.port}/api/v1`;
    const created = await fetch(`${base}/tenants`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: 't1', name: 'T', timeZone: 'UTC' }),
    });
    const { token } = (await created.json()) as { token: string };
    const authorization = `Bearer ${token}`;
    const head = await fetch(`${base}/activities`, { method: 'HEAD', headers: { authorization } });
    expect([head.status, await head.text()]).toEqual([200, '']);
    await fetch(`${base}/integrations/secret-place/health`, { headers: { authorization } });
    const stream = await fetch(`${base}/live/events`, { headers: { authorization } });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const text = stream.text();
    await running.stop();
    expect(await text).toContain('event: snapshot');

    const log = lines.join('');
    expect(log).toContain('"route":"/integrations/{id}/health","status":404');
    for (const secret of [token, operatorToken, 'secret-place']) expect(log).not.toContain(secret);
    expect(await metrics.text()).toMatch(/adherence_api_request_seconds_count\{.*route="\/tenants".*\} 1/);
    await broker.close();
  });
});
