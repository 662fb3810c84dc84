/** Rows older than the retention go, on the real engine, and no others. */
import { isoDate } from '@adherence/domain/calendar.ts';
import { command, contactCentre, given } from '@adherence/domain/configuration/given.testing.ts';
import { expect, test } from 'vitest';
import { databaseForTests } from '../database.testing.ts';
import { expireForTenants, retentionStatements } from './retention.ts';

const db = await databaseForTests();

const retainedTables = [
  'person_days',
  'result_changes',
  'schedules',
  'facts',
  'break_details',
  'feed_seconds',
];
const dayMs = 24 * 60 * 60_000;

/** A row of each age, in days, in each table. */
async function fill(tenant: string, ages: readonly number[]): Promise<void> {
  const ago = (days: number) => Date.now() - days * dayMs;
  const days = ages.map((age) => [tenant, 'p', isoDate(ago(age))]);
  await db.insertRows('person_days', ['tenant', 'person', 'day'], days);
  await db.insertRows('result_changes', ['tenant', 'person', 'day'], days);
  await db.insertRows('schedules', ['tenant', 'person', 'shift_date'], days);
  const occurred = ages.map((age) => [tenant, ago(age)]);
  await db.insertRows('facts', ['tenant', 'occurred_at'], occurred);
  await db.insertRows('break_details', ['tenant', 'occurred_at'], occurred);
  const seconds = ages.map((age) => [tenant, Math.floor(ago(age) / 1000)]);
  await db.insertRows('feed_seconds', ['tenant', 'second'], seconds);
}

async function kept(tenant: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of retainedTables) {
    const [row] = await db.query<{ rows: number }>(
      `SELECT count() AS rows FROM ${table} WHERE tenant = '${tenant}'`,
    );
    counts[table] = row!.rows;
  }
  return counts;
}

const counts = (results: number, inputs: number) =>
  Object.fromEntries(retainedTables.map((name, index) => [name, index < 2 ? results : inputs]));

test('results go after the retention, inputs two months later', async () => {
  await fill('t', [99, 101, 159, 161]);
  for (const sql of [...retentionStatements(100), ...retentionStatements(100)]) await db.command(sql);
  for (const table of retainedTables) await db.command(`OPTIMIZE TABLE ${table} FINAL`);
  expect(await kept('t')).toEqual(counts(1, 3));
});

test('a tenant that wants less keeps less, and nobody else does', async () => {
  for (const sql of retentionStatements(400)) await db.command(sql);
  for (const tenant of ['t1', 't2', 't3']) await fill(tenant, [39, 42, 99, 102, 200]);
  const { state } = given(
    ...contactCentre,
    command('tenant', 't1', { name: 'One', timeZone: 'UTC', retentionDays: 40 }),
    command('tenant', 't2', { name: 'Two', timeZone: 'UTC' }, { tenantId: 't2' }),
    command('tenant', 't3', { name: 'Three', timeZone: 'UTC', retentionDays: 100 }, { tenantId: 't3' }),
  );
  expect(await expireForTenants(db, state, Date.now())).toBe(retainedTables.length);
  await expect.poll(() => kept('t1')).toEqual(counts(1, 3));
  await expect.poll(() => kept('t3')).toEqual(counts(3, 4));
  expect(await kept('t2')).toEqual(counts(5, 5));
  // There is nothing left to delete, so nothing is rewritten.
  expect(await expireForTenants(db, state, Date.now())).toBe(0);
});

test('what was rejected goes after 30 days, by the table itself', async () => {
  const rows = [29, 31].map((age) => ['r', age, Date.now() - age * dayMs]);
  for (const [tenant, offset, at] of rows)
    await db.insertRows('rejected', ['tenant', 'rejected_offset', 'received_at'], [[tenant, offset, at]]);
  await db.command('OPTIMIZE TABLE rejected FINAL');
  const left = await db.query("SELECT toUInt32(rejected_offset) AS age FROM rejected WHERE tenant = 'r'");
  expect(left).toEqual([{ age: 29 }]);
});
