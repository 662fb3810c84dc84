/** What ClickHouse tells of its tables and of the feeds; reads only. */
import type { TableShape } from '@adherence/schemas/table-shape.ts';
import type { ClickHouse } from '../clickhouse.ts';
import type { Clock } from '../clock.ts';
import type { ClickHouseSeen, FeedSeen, TableSeen } from './judge-clickhouse.ts';
import type { ClockSeen } from './judge-services.ts';

export interface ClickHouseLook {
  readonly seen: ClickHouseSeen;
  readonly clock: ClockSeen;
}

type Asked = Pick<ClickHouse, 'query'>;

export async function lookAtClickHouse(
  db: Asked,
  shapes: readonly TableShape[],
  clock: Clock,
): Promise<ClickHouseLook> {
  const from = clock.now();
  const [server] = await db.query<{ version: string; at: number }>(
    'SELECT version() AS version, toUnixTimestamp64Milli(now64(3)) AS at',
  );
  const to = clock.now();
  const tables = await tablesSeen(db);
  const has = (name: string) => shapes.some((shape) => shape.name === name) && tables.has(name);
  const feeds = has('feed_seconds') && has('feed_gaps') ? await feedsSeen(db) : [];
  return {
    seen: { version: server!.version, tables, feeds },
    clock: { of: 'ClickHouse', aheadMs: server!.at - (from + to) / 2, uncertainMs: (to - from) / 2 },
  };
}

async function tablesSeen(db: Asked): Promise<Map<string, TableSeen>> {
  const found = await db.query<{ name: string; engine: string; sorting_key: string; parts: number }>(
    `SELECT name, if(engine_full = '', engine, engine_full) AS engine, sorting_key,
  toUInt64(ifNull(active_parts, 0)) AS parts
FROM system.tables WHERE database = currentDatabase()`,
  );
  const columns = await db.query<{ table: string; name: string; type: string }>(
    'SELECT table, name, type FROM system.columns WHERE database = currentDatabase()',
  );
  const of = Map.groupBy(columns, ({ table }) => table);
  return new Map(
    found.map(({ name, engine, sorting_key: sortingKey, parts: activeParts }) => [
      name,
      {
        engine,
        sortingKey,
        activeParts,
        columns: new Map((of.get(name) ?? []).map((column) => [column.name, column.type])),
      },
    ]),
  );
}

const feedsSeen = (db: Asked): Promise<FeedSeen[]> =>
  db.query<FeedSeen>(
    `SELECT lasts.tenant AS tenant, lasts.integration AS integration, lastAt, gaps.open_from AS silentFrom
FROM (SELECT tenant, integration, max(greatest) AS lastAt FROM feed_seconds GROUP BY tenant, integration) AS lasts
LEFT JOIN (SELECT tenant, integration, open_from FROM feed_gaps FINAL) AS gaps
  ON lasts.tenant = gaps.tenant AND lasts.integration = gaps.integration
ORDER BY tenant, integration`,
  );
