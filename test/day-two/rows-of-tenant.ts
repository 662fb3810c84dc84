/** What the tables hold of a tenant, in whichever column: after its deletion, nothing. */
import type { ClickHouse } from '@adherence/runtime/clickhouse.ts';
import { tables } from '@adherence/schemas/tables.ts';

/** Every table that is made. */
export const tableNames: readonly string[] = tables.flatMap(({ name, ddl }) =>
  ddl.startsWith('CREATE TABLE') ? [name] : [],
);

/** How many rows of each table name the tenant, in whichever column. */
export async function rowsOfTenant(db: ClickHouse, tenant: string): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const name of tableNames) {
    const all = await db.query<Record<string, unknown>>(`SELECT * FROM ${name}`);
    rows[name] = all.filter((row) => JSON.stringify(row).includes(JSON.stringify(tenant))).length;
  }
  return rows;
}
