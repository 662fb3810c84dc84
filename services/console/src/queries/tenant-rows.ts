/** How many rows of each table name a tenant. */
import { tables } from '@adherence/schemas/tables.ts';
import type { Sql } from './sql.ts';

export interface RowsOfTenant {
  readonly name: string;
  readonly number: number;
}

/** By their columns, so that a table that is added later is not forgotten. */
const tablesOfTenants = tables
  .filter(({ ddl }) => ddl.startsWith('CREATE TABLE') && /^ {2}tenant /m.test(ddl))
  .map(({ name }) => name);

/** As they lie there: versions that were replaced are data, too. */
export const rowsOfTenant = (tenantId: string): Sql => ({
  text: tablesOfTenants
    .map((name) => `SELECT '${name}' AS name, count() AS number FROM ${name} WHERE tenant = {tenant:String}`)
    .join('\nUNION ALL\n'),
  parameters: { tenant: tenantId },
});
