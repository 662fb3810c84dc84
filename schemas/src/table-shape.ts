/** What ClickHouse tells of a table (system.tables, system.columns), read off its definition in tables.ts. */
export interface TableShape {
  readonly name: string;
  readonly kind: 'table' | 'view';
  /** Types by name as ClickHouse writes them, nested columns as arrays; empty for a view. */
  readonly columns: ReadonlyMap<string, string>;
  /** `ReplacingMergeTree(version)`; '' for a view. */
  readonly engine: string;
  /** `tenant, person, day`; '' for a view. */
  readonly sortingKey: string;
  /** Days after which rows go, where the definition says so. */
  readonly ttlDays: number | null;
}

/** Null for a statement that changes a table which another one makes. */
export function shapeOf({ name, ddl }: { readonly name: string; readonly ddl: string }): TableShape | null {
  if (/^CREATE OR REPLACE VIEW /.test(ddl)) {
    return { name, kind: 'view', columns: new Map(), engine: '', sortingKey: '', ttlDays: null };
  }
  if (!ddl.startsWith('CREATE TABLE')) return null;
  const text = ddl.replace(/--.*$/gm, '').replace(/\s+/g, ' ');
  const open = text.indexOf('(');
  const close = closing(text, open);
  const tail = text.slice(close + 1);
  const ttl = /TTL .*INTERVAL (\d+) DAY/.exec(tail);
  return {
    name,
    kind: 'table',
    columns: new Map(parts(text.slice(open + 1, close)).flatMap(columnsOf)),
    engine: /ENGINE = (\w+(?:\([^)]*\))?)/.exec(tail)![1]!,
    sortingKey: /ORDER BY \(([^)]*)\)/.exec(tail)![1]!,
    ttlDays: ttl ? Number(ttl[1]) : null,
  };
}

function columnsOf(column: string): [string, string][] {
  const space = column.indexOf(' ');
  const name = column.slice(0, space);
  const type = column.slice(space + 1).trim();
  const nested = /^Nested\((.*)\)$/.exec(type);
  if (!nested) return [[name, type]];
  return parts(nested[1]!)
    .flatMap(columnsOf)
    .map(([inner, of]) => [`${name}.${inner}`, `Array(${of})`]);
}

/** Split at the commas that stand in no brackets. */
function parts(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= text.length; i += 1) {
    if (text[i] === '(') depth += 1;
    else if (text[i] === ')') depth -= 1;
    else if (i === text.length || (text[i] === ',' && depth === 0)) {
      found.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  return found.filter((part) => part !== '');
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i += 1) {
    if (text[i] === '(') depth += 1;
    else if (text[i] === ')') {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  throw new Error(`brackets of a definition do not close: ${text.slice(0, 60)}`);
}
