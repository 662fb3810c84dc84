/**
 * Obeys the erasures of the configuration: deletes what is stored of a person. Every owner does so for each of its
 * partitions after it has stored what it had taken, since any of them may have stored an event of the person late;
 * events that came before are not stored any more once the erasure is known (`isErased`).
 */

import type { Erasure } from '@adherence/domain/configuration/entities.ts';
import { erasedUserHash } from '@adherence/domain/configuration/erased.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { tables as tableDefinitions } from '@adherence/schemas/tables.ts';
import { personKey } from '@adherence/schemas/topics.ts';
import { literal } from '@adherence/store/queries.ts';
import type { BoardPublisher } from '../board/board-publisher.ts';
import type { Owner } from '../owner.ts';
import { partitionOfPerson } from '../partition.ts';

export interface Erasures {
  /** The partition was taken over; up to this configuration offset its owner before has obeyed. */
  readonly assigned: (partition: number, obeyedTo: number) => void;
  /** Obeys all below a configuration offset, for the partitions owned now. */
  readonly obey: (until: number) => Promise<void>;
}

/** `results` are rows not yet stored, by tenant, person and day. */
export function createErasures(
  owner: Owner,
  board: Pick<BoardPublisher, 'remove'>,
  results: readonly Map<string, unknown>[],
): Erasures {
  const obeyedTo = new Map<number, number>();
  /** Takes the person out of memory and off the board. */
  const forget = (tenantId: string, personId: string): void => {
    const key = personKey(tenantId, personId);
    for (const kept of results)
      for (const name of kept.keys()) if (name.startsWith(`${key}|`)) kept.delete(name);
    const partition = owner.partitions.get(partitionOfPerson(tenantId, personId));
    if (!partition) return;
    partition.people.delete(key);
    partition.written.delete(key);
    board.remove(partition, key);
  };
  return {
    assigned: (partition, to) => void obeyedTo.set(partition, to),
    async obey(until) {
      const behind = [...owner.partitions.keys()].filter((number) => (obeyedTo.get(number) ?? 0) < until);
      if (behind.length === 0) return;
      for (const { tenantId, erasures } of owner.configuration.state().tenants.values()) {
        for (const [id, { document, offset }] of [...erasures]) {
          const due = behind.filter((number) => (obeyedTo.get(number) ?? 0) <= offset);
          if (offset < until && due.length > 0) await obeyOne(owner, tenantId, id, document, due, forget);
        }
      }
      for (const number of behind) obeyedTo.set(number, until);
    },
  };
}

/** Doing it again after a crash deletes what is left; one that is recorded as obeyed is not done again. */
async function obeyOne(
  owner: Owner,
  tenantId: string,
  id: string,
  erasure: Erasure,
  partitions: readonly number[],
  forget: (tenantId: string, personId: string) => void,
): Promise<void> {
  const open = await notYetObeyed(owner, tenantId, id, partitions);
  if (open.length === 0) return;
  forget(tenantId, erasure.personId);
  const facts = await erase(owner, tenantId, erasure);
  const now = owner.clock.now();
  const rows = open.map((number, index) => [tenantId, id, number, index === 0 ? facts : 0, now]);
  await owner.db.insertRows('erasures', erasureColumns, rows);
}

const erasureColumns = ['tenant', 'erasure', 'partition', 'facts', 'erased_at'] as const;

async function notYetObeyed(
  { db }: Owner,
  tenantId: string,
  id: string,
  partitions: readonly number[],
): Promise<number[]> {
  const rows = await db.query<{ partition: number }>(
    `SELECT partition FROM erasures FINAL WHERE tenant = ${literal(tenantId)} AND erasure = ${literal(id)}`,
  );
  const obeyed = new Set(rows.map(({ partition }) => partition));
  return partitions.filter((number) => !obeyed.has(number));
}

/** Answers how many facts there were. Deletions are done by the server in its own time, and survive its restart. */
async function erase({ db }: Owner, tenantId: string, erasure: Erasure): Promise<number> {
  const tenant = `tenant = ${literal(tenantId)}`;
  // Most owners find that another one was first: a deletion of nothing would cost the server all the same.
  const remove = async (table: string, where: string) => {
    const found = await db.query(`SELECT 1 AS one FROM ${table} WHERE ${tenant} AND ${where} LIMIT 1`);
    if (found.length > 0) await db.command(`ALTER TABLE ${table} DELETE WHERE ${tenant} AND ${where}`);
  };
  const ofUsers = await usersIn({ db }, tenant, tenantId, erasure);
  let facts = 0;
  if (ofUsers !== null) {
    const [row] = await db.query<{ facts: number }>(
      `SELECT count() AS facts FROM facts FINAL WHERE ${tenant} AND ${ofUsers}`,
    );
    facts = row?.facts ?? 0;
    for (const table of tablesOfUsers) await remove(table, ofUsers);
  }
  for (const table of tablesOfPeople) await remove(table, `person = ${literal(erasure.personId)}`);
  if (erasure.rejected.length > 0) {
    const list = erasure.rejected.map((each) => `(${each.replace('-', ', ')})`).join(', ');
    await remove('rejected', `(rejected_partition, rejected_offset) IN (${list})`);
  }
  return facts;
}

/** The condition for facts of the erased users; null where there are none. */
async function usersIn(
  { db }: Pick<Owner, 'db'>,
  tenant: string,
  tenantId: string,
  { users }: Erasure,
): Promise<string | null> {
  const erased = Map.groupBy(users, ({ hash }) => hash);
  if (erased.size === 0) return null;
  const known = await db.query<{ integration: string; external_user: string }>(
    tablesOfUsers
      .map((table) => `SELECT DISTINCT integration, external_user FROM ${table} WHERE ${tenant}`)
      .join(' UNION DISTINCT '),
  );
  const conditions = known.flatMap(({ integration, external_user: user }) =>
    (erased.get(erasedUserHash(tenantId, integration, user)) ?? []).map(
      ({ from, to }) =>
        `(integration = ${literal(integration)} AND external_user = ${literal(user)}${bounds(from, to)})`,
    ),
  );
  return conditions.length === 0 ? null : `(${conditions.join(' OR ')})`;
}

const bounds = (from: Instant | null, to: Instant | null): string =>
  (from === null ? '' : ` AND occurred_at >= ${from}`) + (to === null ? '' : ` AND occurred_at < ${to}`);

/** By their columns, so that a table that is added later is not forgotten. */
const tablesWith = (...columns: readonly RegExp[]): readonly string[] =>
  tableDefinitions
    .filter(({ ddl }) => ddl.startsWith('CREATE TABLE') && columns.every((column) => column.test(ddl)))
    .map(({ name }) => name);

export const tablesOfPeople = tablesWith(/^ {2}person String/m);
export const tablesOfUsers = tablesWith(/^ {2}external_user String/m, /^ {2}occurred_at /m);
