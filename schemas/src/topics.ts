/**
 * Every Kafka topic: what it carries, how it is keyed, who writes and reads it, how it is kept.
 * `partitions` is fixed for the life of an installation: keys map to partitions by `partitionOf`.
 */
export interface TopicDefinition {
  readonly name: string;
  readonly value: 'avro' | 'json';
  readonly key: string;
  readonly partitions: number;
  readonly producers: readonly string[];
  readonly consumers: readonly string[];
  readonly config: Readonly<Record<string, string>>;
}

const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** Generous and fixed: the upper limit of consumer replicas. Raw and activity topics share it. */
export const streamPartitions = 24;

export const topics = {
  notifications: {
    name: 'odigo.notifications',
    value: 'avro',
    key: 'tenantId|integrationId|externalUserId',
    partitions: streamPartitions,
    producers: ['ingress', 'console (replay of rejected)'],
    consumers: ['enrichment'],
    config: { 'retention.ms': String(7 * day), 'compression.type': 'producer' },
  },
  activityEvents: {
    name: 'activity.events',
    value: 'avro',
    key: 'tenantId|personId, or tenantId|integrationId|externalUserId while unmapped; feed marks: tenantId|integrationId',
    partitions: streamPartitions,
    producers: ['enrichment', 'adherence (recomputations asked)', 'console (schedules)'],
    consumers: ['adherence'],
    config: { 'retention.ms': String(7 * day), 'compression.type': 'producer' },
  },
  rejected: {
    name: 'rejected',
    value: 'avro',
    key: 'tenantId|integrationId',
    partitions: 6,
    producers: ['ingress', 'enrichment', 'adherence', 'console (what was replayed)'],
    consumers: ['adherence'],
    config: { 'retention.ms': String(30 * day) },
  },
  configuration: {
    name: 'configuration',
    value: 'json',
    key: 'unique per command, so that compaction removes only what a tombstone names',
    partitions: 1,
    producers: ['console'],
    consumers: ['ingress', 'enrichment', 'adherence', 'console'],
    // Tombstones over personal data take effect within a day, however little is written.
    config: { 'cleanup.policy': 'compact', 'retention.ms': '-1', 'max.compaction.lag.ms': String(day) },
  },
  live: {
    name: 'adherence.live',
    value: 'json',
    key: 'tenantId|personId',
    partitions: streamPartitions,
    producers: ['adherence'],
    consumers: ['console'],
    config: { 'cleanup.policy': 'compact', 'max.compaction.lag.ms': String(day) },
  },
  scheduleOutcomes: {
    name: 'schedule.outcomes',
    value: 'json',
    key: 'commandId',
    partitions: 1,
    producers: ['adherence'],
    consumers: ['console'],
    config: { 'retention.ms': String(day) },
  },
  health: {
    name: 'health',
    value: 'json',
    key: 'kind|identity',
    partitions: 1,
    producers: ['ingress', 'enrichment', 'adherence', 'console (asks what is spooled)'],
    consumers: ['console', 'ingress (what is asked)'],
    // Written every second or two: without this limit whoever starts would read a week of it.
    config: { 'cleanup.policy': 'compact', 'max.compaction.lag.ms': String(hour) },
  },
} as const satisfies Record<string, TopicDefinition>;

export const consumerGroups = {
  enrichment: 'adherence-enrichment',
  adherence: 'adherence-results',
  rejected: 'adherence-rejected',
} as const;

/** FNV-1a, 32 bit, over UTF-8: the partition of a key on every producer, so that no client's default decides it. */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) {
    const byte = key.charCodeAt(i);
    if (byte > 0x7f) return hashOf(encoder.encode(key)) % partitions;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0) % partitions;
}

function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
const encoder = new TextEncoder();

export const personKey = (tenantId: string, personId: string): string => `${tenantId}|${personId}`;
export const externalUserKey = (tenantId: string, integrationId: string, externalUserId: string): string =>
  `${tenantId}|${integrationId}|${externalUserId}`;
export const integrationKey = (tenantId: string, integrationId: string): string =>
  `${tenantId}|${integrationId}`;
