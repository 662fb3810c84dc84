/**
 * People of whom something comes by before they are in memory: they were just made, or given the external user, and are
 * computed as a whole with the next settling. The board does not wait for that: their window is read at once.
 */
import { externalUserIndexKey } from '@adherence/domain/configuration/tables.ts';
import { asError, isOperational } from '@adherence/runtime/errors.ts';
import { personKey } from '@adherence/schemas/topics.ts';
import { windowStartAt } from '../domain/person.ts';
import { configurationOf, type Owner } from '../owner.ts';
import { type Partition, partitionOfPerson } from '../partition.ts';
import { computeRanges } from '../recompute/compute-ranges.ts';
import { openTasks, rebuiltOf, refreshFeeds } from '../recompute/rebuild.ts';

export interface UserOfTenant {
  readonly tenantId: string;
  readonly integrationId: string;
  readonly externalUserId: string;
}

/** So many at once, so that an import of thousands does not keep the board waiting; the others wait for their turn. */
const atOnce = 25;

/** After a failure the board of all others does not wait for newcomers again for so long. */
const restMs = 30_000;

/**
 * Puts people of this partition into memory; nothing is stored of them until they are computed as a whole. While
 * ClickHouse is away they wait, and nobody else does.
 */
export async function showNewcomers(
  owner: Owner,
  partition: Partition,
  users: Iterable<UserOfTenant>,
): Promise<void> {
  if (owner.clock.now() < partition.newcomersRestUntil) return;
  try {
    await loadNewcomers(owner, partition, users);
  } catch (error) {
    if (!isOperational(error)) throw error;
    partition.newcomersRestUntil = owner.clock.now() + restMs;
    owner.log.warn({ error: asError(error) }, 'newcomers come onto the board with their history');
  }
}

async function loadNewcomers(
  owner: Owner,
  partition: Partition,
  users: Iterable<UserOfTenant>,
): Promise<void> {
  const missing = new Map<string, { tenantId: string; personId: string }>();
  for (const { tenantId, integrationId, externalUserId } of users) {
    const tables = owner.configuration.state().tenants.get(tenantId);
    const index = externalUserIndexKey(integrationId, externalUserId);
    for (const { personId } of tables?.personsByExternalUser.get(index) ?? []) {
      const key = personKey(tenantId, personId);
      const isOurs = partitionOfPerson(tenantId, personId) === partition.number;
      if (isOurs && !partition.people.has(key)) missing.set(key, { tenantId, personId });
    }
    if (missing.size >= atOnce) break;
  }
  for (const [tenantId, people] of Map.groupBy(missing.values(), (person) => person.tenantId)) {
    await load(owner, partition, tenantId, people);
  }
}

async function load(
  owner: Owner,
  partition: Partition,
  tenantId: string,
  people: readonly { readonly personId: string }[],
): Promise<void> {
  const newcomers = people.map(({ personId }) => ({ partition, personId, requests: [] }));
  await refreshFeeds(owner, tenantId, newcomers);
  const now = owner.clock.now();
  const starts = new Map(
    newcomers.flatMap(({ personId }) => {
      const known = configurationOf(owner, tenantId, personId);
      return known ? [[personId, windowStartAt(known.calendar, now)] as const] : [];
    }),
  );
  for (const tasks of openTasks(owner, tenantId, newcomers, starts)) {
    await computeRanges(owner, tasks, (range) => {
      const { person } = rebuiltOf(owner, range);
      // Who was computed as a whole meanwhile stays: that is newer.
      if (!partition.people.has(person.key)) partition.people.set(person.key, person);
    });
  }
}
