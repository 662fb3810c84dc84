/**
 * What is under way. The order of the reads follows the way of the data, so that work which moves on between two
 * reads is counted twice rather than not at all: `pending = 0` and `recomputationsPending = 0` are never a lie.
 */
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';
import type { Database } from './environment.ts';
import type { Spools } from './live/spools.ts';
import { createPipelineCounts, type PipelineCounts } from './pipeline-counts.ts';
import { openRecomputationsCount } from './queries/pipeline.ts';

export interface PipelineStatus extends PipelineCounts {
  /** What is spooled, and records that a consumer group has still to take; of all groups and tenants. */
  readonly pending: number;
  /** Of it, what waits on a volume of an ingress. */
  readonly spooled: number;
  readonly recomputationsPending: number;
}

export function createPipelineStatus(
  broker: Broker,
  database: Database,
  clock: Clock,
  spools: Pick<Spools, 'ask'>,
): (tenantId: string) => Promise<PipelineStatus> {
  const counts = createPipelineCounts(database, clock);
  return async (tenantId) => {
    const spooled = await spools.ask();
    const configurationEnd = (await broker.endOffsets(topics.configuration.name))[0]?.offset ?? 0;
    const enrichment = await stage(broker, consumerGroups.enrichment, topics.notifications.name);
    const adherence = await stage(broker, consumerGroups.adherence, topics.activityEvents.name);
    const rejected = await stage(broker, consumerGroups.rejected, topics.rejected.name);
    const { text, parameters } = openRecomputationsCount();
    const [open] = await database.query<{ open: number }>(text, parameters);
    const pending = spooled.messages + enrichment.lag + adherence.lag + rejected.lag;
    const recomputationsPending = (open?.open ?? 0) + notAsked(adherence.metadata, configurationEnd);
    const settled = pending === 0 && recomputationsPending === 0;
    const known = await counts(tenantId, settled);
    const accepted = known.accepted + spooled.notificationsOf(tenantId);
    return { ...known, accepted, pending, spooled: spooled.messages, recomputationsPending };
  };
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

/** Partitions whose owner has not yet asked for all that the configuration changed, and feeds to declare silent. */
function notAsked(metadata: readonly (string | null)[], configurationEnd: number): number {
  return metadata.map(toldWithCommit).reduce((sum, { configurationAsked, feedsToDeclare }) => {
    return sum + (configurationAsked < configurationEnd ? 1 : 0) + feedsToDeclare;
  }, 0);
}

interface ToldWithCommit {
  readonly configurationAsked: number;
  readonly feedsToDeclare: number;
}

function toldWithCommit(metadata: string | null): ToldWithCommit {
  const told = metadata ? (JSON.parse(metadata) as Partial<ToldWithCommit>) : {};
  return { configurationAsked: told.configurationAsked ?? 0, feedsToDeclare: told.feedsToDeclare ?? 0 };
}
