import { loadStoredResults } from '@adherence/store/load.ts';
import { loadUndecidedFrom } from '@adherence/store/stored-days.ts';
import type { Owner } from './owner.ts';
import { partitionOfPerson, queueRebuild } from './partition.ts';

const peopleAtOnce = 200;
/** A missing logout is decided two weeks after its status at most. */
const undecidedMs = 16 * 24 * 60 * 60_000;

/**
 * Queues everybody of the partitions that were taken over, from up to where their rows were computed, or from the first
 * day that is not final: the owner before watched it.
 */
export async function queueEverybody({ configuration, partitions, db, clock }: Owner): Promise<void> {
  for (const [tenantId, tables] of configuration.state().tenants) {
    const people = [...tables.people.keys()]
      .map((personId) => ({ personId, partition: partitions.get(partitionOfPerson(tenantId, personId)) }))
      .filter((person) => person.partition !== undefined);
    for (let i = 0; i < people.length; i += peopleAtOnce) {
      const some = people.slice(i, i + peopleAtOnce);
      const ids = some.map(({ personId }) => personId);
      const [stored, undecided] = await Promise.all([
        loadStoredResults(db, tenantId, ids),
        loadUndecidedFrom(db, tenantId, ids, clock.now() - undecidedMs),
      ]);
      for (const { personId, partition } of some) {
        const { asOf, offset } = stored.get(personId) ?? nothingStored;
        partition!.writtenBefore = Math.max(partition!.writtenBefore, offset);
        const from = Math.min(asOf, undecided.get(personId) ?? asOf);
        queueRebuild(partition!, { tenantId, personId, from });
      }
    }
  }
}

const nothingStored = { asOf: 0, offset: 0 };
