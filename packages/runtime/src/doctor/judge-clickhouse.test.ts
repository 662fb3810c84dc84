import { shapeOf } from '@adherence/schemas/table-shape.ts';
import { tables } from '@adherence/schemas/tables.ts';
import { expect, test } from 'vitest';
import { type ClickHouseSeen, type FeedSeen, judgeClickHouse, type TableSeen } from './judge-clickhouse.ts';

const shapes = tables.map(shapeOf).filter((shape) => shape !== null);
const now = Date.UTC(2026, 0, 10);
const dayMs = 86_400_000;

const ttls: Readonly<Record<string, number>> = { person_days: 400, facts: 460 };
const engineOf = (name: string, engine: string, days = ttls[name]): string =>
  `${engine} ORDER BY x${days === undefined ? '' : ` TTL day + toIntervalDay(${days})`} SETTINGS index_granularity = 8192`;
const whole: ClickHouseSeen = {
  version: '25.8.2.29',
  tables: new Map(
    shapes.map(({ name, engine, sortingKey, columns, ttlDays }) => [
      name,
      { engine: engineOf(name, engine, ttlDays ?? ttls[name]), sortingKey, columns, activeParts: 7 },
    ]),
  ),
  feeds: [{ tenant: 'acme', integration: 'odigo', lastAt: now - 60_000, silentFrom: null }],
};
const said = (seen: ClickHouseSeen, retentionDays: number | null = 400) =>
  judgeClickHouse(seen, { shapes, retentionDays, now }).map(
    ({ severity, problem, remedy }) => `${severity}: ${problem}. ${remedy}`,
  );
const withTable = (name: string, change: Partial<TableSeen>): ClickHouseSeen => ({
  ...whole,
  tables: new Map([...whole.tables, [name, { ...whole.tables.get(name)!, ...change }]]),
});
const without = (name: string): ClickHouseSeen => ({
  ...whole,
  tables: new Map([...whole.tables].filter(([other]) => other !== name)),
});
const withColumn = (name: string, column: string, type: string | null): ClickHouseSeen => {
  const columns = new Map(whole.tables.get(name)!.columns);
  if (type === null) columns.delete(column);
  else columns.set(column, type);
  return withTable(name, { columns });
};
const withFeed = (feed: Partial<FeedSeen>): ClickHouseSeen => ({
  ...whole,
  feeds: [{ ...whole.feeds[0]!, ...feed }],
});

test('nothing is said of what is as it should be, nor of replicated engines', () => {
  expect(said(whole)).toEqual([]);
  expect(said(whole, null)).toEqual([]);
  const shared = engineOf('person_days', "SharedReplacingMergeTree('/path/{uuid}', '{replica}', version)");
  expect(said(withTable('person_days', { engine: shared }))).toEqual([]);
});

test.each<[string, ClickHouseSeen, RegExp]>([
  [
    'an old server',
    { ...whole, version: '24.8.1.1' },
    /^error: ClickHouse is 24\.8\.1\.1, older than 25\.8.* Upgrade ClickHouse/,
  ],
  [
    'a missing table',
    without('result_changes'),
    /^error: table result_changes does not exist\. Run the migration/,
  ],
  ['a missing view', without('segments'), /^error: view segments does not exist/],
  [
    'a missing column',
    withColumn('person_days', 'content_hash', null),
    /^error: table person_days has no column content_hash\. Run the migration/,
  ],
  [
    'a changed column',
    withColumn('facts', 'occurred_at', 'UInt32'),
    /^error: column occurred_at of table facts is UInt32, not Int64\. .*ALTER/,
  ],
  [
    'a plain engine',
    withTable('facts', { engine: engineOf('facts', 'MergeTree') }),
    /^error: table facts is not ReplacingMergeTree\(version\).*count twice/,
  ],
  [
    'another version',
    withTable('facts', { engine: engineOf('facts', 'ReplacingMergeTree(received_at)') }),
    /^error: table facts is not/,
  ],
  [
    'another order',
    withTable('facts', { sortingKey: 'tenant' }),
    /^error: table facts is not .* ordered by \(tenant, integration/,
  ],
  [
    'dead letters for ever',
    withTable('rejected', { engine: 'ReplacingMergeTree ORDER BY x' }),
    /^warning: rows of table rejected are kept for ever, not for 30 days/,
  ],
  ['too many parts', withTable('facts', { activeParts: 1_500 }), /^warning: table facts has 1,500 parts/],
  [
    'retention not set',
    withTable('person_days', { engine: engineOf('person_days', 'ReplacingMergeTree(version)', 90) }),
    /^warning: results are kept for 90 days, and RETENTION_DAYS is 400\. Restart adherence/,
  ],
  [
    'a silent feed',
    withFeed({ silentFrom: now - 18 * 60_000 }),
    /^error: integration odigo of tenant acme has been silent for 18 minutes: .*See at Odigo/,
  ],
  [
    'a feed of which nothing came for days',
    withFeed({ lastAt: now - 4 * dayMs }),
    /^warning: nothing came from integration odigo of tenant acme for 4 days/,
  ],
])('%s', (_, seen, expected) => {
  expect(said(seen)).toEqual([expect.stringMatching(expected)]);
});

test('without RETENTION_DAYS: that it is in force nowhere, or that inputs go before results', () => {
  const engine = 'ReplacingMergeTree(version) ORDER BY x';
  expect(said(withTable('person_days', { engine }), null)).toEqual([
    expect.stringMatching(/^warning: RETENTION_DAYS is not in force/),
  ]);
  expect(
    said(withTable('facts', { engine: engineOf('facts', 'ReplacingMergeTree(version)', 200) }), null),
  ).toEqual([expect.stringMatching(/^error: facts are kept for 200 days, results for 400/)]);
});
