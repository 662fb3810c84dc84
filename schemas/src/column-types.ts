import { shapeOf } from './table-shape.ts';
import { tables } from './tables.ts';

/** Types in the order of `columns`; nested columns are arrays. Throws for a column or a table that there is not. */
export function columnTypes(table: string, columns: readonly string[]): string[] {
  const definition = tables.find(({ name }) => name === table);
  const known = definition && shapeOf(definition)?.columns;
  if (!known) throw new TypeError(`there is no table ${table}`);
  return columns.map((column) => {
    const type = known.get(column);
    if (!type) throw new TypeError(`there is no column ${column} in ${table}`);
    return type;
  });
}
