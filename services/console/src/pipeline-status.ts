/**
 * What is under way. The order of the reads follows the way of the data, so that work which moves on between two
 * reads is counted twice rather than not at all: `pending = 0` and `recomputationsPending = 0` are never a lie.
 */
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';
import type { Database } from './environment.ts';
import { factsCount, openRecomputationsCount, receivedCounts, rejectedCount } from './queries/pipeline.ts';

export interface PipelineStatus {
  /** Records that a consumer group has still to take, of all groups and tenants. */
  readonly pending: number;
  readonly recomputationsPending: number;
  /** Offsets of the raw topic, between the first and the last stored, that nothing is known of. */
  readonly gaps: number;
  readonly accepted: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly duplicates: number;
}

export async function readPipelineStatus(
  broker: Broker,
  database: Database,
  tenantId: string,
): Promise<PipelineStatus> {
  const configurationEnd = (await broker.endOffsets(topics.configuration.name))[0]?.offset ?? 0;
  const enrichment = await stage(broker, consumerGroups.enrichment, topics.notifications.name);
  const adherence = await stage(broker, consumerGroups.adherence, topics.activityEvents.name);
  const rejected = await stage(broker, consumerGroups.rejected, topics.rejected.name);
  const query = <T>({ text, parameters }: ReturnType<typeof factsCount>) =>
    database.query<T>(text, parameters);
  const [open] = await query<{ open: number }>(openRecomputationsCount());
  const ledger = await query<LedgerRow>(receivedCounts());
  const [facts] = await query<{ facts: number }>(factsCount(tenantId));
  const [quarantined] = await query<{ rejected: number }>(rejectedCount(tenantId));

  const own = ledger.filter(({ tenant }) => tenant === tenantId);
  const consumed = (rows: readonly LedgerRow[]) => rows.reduce((sum, { records }) => sum + records, 0);
  const stored = facts?.facts ?? 0;
  return {
    pending: enrichment.lag + adherence.lag + rejected.lag,
    recomputationsPending: (open?.open ?? 0) + notAsked(adherence.metadata, configurationEnd),
    gaps: gapsOf(ledger),
    accepted: consumed(own),
    stored,
    quarantined: quarantined?.rejected ?? 0,
    duplicates: Math.max(0, consumed(own.filter(({ outcome }) => outcome === 'stored')) - stored),
  };
}

interface LedgerRow {
  readonly source_partition: number;
  readonly tenant: string;
  readonly outcome: string;
  readonly records: number;
  readonly first_offset: number;
  readonly last_offset: number;
}

interface Stage {
  readonly lag: number;
  /** Of each partition's commit; null where nothing was committed yet. */
  readonly metadata: readonly (string | null)[];
}

/** Committed offsets are read before end offsets: what is committed in between makes the lag larger, not smaller. */
async function stage(broker: Broker, groupId: string, topic: string): Promise<Stage> {
  const committed = new Map((await broker.committed(groupId, topic)).map((each) => [each.partition, each]));
  const starts = new Map((await broker.startOffsets(topic)).map((each) => [each.partition, each.offset]));
  const ends = await broker.endOffsets(topic);
  const lag = ends.reduce((sum, { partition, offset }) => {
    const next = committed.get(partition)?.offset ?? starts.get(partition) ?? 0;
    return sum + Math.max(0, offset - next);
  }, 0);
  return { lag, metadata: ends.map(({ partition }) => committed.get(partition)?.metadata ?? null) };
}

/** Partitions whose owner has not yet asked for all that the configuration changed. */
function notAsked(metadata: readonly (string | null)[], configurationEnd: number): number {
  return metadata.filter((text) => askedUntil(text) < configurationEnd).length;
}

function askedUntil(metadata: string | null): number {
  if (!metadata) return 0;
  const { configurationAsked } = JSON.parse(metadata) as { configurationAsked?: number };
  return configurationAsked ?? 0;
}

function gapsOf(ledger: readonly LedgerRow[]): number {
  let gaps = 0;
  for (const rows of Map.groupBy(ledger, ({ source_partition }) => source_partition).values()) {
    const first = Math.min(...rows.map(({ first_offset }) => first_offset));
    const last = Math.max(...rows.map(({ last_offset }) => last_offset));
    gaps += last - first + 1 - rows.reduce((sum, { records }) => sum + records, 0);
  }
  return gaps;
}
