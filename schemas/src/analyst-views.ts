/**
 * Views for analysts (docs/sql.md): the latest row of everything, times as DateTime64, '' as NULL, ratios of the exact
 * integers. They read with FINAL, so that nobody counts a replaced row.
 */
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

const time = (column: string, name: string): string =>
  `fromUnixTimestamp64Milli(toInt64(${column}), 'UTC') AS ${name}`;
const orNull = (column: string, name: string): string => `nullIf(CAST(${column}, 'String'), '') AS ${name}`;
const cell = (name: string): string => `toInt64(cells.${name}) AS ${name}`;

export const analystViews: readonly { readonly name: string; readonly ddl: string }[] = [
  {
    name: 'adherence_by_day',
    ddl: `CREATE OR REPLACE VIEW adherence_by_day AS
SELECT tenant, person, day, time_zone,
  ${time('day_start', 'day_starts_at')}, ${time('day_end', 'day_ends_at')}, ${time('as_of', 'computed_to')},
  final_until >= day_end AS is_final, rules_version,
  ${amounts.join(', ')},
  in_ms / nullIf(scheduled_ms - no_data_ms, 0) AS adherence,
  (scheduled_ms - no_data_ms) / nullIf(scheduled_ms, 0) AS coverage,
  worked_ms / nullIf(scheduled_ms, 0) AS conformance
FROM person_days FINAL`,
  },
  {
    name: 'adherence_by_quarter_hour',
    ddl: `CREATE OR REPLACE VIEW adherence_by_quarter_hour AS
SELECT tenant, person, day, time_zone,
  ${time('cells.bucket', 'starts_at')}, cells.bucket + 900000 <= final_until AS is_final,
  toDateOrNull(CAST(cells.shift_date, 'String')) AS shift_date,
  ${orNull('cells.scheduled_activity', 'scheduled_activity')}, ${orNull('cells.actual_activity', 'actual_activity')},
  ${amounts.map(cell).join(', ')}
FROM person_days FINAL ARRAY JOIN cells`,
  },
  {
    name: 'segments',
    ddl: `CREATE OR REPLACE VIEW segments AS
SELECT tenant, person, day, time_zone,
  ${time('segments.from_at', 'from_time')}, ${time('segments.to_at', 'to_time')},
  segments.to_at - segments.from_at AS duration_ms,
  toDateOrNull(CAST(segments.shift_date, 'String')) AS shift_date,
  ${orNull('segments.scheduled_activity', 'scheduled_activity')},
  CAST(segments.actual_kind, 'String') AS actual_kind, ${orNull('segments.actual_activity', 'actual_activity')},
  segments.external_status AS external_status, segments.break_type AS break_type,
  segments.estimated = 1 AS is_estimated, ${orNull('segments.state', 'state')},
  segments.in_buffer = 1 AS is_in_buffer, ${orNull('segments.counted_as', 'counted_as')}
FROM person_days FINAL ARRAY JOIN segments`,
  },
  {
    name: 'status_events',
    ddl: `CREATE OR REPLACE VIEW status_events AS
SELECT tenant, integration, external_user, ${time('occurred_at', 'occurred_at_time')},
  ${time('received_at', 'received_at_time')}, received_at - occurred_at AS late_by_ms,
  event_type, status, break_type, sequence, flags
FROM facts FINAL`,
  },
  {
    name: 'final_changes',
    ddl: `CREATE OR REPLACE VIEW final_changes AS
SELECT tenant, person, day, ${time('recorded_at', 'recorded_at_time')},
  ${orNull('closed_period', 'stands_in_closed_period')}, causes.reason AS reasons, causes.actor AS actors,
  rules_before, rules_after, ${time('cells.bucket', 'starts_at')},
  ${orNull('cells.scheduled_activity', 'scheduled_activity')}, ${orNull('cells.actual_activity', 'actual_activity')},
  ${amounts.flatMap((name) => [`cells.before_${name} AS before_${name}`, `cells.after_${name} AS after_${name}`]).join(', ')}
FROM result_changes FINAL ARRAY JOIN cells`,
  },
];
