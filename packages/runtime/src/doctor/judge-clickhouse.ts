/** ClickHouse, its tables and what they tell of the feeds, judged against schemas/src/tables.ts. Pure. */
import type { TableShape } from '@adherence/schemas/table-shape.ts';
import { isNewEnough, tooOldRemedy, tooOldSentence } from '../clickhouse-version.ts';
import { doubtful, type Finding, listed, migrateRemedy, spoken, wrong } from './finding.ts';

export interface ClickHouseSeen {
  readonly version: string;
  readonly tables: ReadonlyMap<string, TableSeen>;
  readonly feeds: readonly FeedSeen[];
}

export interface TableSeen {
  /** As in system.tables: with arguments, order, TTL. */
  readonly engine: string;
  readonly sortingKey: string;
  readonly columns: ReadonlyMap<string, string>;
  readonly activeParts: number;
}

export interface FeedSeen {
  readonly tenant: string;
  readonly integration: string;
  /** Latest time of an accepted notification, epoch milliseconds. */
  readonly lastAt: number;
  /** Declared silent since then; null: not. */
  readonly silentFrom: number | null;
}

export interface Expected {
  readonly shapes: readonly TableShape[];
  /** RETENTION_DAYS of adherence where it is known here. */
  readonly retentionDays: number | null;
  readonly now: number;
}

export function judgeClickHouse(seen: ClickHouseSeen, expected: Expected): Finding[] {
  const { version, tables, feeds } = seen;
  return [
    ...(isNewEnough(version) ? [] : [wrong('clickhouse', tooOldSentence(version), tooOldRemedy)]),
    ...expected.shapes.flatMap((shape) => judgeTable(shape, tables.get(shape.name))),
    ...judgeRetention(tables, expected.retentionDays),
    ...feeds.flatMap((feed) => judgeFeed(feed, expected.now)),
  ];
}

/** Inserts slow down from 1,000 parts of a partition on, and are refused at 3,000 (ClickHouse's defaults). */
const partsLimit = 1_000;

function judgeTable(shape: TableShape, table: TableSeen | undefined): Finding[] {
  const { name, kind } = shape;
  if (!table) return [wrong('clickhouse', `${kind} ${name} does not exist`, migrateRemedy)];
  if (kind === 'view') return [];
  const findings: Finding[] = [];
  const missing = [...shape.columns.keys()].filter((column) => !table.columns.has(column));
  if (missing.length > 0) {
    findings.push(wrong('clickhouse', `table ${name} has no column ${listed(missing)}`, migrateRemedy));
  }
  const odd = [...shape.columns].filter(([column, type]) => (table.columns.get(column) ?? type) !== type);
  for (const [column, type] of odd) {
    findings.push(
      wrong(
        'clickhouse',
        `column ${column} of table ${name} is ${table.columns.get(column)}, not ${type}`,
        'Somebody changed it by hand: change it back (ALTER TABLE ... MODIFY COLUMN).',
      ),
    );
  }
  // ClickHouse Cloud and replicated databases put a word in front: SharedReplacingMergeTree('/path', '{replica}', version).
  const [, kindOfEngine, version] = /^(\w+?)(?:\((\w+)\))?$/.exec(shape.engine)!;
  const ofSameKind = new RegExp(`^(Shared|Replicated)?${kindOfEngine}\\b`).test(table.engine);
  const hasVersion = version === undefined || new RegExp(`\\([^)]*\\b${version}\\)`).test(table.engine);
  if (!ofSameKind || !hasVersion || table.sortingKey !== shape.sortingKey) {
    findings.push(
      wrong(
        'clickhouse',
        `table ${name} is not ${shape.engine} ordered by (${shape.sortingKey}): rows written twice would count twice`,
        'Move it away (RENAME TABLE), run the migration, and copy its rows over (INSERT INTO ... SELECT).',
      ),
    );
  }
  if (shape.ttlDays !== null && daysOf(table) !== shape.ttlDays) {
    findings.push(
      doubtful(
        'clickhouse',
        `rows of table ${name} ${keptFor(daysOf(table))}, not for ${shape.ttlDays} days`,
        migrateRemedy,
      ),
    );
  }
  if (table.activeParts > partsLimit) {
    findings.push(
      doubtful(
        'clickhouse',
        `table ${name} has ${table.activeParts.toLocaleString('en')} parts: ClickHouse does not merge as fast as is written`,
        'See the load, memory and disk of ClickHouse; past 3,000 parts it refuses inserts.',
      ),
    );
  }
  return findings;
}

const daysOf = ({ engine }: TableSeen): number | null => {
  const found = /\bTTL .*toIntervalDay\((\d+)\)/.exec(engine);
  return found ? Number(found[1]) : null;
};
const keptFor = (days: number | null): string =>
  days === null ? 'are kept for ever' : `are kept for ${days} days`;

const restartAdherence = 'Restart adherence: it sets this at its start, and its log says why it cannot.';

/** Adherence sets the TTLs at its start (services/adherence/src/keep/retention.ts): results as long, inputs longer. */
function judgeRetention(tables: ReadonlyMap<string, TableSeen>, wantedDays: number | null): Finding[] {
  const results = tables.get('person_days');
  const inputs = tables.get('facts');
  if (!results || !inputs) return [];
  const [resultDays, inputDays] = [daysOf(results), daysOf(inputs)];
  if (wantedDays !== null && resultDays !== wantedDays) {
    return [
      doubtful(
        'clickhouse',
        `results ${keptFor(resultDays)}, and RETENTION_DAYS is ${wantedDays}`,
        `${restartAdherence} All its processes need the same RETENTION_DAYS.`,
      ),
    ];
  }
  if (resultDays === null) {
    return [
      doubtful('clickhouse', 'RETENTION_DAYS is not in force: results are kept for ever', restartAdherence),
    ];
  }
  if (inputDays === null || inputDays > resultDays) return [];
  return [
    wrong(
      'clickhouse',
      `facts are kept for ${inputDays} days, results for ${resultDays}: the oldest days can no longer be computed again`,
      restartAdherence,
    ),
  ];
}

const quietLimitMs = 3 * 86_400_000;
const lookAtOdigo =
  'See at Odigo whether the notification is still active and has the URL of this integration; the console shows what arrived last.';

function judgeFeed({ tenant, integration, lastAt, silentFrom }: FeedSeen, now: number): Finding[] {
  const name = `integration ${integration} of tenant ${tenant}`;
  if (silentFrom !== null) {
    return [
      wrong(
        'feeds',
        `${name} has been silent for ${spoken(now - silentFrom)}: its people count as "no data"`,
        lookAtOdigo,
      ),
    ];
  }
  if (now - lastAt < quietLimitMs) return [];
  return [doubtful('feeds', `nothing came from ${name} for ${spoken(now - lastAt)}`, lookAtOdigo)];
}
