/**
 * Changes of the configuration -> recomputations. Every owner asks for its own people; who took facts of an external
 * user that was given to somebody asks for that person too, since its facts may have been stored after the person's
 * owner looked (architecture.md, "Recomputation without a race").
 */
import { type Affected, affected } from '@adherence/domain/configuration/affected.ts';
import type { Change } from '@adherence/domain/configuration/command.ts';
import { type ConfigurationState, externalUserIndexKey } from '@adherence/domain/configuration/tables.ts';
import {
  externalUserKey,
  integrationKey,
  partitionOf,
  streamPartitions,
  topics,
} from '@adherence/schemas/topics.ts';
import type { Owner } from '../owner.ts';
import {
  mergeAsk,
  type Partition,
  partitionOfPerson,
  queueRebuild,
  type Request,
  type Unsettled,
} from '../partition.ts';

export interface NotedChange {
  readonly offset: number;
  readonly tenantId: string;
  readonly entity: Change['entity'];
  readonly id: string;
  readonly at: number;
  readonly writtenBy: string;
  readonly affected: Affected;
}

/** The changes of the log that an owner may still have to ask for, oldest first, bounded. */
export interface ChangeNotes {
  readonly changes: NotedChange[];
  /** Changes before this offset are forgotten: whoever has not asked for them computes everybody again. */
  keptFrom: number;
  entries: number;
}

export const newChangeNotes = (keptFrom: number): ChangeNotes => ({ changes: [], keptFrom, entries: 0 });

const maxEntries = 300_000;

/** Notes a change right after it was folded, while the tables are those after it. */
export function noteChange(notes: ChangeNotes, change: Change, state: ConfigurationState): void {
  const tables = state.tenants.get(change.tenantId);
  if (!tables) return;
  const touched = affected(change, tables);
  const isFeed = change.entity === 'integration';
  if (!touched.all && touched.people.length === 0 && touched.externalUsers.length === 0 && !isFeed) return;
  const { offset, tenantId, entity, id, writtenAt: at, writtenBy } = change;
  notes.changes.push({ offset, tenantId, entity, id, at, writtenBy, affected: touched });
  notes.entries += weight(touched);
  while (notes.entries > maxEntries && notes.changes.length > 1) {
    const forgotten = notes.changes.shift()!;
    notes.entries -= weight(forgotten.affected);
    notes.keptFrom = forgotten.offset + 1;
  }
}

const weight = (touched: Affected): number =>
  1 + (touched.all ? 0 : touched.people.length + touched.externalUsers.length);

/**
 * Queues what the changes in `[partition.askedConfiguration, until)` ask of this partition, and adds to `unsettled`
 * what must be asked of others. With `tookOver` the
 * external users of a change are followed even when no fact of theirs came by: the previous owner may have stored some.
 */
export function askForChanges(
  owner: Owner,
  partition: Partition,
  notes: ChangeNotes,
  until: number,
  tookOver: boolean,
  unsettled: Unsettled,
): void {
  if (partition.askedConfiguration < notes.keptFrom) {
    for (const [tenantId, tables] of owner.configuration.state().tenants) {
      for (const personId of tables.people.keys()) {
        if (partitionOfPerson(tenantId, personId) === partition.number) {
          queueRebuild(partition, { tenantId, personId, from: 0 });
        }
      }
    }
  }
  for (const change of notes.changes) {
    if (change.offset < partition.askedConfiguration || change.offset >= until) continue;
    askForPeople(owner, partition, change, unsettled);
    askForUsers(owner, partition, change, unsettled, tookOver);
    const feed = integrationKey(change.tenantId, change.id);
    if (change.entity === 'integration' && ownsKey(partition, feed)) {
      unsettled.feeds.set(feed, { tenantId: change.tenantId, integrationId: change.id });
    }
  }
  partition.askedConfiguration = Math.max(partition.askedConfiguration, until);
}

function askForPeople(owner: Owner, partition: Partition, change: NotedChange, unsettled: Unsettled): void {
  const { tenantId, affected: touched } = change;
  const people = touched.all
    ? [...(owner.configuration.state().tenants.get(tenantId)?.people.keys() ?? [])].map((personId) => ({
        personId,
        from: touched.from,
        to: touched.to,
      }))
    : touched.people;
  for (const { personId, from, to } of people) {
    if (partitionOfPerson(tenantId, personId) !== partition.number) continue;
    const request: Request = {
      tenantId,
      personId,
      askedOn: topics.configuration.name,
      askOffset: change.offset,
      from: from ?? 0,
      to,
      reason: change.entity,
      recomputationId: change.entity === 'recomputation' ? change.id : '',
      configurationOffset: change.offset,
      askedAt: change.at,
    };
    unsettled.requests.push(request);
    queueRebuild(partition, { tenantId, personId, from: request.from, to, requests: [request] });
  }
}

function askForUsers(
  owner: Owner,
  partition: Partition,
  change: NotedChange,
  unsettled: Unsettled,
  tookOver: boolean,
): void {
  const { tenantId, affected: touched } = change;
  if (touched.all) return;
  const tables = owner.configuration.state().tenants.get(tenantId);
  for (const { integrationId, externalUserId } of touched.externalUsers) {
    const key = externalUserKey(tenantId, integrationId, externalUserId);
    const mayHaveFacts =
      partition.seenUsers.has(key) || (tookOver && (ownsKey(partition, key) || ownsSome(partition, change)));
    if (!mayHaveFacts) continue;
    const index = externalUserIndexKey(integrationId, externalUserId);
    for (const { personId } of tables?.personsByExternalUser.get(index) ?? []) {
      if (partitionOfPerson(tenantId, personId) === partition.number) continue;
      mergeAsk(unsettled.foreign, { tenantId, personId, from: 0, to: null, reason: 'external user' });
    }
  }
}

const ownsKey = (partition: Partition, key: string): boolean =>
  partitionOf(key, streamPartitions) === partition.number;

/** Facts may have come here while the user was still one of a person of this partition. */
function ownsSome(partition: Partition, { tenantId, affected: touched }: NotedChange): boolean {
  return (
    !touched.all && touched.people.some((p) => partitionOfPerson(tenantId, p.personId) === partition.number)
  );
}
