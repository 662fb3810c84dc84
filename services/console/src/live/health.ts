/**
 * What the services tell of themselves on the compacted topic `health`: the last value under each key, which is
 * `kind|identity`. Kinds that this console does not know are kept and not read.
 */
import type { Instant } from '@adherence/domain/model.ts';
import type { Batch, Broker } from '@adherence/runtime/broker/broker.ts';
import { topics } from '@adherence/schemas/topics.ts';

export interface HealthView {
  /** `urlToken|tenant|token` */
  readonly urlTokenLastUsedAt: (tenantId: string, tokenId: string) => Instant | null;
  /** `breakDetail|tenant|integration`: state of the break web service as enrichment sees it. */
  readonly breakDetailOf: (tenantId: string, integrationId: string) => unknown;
  readonly close: () => Promise<void>;
}

export async function followHealth(broker: Broker): Promise<HealthView> {
  const values = new Map<string, unknown>();
  const tail = await broker.tail({ topic: topics.health.name, from: 'beginning' }, (batch) => {
    takeHealth(values, batch);
  });
  return { ...viewOf(values), close: () => tail.close() };
}

export function takeHealth(values: Map<string, unknown>, { messages }: Batch): void {
  for (const { key, value } of messages) {
    if (key === null) continue;
    if (value === null) values.delete(key);
    else values.set(key, parse(value));
  }
}

const viewOf = (values: ReadonlyMap<string, unknown>) => ({
  urlTokenLastUsedAt: (tenantId: string, tokenId: string): Instant | null => {
    const value = values.get(`urlToken|${tenantId}|${tokenId}`) as { lastUsedAt?: unknown } | undefined;
    return typeof value?.lastUsedAt === 'number' ? value.lastUsedAt : null;
  },
  breakDetailOf: (tenantId: string, integrationId: string): unknown =>
    values.get(`breakDetail|${tenantId}|${integrationId}`) ?? null,
});

/** A record that is not JSON tells nothing; health is a courtesy, and no reason to stop. */
function parse(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
