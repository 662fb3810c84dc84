/**
 * ClickHouse tables. Every row is absolute and versioned: writing one again changes nothing, a stale writer can be
 * late but never wins. Times are Int64 epoch milliseconds (exact for any date); views for analysts show DateTime64.
 * '' stands for "none" in string columns. Read with FINAL.
 */
import { analystViews } from './analyst-views.ts';

export interface TableDefinition {
  readonly name: string;
  readonly ddl: string;
}

const amounts = [
  'scheduled_ms',
  'in_ms',
  'not_present_ms',
  'wrong_activity_ms',
  'no_data_ms',
  'excluded_ms',
  'not_scheduled_ms',
  'worked_ms',
  'raw_in_ms',
  'raw_not_present_ms',
  'raw_wrong_activity_ms',
] as const;
export const amountColumns: readonly (typeof amounts)[number][] = amounts;

export const tables: readonly TableDefinition[] = [
  {
    // Facts in Odigo's terms: a set; the version keeps the earliest receipt of the same fact.
    name: 'facts',
    ddl: `CREATE TABLE IF NOT EXISTS facts (
  tenant LowCardinality(String),
  integration LowCardinality(String),
  external_user String,
  occurred_at Int64,
  dedup_key String,
  content_hash String,
  event_type LowCardinality(String),
  status LowCardinality(Nullable(String)),
  break_type LowCardinality(Nullable(String)),
  sequence Nullable(Int64),
  received_at Int64,
  flags Array(LowCardinality(String)),
  detail Map(LowCardinality(String), String),
  source_partition UInt16,
  source_offset UInt64,
  version UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, integration, external_user, occurred_at, dedup_key, content_hash)`,
  },
  {
    // From when on it counts as known: its receipt, or when it was replayed out of quarantine.
    name: 'facts.known_at',
    ddl: `ALTER TABLE facts ADD COLUMN IF NOT EXISTS known_at Int64 DEFAULT received_at AFTER received_at`,
  },
  {
    // Break types found by look-up for facts that came without one: a set; the one found first holds.
    name: 'break_details',
    ddl: `CREATE TABLE IF NOT EXISTS break_details (
  tenant LowCardinality(String),
  integration LowCardinality(String),
  external_user String,
  occurred_at Int64,
  dedup_key String,
  content_hash String,
  found_at Int64,
  break_type LowCardinality(String),
  status LowCardinality(String) -- of the fact
) ENGINE = ReplacingMergeTree
ORDER BY (tenant, integration, external_user, occurred_at, dedup_key, content_hash, found_at, break_type)`,
  },
  {
    // One row per raw record that was consumed: the auditor's ledger (accepted = stored + duplicates + quarantined).
    name: 'received',
    ddl: `CREATE TABLE IF NOT EXISTS received (
  source_partition UInt16,
  source_offset UInt64,
  tenant LowCardinality(String),
  integration LowCardinality(String),
  outcome LowCardinality(String)
) ENGINE = ReplacingMergeTree
ORDER BY (source_partition, source_offset)`,
  },
  {
    // All versions of schedule documents; the greatest offset holds. offset = that of the command on activity.events.
    name: 'schedules',
    ddl: `CREATE TABLE IF NOT EXISTS schedules (
  tenant LowCardinality(String),
  person String,
  shift_date Date,
  offset UInt64,
  removed UInt8,
  activities Nested(activity LowCardinality(String), start_at Int64, end_at Int64),
  command_id String,
  written_by String,
  written_at Int64
) ENGINE = ReplacingMergeTree
ORDER BY (tenant, person, shift_date, offset)`,
  },
  {
    // Proof of life of a feed: exact for every gap longer than a second.
    name: 'feed_seconds',
    ddl: `CREATE TABLE IF NOT EXISTS feed_seconds (
  tenant LowCardinality(String),
  integration LowCardinality(String),
  second Int64,
  least SimpleAggregateFunction(min, Int64),
  greatest SimpleAggregateFunction(max, Int64)
) ENGINE = AggregatingMergeTree
ORDER BY (tenant, integration, second)`,
  },
  {
    // Gaps of a feed as its people were told them; asked = 0: told to the table, not yet to the people.
    name: 'feed_gaps',
    ddl: `CREATE TABLE IF NOT EXISTS feed_gaps (
  tenant LowCardinality(String),
  integration LowCardinality(String),
  version UInt128,
  asked UInt8,
  threshold_ms Int64,
  changed_from Int64,
  first_at Nullable(Int64),
  last_at Nullable(Int64),
  open_from Nullable(Int64),
  gaps Nested(from_at Int64, to_at Int64)
) ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, integration)`,
  },
  {
    // One row per person and calendar day in the zone of the planning unit: day totals, cells per 15-minute bucket
    // (and shift date, scheduled and actual activity), and the day's segments. Replaced as a whole: no ghosts.
    name: 'person_days',
    ddl: `CREATE TABLE IF NOT EXISTS person_days (
  tenant LowCardinality(String),
  person String,
  day Date,
  version UInt128,
  as_of Int64,
  rules_version UInt16,
  time_zone LowCardinality(String),
  day_start Int64,
  day_end Int64,
  final_until Int64,
  content_hash String, -- of everything below and the zone; '' in rows of earlier releases
  ${amounts.map((name) => `${name} Int64`).join(',\n  ')},
  cells Nested(
    bucket Int64,
    shift_date LowCardinality(String),
    scheduled_activity LowCardinality(String),
    actual_activity LowCardinality(String),
    ${amounts.map((name) => `${name} Int32`).join(',\n    ')}
  ),
  segments Nested(
    from_at Int64,
    to_at Int64,
    shift_date LowCardinality(String),
    scheduled_activity LowCardinality(String),
    actual_kind LowCardinality(String),
    actual_activity LowCardinality(String),
    external_status LowCardinality(Nullable(String)),
    break_type LowCardinality(Nullable(String)),
    estimated UInt8,
    state LowCardinality(String),
    in_buffer UInt8,
    counted_as LowCardinality(String)
  )
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(day)
ORDER BY (tenant, person, day)`,
  },
  {
    name: 'person_days.content_hash',
    ddl: `ALTER TABLE person_days ADD COLUMN IF NOT EXISTS content_hash String AFTER final_until`,
  },
  {
    // Final buckets that were changed: identity = the row that was replaced, so recording one again changes nothing.
    // Without cells: it turned out not to have changed. closed_period: the row stands, this is what it would be.
    name: 'result_changes',
    ddl: `CREATE TABLE IF NOT EXISTS result_changes (
  tenant LowCardinality(String),
  person String,
  day Date,
  before_version UInt128,
  version UInt128,
  recorded_at Int64,
  closed_period String,
  rules_before UInt16,
  rules_after UInt16,
  causes Nested(
    reason LowCardinality(String),
    topic LowCardinality(String), -- whose offset follows; '' = none
    offset UInt64,
    ref String,
    actor String,
    at Int64
  ),
  cells Nested(
    bucket Int64,
    shift_date LowCardinality(String),
    scheduled_activity LowCardinality(String),
    actual_activity LowCardinality(String),
    ${amounts.map((name) => `before_${name} Int32`).join(',\n    ')},
    ${amounts.map((name) => `after_${name} Int32`).join(',\n    ')}
  )
) ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, person, day, before_version)`,
  },
  {
    // Recomputations that were put off behind live work; done = 1 once the rows are replaced.
    name: 'recomputations',
    ddl: `CREATE TABLE IF NOT EXISTS recomputations (
  tenant LowCardinality(String),
  person String,
  asked_on LowCardinality(String), -- topic whose offset follows
  ask_offset UInt64,
  from_at Int64,
  to_at Int64,
  reason LowCardinality(String),
  recomputation_id String,
  configuration_offset UInt64,
  asked_at Int64,
  done UInt8
) ENGINE = ReplacingMergeTree(done)
ORDER BY (tenant, person, asked_on, ask_offset)`,
  },
  {
    // 1 = nothing after to_at is asked for. What a release wrote that knew no ends is open.
    name: 'recomputations.bounded',
    ddl: `ALTER TABLE recomputations ADD COLUMN IF NOT EXISTS bounded UInt8 DEFAULT 0 AFTER to_at`,
  },
  {
    // Erasures obeyed, by partition of activity.events; facts = how many there were for the first that did so.
    name: 'erasures',
    ddl: `CREATE TABLE IF NOT EXISTS erasures (
  tenant LowCardinality(String),
  erasure String,
  partition UInt16,
  facts UInt64,
  erased_at Int64
) ENGINE = ReplacingMergeTree
ORDER BY (tenant, erasure, partition)`,
  },
  {
    // Dead letters; identity = coordinates on the topic `rejected`.
    name: 'rejected',
    ddl: `CREATE TABLE IF NOT EXISTS rejected (
  tenant LowCardinality(String),
  rejected_partition UInt16,
  rejected_offset UInt64,
  integration LowCardinality(String),
  stage LowCardinality(String),
  reason LowCardinality(String),
  detail String,
  received_at Int64,
  request_id String,
  item_index Int32,
  format LowCardinality(String),
  body_base64 String,
  source_topic LowCardinality(String),
  source_partition Nullable(UInt16),
  source_offset Nullable(UInt64)
) ENGINE = ReplacingMergeTree
ORDER BY (tenant, rejected_partition, rejected_offset)
TTL toDateTime(intDiv(received_at, 1000)) + INTERVAL 30 DAY`,
  },
  {
    // Payloads hold personal data: they go after as long as the topic keeps them.
    name: 'rejected.ttl',
    ddl: `ALTER TABLE rejected MODIFY TTL toDateTime(intDiv(received_at, 1000)) + INTERVAL 30 DAY
SETTINGS materialize_ttl_after_modify = 0`,
  },
  {
    name: 'rejected.envelope',
    ddl: `ALTER TABLE rejected ADD COLUMN IF NOT EXISTS envelope String AFTER body_base64`,
  },
  {
    // What was read again of the dead letters: by whom, and what came of it. Goes with them.
    name: 'rejected_replays',
    ddl: `CREATE TABLE IF NOT EXISTS rejected_replays (
  tenant LowCardinality(String),
  rejected_partition UInt16,
  rejected_offset UInt64,
  replayed_at Int64,
  replayed_by String,
  items UInt32,
  fault String
) ENGINE = ReplacingMergeTree
ORDER BY (tenant, rejected_partition, rejected_offset, replayed_at)
TTL toDateTime(intDiv(replayed_at, 1000)) + INTERVAL 30 DAY`,
  },
  ...analystViews,
];

/** Tables with rows of tenants, by their columns, so that one that is added later is not forgotten. */
export const tablesOfTenants: readonly string[] = tables
  .filter(({ ddl }) => ddl.startsWith('CREATE TABLE') && /^ {2}tenant /m.test(ddl))
  .map(({ name }) => name);
