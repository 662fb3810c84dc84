/**
 * Taking partitions over. What this process has owned without a break stays as it is in memory; of the others
 * everything is loaded, many at once, and computed before the first record is taken, so that the board is right.
 */
import type { AssignedPartition } from '@adherence/runtime/broker/broker.ts';
import { integrationKey, partitionOf, streamPartitions } from '@adherence/schemas/topics.ts';
import { loadOpenRecomputations } from '@adherence/store/load.ts';
import { loadToldFeeds, refreshFeed, thresholdOf } from './feeds/feeds.ts';
import type { Erasures } from './keep/erase.ts';
import { type Owner, usersOf } from './owner.ts';
import { newPartition, type Partition, partitionOfPerson, queueRebuild } from './partition.ts';
import { askForChanges, type ChangeNotes } from './recompute/configuration-changes.ts';
import { queueEverybody } from './recompute/queue-everybody.ts';
import { askForFeeds } from './settle/settle.ts';

/** Forgets the partitions that are not in the list, and those that another may have worked on meanwhile. */
export function keepOwned(partitions: Map<number, Partition>, list: readonly AssignedPartition[]): void {
  const told = new Map(list.map((assigned) => [assigned.partition, assigned]));
  for (const [number, partition] of [...partitions]) {
    const assigned = told.get(number);
    const isSame = assigned?.tenure !== undefined && assigned.tenure === partition.tenure;
    // One that not everybody was queued of, or that has fallen behind what is committed, begins anew.
    const isWhole = partition.isQueued && partition.position >= (assigned?.offset ?? 0);
    if (!isSame || !isWhole) partitions.delete(number);
  }
}

/** Puts the others into `owner.partitions`, with everybody of them queued to be computed; answers them. */
export async function loadOthers(
  owner: Owner,
  list: readonly AssignedPartition[],
  notes: ChangeNotes,
  erasures: Pick<Erasures, 'assigned'>,
): Promise<ReadonlyMap<number, Partition>> {
  const { partitions, configuration } = owner;
  const others = list.filter(({ partition }) => !partitions.has(partition));
  const loaded = new Map<number, Partition>();
  if (others.length === 0) return loaded;
  const [recomputations, ends] = await Promise.all([
    loadOpenRecomputations(owner.db),
    owner.endOffsets(),
    // What the previous owners have asked for is not asked for again, so it must be known here.
    configuration.waitFor(Math.max(...others.map(({ metadata }) => told(metadata).asked))),
  ]);
  const endOf = new Map(ends.map(({ partition, offset }) => [partition, offset]));
  for (const { partition: number, offset, metadata, tenure = null } of others) {
    const asked = askedBefore(metadata, owner.unknownFrom());
    const partition = newPartition(number, offset ?? 0, asked, endOf.get(number) ?? 0, tenure);
    partitions.set(number, partition);
    loaded.set(number, partition);
    erasures.assigned(number, asked);
  }
  await Promise.all([refreshKeptFeeds(owner), queueEverybody(owner, loaded)]);
  for (const open of recomputations) {
    const { tenantId, personId } = open;
    if (!configuration.state().tenants.has(tenantId)) continue;
    const partition = loaded.get(partitionOfPerson(tenantId, personId));
    // Of whom facts were new is not recorded: it may have been any of the users.
    if (partition) {
      const users = usersOf(owner, tenantId, personId);
      queueRebuild(partition, { ...open, requests: [open], users });
    }
  }
  for (const partition of loaded.values()) {
    askForChanges(owner, partition, notes, configuration.offset(), true, partition.unsettled);
  }
  await loadFeeds(owner, loaded);
  for (const partition of loaded.values()) partition.isQueued = true;
  return loaded;
}

/** Their people know them as of now, too: what changed since they were read is on its way to those who stay. */
async function refreshKeptFeeds(owner: Owner): Promise<void> {
  for (const [tenantId, tables] of owner.configuration.state().tenants) {
    const known = [...tables.integrations.keys()].filter((id) =>
      owner.feeds.has(integrationKey(tenantId, id)),
    );
    if (known.length > 0) await loadToldFeeds(owner, tenantId, known);
  }
}

const feedsAtOnce = 8;

async function loadFeeds(owner: Owner, loaded: ReadonlyMap<number, Partition>): Promise<void> {
  const feeds: { partition: Partition; tenantId: string; integrationId: string }[] = [];
  for (const [tenantId, tables] of owner.configuration.state().tenants) {
    for (const integrationId of tables.integrations.keys()) {
      const partition = loaded.get(partitionOf(integrationKey(tenantId, integrationId), streamPartitions));
      if (!partition || thresholdOf(owner, tenantId, integrationId) === null) continue;
      feeds.push({ partition, tenantId, integrationId });
    }
  }
  for (let i = 0; i < feeds.length; i += feedsAtOnce) {
    await Promise.all(
      feeds
        .slice(i, i + feedsAtOnce)
        .map((feed) => refreshFeed(owner, feed.partition, feed.tenantId, feed.integrationId)),
    );
  }
  for (const partition of loaded.values()) await askForFeeds(owner, partition);
}

/**
 * What is asked for by the owner before; from where it did not understand a record that is understood here, all is asked
 * for again.
 */
function askedBefore(metadata: string | null, unknownHere: number | null): number {
  const { asked, unknownFrom } = told(metadata);
  const isKnownHere = unknownFrom !== null && unknownFrom < (unknownHere ?? Number.POSITIVE_INFINITY);
  return isKnownHere ? Math.min(asked, unknownFrom) : asked;
}

/** Without a commit, or after it expired, nothing is known to have been asked for. */
function told(metadata: string | null): { readonly asked: number; readonly unknownFrom: number | null } {
  if (!metadata) return { asked: 0, unknownFrom: null };
  const { configurationAsked = 0, unknownFrom = null } = JSON.parse(metadata) as {
    configurationAsked?: number;
    unknownFrom?: number | null;
  };
  return { asked: configurationAsked, unknownFrom };
}
