import { loadStoredResults } from '@adherence/store/load.ts';
import { loadUndecidedFrom } from '@adherence/store/stored-days.ts';
import type { Owner } from '../owner.ts';
import { type Partition, partitionOfPerson, queueRebuild } from '../partition.ts';

const peopleAtOnce = 200;
const batchesAtOnce = 4;
/** A missing logout is decided two weeks after its status at most. */
const undecidedMs = 16 * 24 * 60 * 60_000;

/**
 * Queues everybody of the partitions that were taken over, from up to where their rows were computed, or from the first
 * day that is not final: the owner before watched it.
 */
export async function queueEverybody(
  owner: Owner,
  partitions: ReadonlyMap<number, Partition>,
): Promise<void> {
  const batches: Batch[] = [];
  for (const [tenantId, tables] of owner.configuration.state().tenants) {
    const people = [...tables.people.keys()].flatMap((personId) => {
      const partition = partitions.get(partitionOfPerson(tenantId, personId));
      return partition ? [{ personId, partition }] : [];
    });
    for (let i = 0; i < people.length; i += peopleAtOnce) {
      batches.push({ tenantId, people: people.slice(i, i + peopleAtOnce) });
    }
  }
  for (let i = 0; i < batches.length; i += batchesAtOnce) {
    await Promise.all(batches.slice(i, i + batchesAtOnce).map((batch) => queueBatch(owner, batch)));
  }
}

interface Batch {
  readonly tenantId: string;
  readonly people: readonly { readonly personId: string; readonly partition: Partition }[];
}

async function queueBatch({ db, clock }: Owner, { tenantId, people }: Batch): Promise<void> {
  const ids = people.map(({ personId }) => personId);
  const [stored, undecided] = await Promise.all([
    loadStoredResults(db, tenantId, ids),
    loadUndecidedFrom(db, tenantId, ids, clock.now() - undecidedMs),
  ]);
  for (const { personId, partition } of people) {
    const { asOf, offset } = stored.get(personId) ?? nothingStored;
    partition.writtenBefore = Math.max(partition.writtenBefore, offset);
    queueRebuild(partition, { tenantId, personId, from: Math.min(asOf, undecided.get(personId) ?? asOf) });
  }
}

const nothingStored = { asOf: 0, offset: 0 };
