/** The commands of docs/operations/tenants.md that delete a tenant, as they stand there, and what they must leave: nothing. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClickHouse } from '@adherence/runtime/clickhouse.ts';
import { tables } from '@adherence/schemas/tables.ts';
import { repository } from '@adherence/stack/launcher.ts';
import type { Installation } from './installation.ts';

/** `token` is one of an administrator of the tenant that the page takes as its example. */
export async function deleteTenant({ services, stack }: Installation, token: string): Promise<void> {
  const page = await readFile(join(repository, 'docs/operations/tenants.md'), 'utf8');
  const section = page.slice(page.indexOf('## Deleting one completely'));
  const env = { ...process.env, CONSOLE: services.console!.url, TOKEN: token };
  await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', fenced(section, 'sh')], { env });
  await deleteRows(stack.db, fenced(section, 'sql'));
}

export const exampleTenant = 'acme';

async function deleteRows(db: ClickHouse, statements: string): Promise<void> {
  for (const statement of statements.split(';')) if (statement.trim() !== '') await db.command(statement);
}

/** The one block of a language. */
function fenced(section: string, language: string): string {
  const blocks = [...section.matchAll(/^ *```(\w+)\n([\s\S]*?)^ *```$/gm)].filter(
    ([, of]) => of === language,
  );
  if (blocks.length !== 1) throw new Error(`${blocks.length} blocks of ${language} instead of one`);
  return blocks[0]![2]!;
}

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
