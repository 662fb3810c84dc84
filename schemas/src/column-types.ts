import { shapeOf } from './table-shape.ts';
import { tables } from './tables.ts';

/** Types in the order of `columns`; nested columns are arrays. Throws for a column or a table that there is not. */
export function columnTypes(table: string, columns: readonly string[]): string[] {
  const definition = tables.find(({ name }) => name === table);
  const known = definition && new Map([...(shapeOf(definition)?.columns ?? []), ...addedColumns(table)]);
  if (!known) throw new TypeError(`there is no table ${table}`);
  return columns.map((column) => {
    const type = known.get(column);
    if (!type) throw new TypeError(`there is no column ${column} in ${table}`);
    return type;
  });
}

function addedColumns(table: string): [string, string][] {
  return tables.flatMap(({ ddl }) => {
    const [, name, type] =
      new RegExp(`^ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS (\\S+) (\\S+)`).exec(ddl) ?? [];
    return name && type ? [[name, type] as [string, string]] : [];
  });
}
