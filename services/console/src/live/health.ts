/**
 * What the services tell of themselves on the compacted topic `health`: the last value under each key, which is
 * `kind|identity`. Kinds that this console does not know are kept and not read.
 */
import type { Instant } from '@adherence/domain/model.ts';
import type { Batch, Broker } from '@adherence/runtime/broker/broker.ts';
import { partitionOf, personKey, streamPartitions, topics } from '@adherence/schemas/topics.ts';
import { type BreakServiceTold, worstOf } from './break-health.ts';

export interface HealthView {
  /** `results|partition`: to which instants these people are computed; nulls when an owner has not told yet. */
  readonly freshnessOf: (tenantId: string, personIds: Iterable<string>) => Freshness;
  /** The same for everybody. */
  readonly freshness: () => Freshness;
  /** `urlToken|tenant|token` */
  readonly urlTokenLastUsedAt: (tenantId: string, tokenId: string) => Instant | null;
  /** `integration|tenant|integration`: last notification that the ingress took. */
  readonly lastReceivedAt: (tenantId: string, integrationId: string) => Instant | null;
  /** `breakDetail|tenant|integration|instance`: the break web service as the instances of enrichment see it. */
  readonly breakDetailOf: (tenantId: string, integrationId: string) => BreakServiceTold | null;
  /** `retention`: for how many days adherence keeps results at most; null until it has told. */
  readonly retentionDays: () => number | null;
  /** Under which keys anything is told of a tenant. */
  readonly keysOf: (tenantId: string) => readonly string[];
  readonly close: () => Promise<void>;
}

export interface Freshness {
  /** To which all results are computed. */
  readonly asOf: Instant | null;
  /** Up to when events are in. */
  readonly eventsUntil: Instant | null;
}

/** `also` gets every batch too. */
export async function followHealth(
  broker: Broker,
  also: (batch: Batch) => void = () => {},
): Promise<HealthView> {
  const values = new Map<string, unknown>();
  const tail = await broker.tail({ topic: topics.health.name, from: 'beginning' }, (batch) => {
    takeHealth(values, batch);
    also(batch);
  });
  await tail.caughtUp;
  return { ...healthOf(values), close: () => tail.close() };
}

export function takeHealth(values: Map<string, unknown>, { messages }: Batch): void {
  for (const { key, value } of messages) {
    if (key === null) continue;
    if (value === null) values.delete(key);
    else values.set(key, parse(value));
  }
}

export const healthOf = (values: ReadonlyMap<string, unknown>): Omit<HealthView, 'close'> => ({
  freshnessOf: (tenantId, personIds) => {
    const partitions = new Set<number>();
    for (const id of personIds) partitions.add(partitionOf(personKey(tenantId, id), streamPartitions));
    return freshnessOf(values, partitions);
  },
  freshness: () => freshnessOf(values, allPartitions),
  urlTokenLastUsedAt: (tenantId, tokenId) =>
    numberIn(values.get(`urlToken|${tenantId}|${tokenId}`), 'lastUsedAt'),
  lastReceivedAt: (tenantId, integrationId) =>
    numberIn(values.get(`integration|${tenantId}|${integrationId}`), 'lastReceivedAt'),
  breakDetailOf: (tenantId, integrationId) =>
    worstOf(valuesUnder(values, `breakDetail|${tenantId}|${integrationId}|`) as BreakServiceTold[]),
  retentionDays: () => numberIn(values.get('retention'), 'days'),
  keysOf: (tenantId) => {
    const prefixes = kindsOfTenants.map((kind) => `${kind}|${tenantId}|`);
    return [...values.keys()].filter((key) => prefixes.some((prefix) => key.startsWith(prefix)));
  },
});

/** By the second part of their keys; those of `openBreak` hold whole events. */
const kindsOfTenants = ['urlToken', 'integration', 'breakDetail', 'openBreak'] as const;

function numberIn(value: unknown, field: string): number | null {
  const at = (value as Record<string, unknown> | null | undefined)?.[field];
  return typeof at === 'number' ? at : null;
}

const valuesUnder = (values: ReadonlyMap<string, unknown>, prefix: string): unknown[] =>
  [...values].flatMap(([key, value]) => (value !== null && key.startsWith(prefix) ? [value] : []));

const allPartitions = Array.from({ length: streamPartitions }, (_, number) => number);

/** The least of the partitions; null as long as one of them is not known. */
function freshnessOf(values: ReadonlyMap<string, unknown>, partitions: Iterable<number>): Freshness {
  let freshness: Freshness = { asOf: Number.POSITIVE_INFINITY, eventsUntil: Number.POSITIVE_INFINITY };
  for (const number of partitions) {
    const told = values.get(`results|${number}`) as Partial<Freshness> | undefined;
    freshness = {
      asOf: least(freshness.asOf, told?.asOf),
      eventsUntil: least(freshness.eventsUntil, told?.eventsUntil),
    };
  }
  const { asOf, eventsUntil } = freshness;
  return {
    asOf: asOf === Number.POSITIVE_INFINITY ? null : asOf,
    eventsUntil: eventsUntil === Number.POSITIVE_INFINITY ? null : eventsUntil,
  };
}

const least = (a: Instant | null, b: Instant | null | undefined): Instant | null =>
  a === null || typeof b !== 'number' ? null : Math.min(a, b);

/** A record that is not JSON tells nothing; health is a courtesy, and no reason to stop. */
function parse(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
