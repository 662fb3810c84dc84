import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { createManualClock } from '@adherence/runtime/manual-clock.ts';
import { describe, expect, it } from 'vitest';
import { createIntegrationHealth } from './integration-health.ts';

const owner = { tenantId: 't', integrationId: 'i', tokenId: 'k1' };

describe('createIntegrationHealth', () => {
  it('publishes absolute values, once per interval and integration', async () => {
    const { health, clock, published } = newHealth();
    health.note(owner, 100, 3, 0);
    health.note({ ...owner, tokenId: 'k2' }, 200, 1, 2);
    expect(published).toHaveLength(0);
    await clock.advance(3_000);
    expect(published.map(({ key }) => key)).toEqual(['integration|t|i', 'urlToken|t|k1', 'urlToken|t|k2']);
    expect(readValue(published[0]!)).toMatchObject({
      lastReceivedAt: 200,
      tokenId: 'k2',
      acceptedSinceStart: 4,
      rejectedSinceStart: 2,
    });
    expect(published.slice(1).map((message) => readValue(message).lastUsedAt)).toEqual([100, 200]);
    await clock.advance(10_000);
    expect(published).toHaveLength(3);
    health.note(owner, 300, 1, 0);
    await clock.advance(3_000);
    expect(readValue(published[3]!)).toMatchObject({ lastReceivedAt: 300, acceptedSinceStart: 5 });
  });

  it('says it again when publishing failed and nothing comes any more', async () => {
    const { health, clock, published, failures } = newHealth();
    failures.push(new Error('away'), new Error('still away'));
    health.note(owner, 100, 1, 0);
    await clock.advance(9_000);
    expect(readValue(published[0]!)).toMatchObject({ lastReceivedAt: 100, acceptedSinceStart: 1 });
    expect(clock.pending()).toBe(0);
  });

  it('says it all the next time when publishing failed', async () => {
    const { health, clock, published, failures } = newHealth();
    failures.push(new Error('away'));
    health.note(owner, 100, 1, 0);
    await clock.advance(3_000);
    expect(published).toHaveLength(0);
    health.note(owner, 200, 1, 0);
    await clock.advance(3_000);
    expect(readValue(published[0]!)).toMatchObject({ acceptedSinceStart: 2 });
  });
});

function newHealth() {
  const published: OutMessage[] = [];
  const failures: Error[] = [];
  const clock = createManualClock();
  const publish = async (messages: readonly OutMessage[]) => {
    const failure = failures.shift();
    if (failure) throw failure;
    published.push(...messages);
  };
  const health = createIntegrationHealth({ publish, clock, intervalMs: 3_000, log: silentLog });
  return { health, clock, published, failures };
}

const readValue = ({ value }: OutMessage) => JSON.parse(value!.toString());
