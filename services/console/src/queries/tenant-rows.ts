/** How many rows of each table name a tenant. */
import { tablesOfTenants } from '@adherence/schemas/tables.ts';
import type { Sql } from './sql.ts';

export interface RowsOfTenant {
  readonly name: string;
  readonly number: number;
}

/** As they lie there: versions that were replaced are data, too. */
export const rowsOfTenant = (tenantId: string): Sql => ({
  text: tablesOfTenants
    .map((name) => `SELECT '${name}' AS name, count() AS number FROM ${name} WHERE tenant = {tenant:String}`)
    .join('\nUNION ALL\n'),
  parameters: { tenant: tenantId },
});
