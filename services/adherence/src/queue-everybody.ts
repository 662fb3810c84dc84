import { loadStoredResults } from '@adherence/store/load.ts';
import type { Owner } from './owner.ts';
import { partitionOfPerson, queueRebuild } from './partition.ts';

const peopleAtOnce = 200;

/** Queues everybody of the partitions that were taken over, from up to where their rows were computed. */
export async function queueEverybody({ configuration, partitions, db }: Owner): Promise<void> {
  for (const [tenantId, tables] of configuration.state().tenants) {
    const people = [...tables.people.keys()]
      .map((personId) => ({ personId, partition: partitions.get(partitionOfPerson(tenantId, personId)) }))
      .filter((person) => person.partition !== undefined);
    for (let i = 0; i < people.length; i += peopleAtOnce) {
      const some = people.slice(i, i + peopleAtOnce);
      const ids = some.map(({ personId }) => personId);
      const stored = await loadStoredResults(db, tenantId, ids);
      for (const { personId, partition } of some) {
        const { asOf, offset } = stored.get(personId) ?? nothingStored;
        partition!.writtenBefore = Math.max(partition!.writtenBefore, offset);
        queueRebuild(partition!, { tenantId, personId, from: asOf });
      }
    }
  }
}

const nothingStored = { asOf: 0, offset: 0 };
