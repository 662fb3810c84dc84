/** SQL that the inputs of `compute` are read with, as pure values. Int64 columns come back as numbers. */
import type { Instant } from '@adherence/domain/model.ts';

/** A string literal of ClickHouse SQL. */
export const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

export interface UserRef {
  readonly integrationId: string;
  readonly externalUserId: string;
}

/** By integration: a set of pairs is looked up row by row, which takes three times as long as one of users. */
const userIn = (users: readonly UserRef[]): string =>
  `(${[...Map.groupBy(users, ({ integrationId }) => integrationId)]
    .map(([integrationId, own]) => {
      const ids = own.map(({ externalUserId }) => literal(externalUserId)).join(', ');
      return `integration = ${literal(integrationId)} AND external_user IN (${ids})`;
    })
    .join(' OR ')})`;

const personIn = (personIds: readonly string[]): string => `person IN (${personIds.map(literal).join(', ')})`;

const factFields =
  'integration, event_type, status, break_type, occurred_at, sequence, dedup_key, content_hash, received_at';

/** Which part of what is stored is read. */
export interface StoreView {
  /** Only what had been recorded by then: facts by receipt or replay, look-ups by finding, schedules by writing; null = all. */
  readonly knownAt: Instant | null;
  /** Facts that occurred later are left out; null = none. */
  readonly until: Instant | null;
  /** With where each fact and schedule document comes from. */
  readonly withSources: boolean;
}

export const wholeView: StoreView = { knownAt: null, until: null, withSources: false };

const factFieldsOf = ({ withSources }: StoreView): string =>
  withSources ? `${factFields}, flags, detail, source_partition, source_offset` : factFields;

const knownBy = (column: string, { knownAt }: StoreView): string =>
  knownAt === null ? '' : ` AND ${column} <= ${knownAt}`;

/** Facts from an instant on. */
export const factsFrom = (
  tenantId: string,
  users: readonly UserRef[],
  from: Instant,
  view: StoreView = wholeView,
): string => selectFacts(`external_user, ${factFieldsOf(view)}`, tenantId, users, from, view);

/** The same without sources, to be read in blocks: names of users are told once a block. */
export const factColumnsFrom = (
  tenantId: string,
  users: readonly UserRef[],
  from: Instant,
  view: StoreView,
): string =>
  selectFacts(`${factFields}, toLowCardinality(external_user) AS user_id`, tenantId, users, from, view);

const selectFacts = (
  fields: string,
  tenantId: string,
  users: readonly UserRef[],
  from: Instant,
  view: StoreView,
): string =>
  `SELECT ${fields} FROM facts FINAL
WHERE tenant = ${literal(tenantId)} AND ${userIn(users)} AND occurred_at >= ${from}${
    view.until === null ? '' : ` AND occurred_at <= ${view.until}`
  }${knownBy('known_at', view)}`;

/** What holds of the break types found for facts of these users, from an instant on. */
export const breakTypesFrom = (
  tenantId: string,
  users: readonly UserRef[],
  from: Instant,
  view: StoreView = wholeView,
): string =>
  `SELECT integration, external_user, dedup_key, content_hash, min(found_at) AS first_found_at,
  argMin(break_type, (found_at, break_type)) AS found_break_type FROM break_details
WHERE tenant = ${literal(tenantId)} AND ${userIn(users)} AND occurred_at >= ${from}${knownBy('found_at', view)}
GROUP BY integration, external_user, dedup_key, content_hash`;

/**
 * What must be known of the time before: per user the last event, and the last that bears a status, in
 * `[after, before)`. Several facts of the same millisecond are all given.
 */
export function factsBefore(
  tenantId: string,
  users: readonly UserRef[],
  after: Instant,
  before: Instant,
  bearing: boolean,
  view: StoreView = wholeView,
): string {
  const where = `tenant = ${literal(tenantId)} AND ${userIn(users)} AND occurred_at >= ${after} AND occurred_at < ${before}${
    bearing ? ` AND event_type != 'HEARTBEAT'` : ''
  }${knownBy('known_at', view)}`;
  return `SELECT external_user, ${factFieldsOf(view)} FROM facts FINAL
WHERE ${where} AND (integration, external_user, occurred_at) IN (
  SELECT integration, external_user, max(occurred_at) FROM facts WHERE ${where} GROUP BY integration, external_user)`;
}

export const firstFacts = (tenantId: string, users: readonly UserRef[]): string =>
  `SELECT integration, external_user, min(occurred_at) AS first_at FROM facts
WHERE tenant = ${literal(tenantId)} AND ${userIn(users)} GROUP BY integration, external_user`;

export const firstSchedules = (tenantId: string, personIds: readonly string[]): string =>
  `SELECT person, toString(min(shift_date)) AS first_date FROM schedules
WHERE tenant = ${literal(tenantId)} AND ${personIn(personIds)} GROUP BY person`;

/** Up to when each person's rows were computed, and the greatest offset in their versions (see `packVersion`). */
export const lastComputed = (tenantId: string, personIds: readonly string[]): string =>
  `SELECT person, max(as_of) AS as_of, toString(min(day)) AS first_day,
  toUInt64(bitShiftRight(max(version), 84)) AS last_offset FROM person_days
WHERE tenant = ${literal(tenantId)} AND ${personIn(personIds)} GROUP BY person`;

/** The schedule documents that hold (or held before an offset), shift dates inclusive. */
export const schedulesBetween = (
  tenantId: string,
  personIds: readonly string[],
  fromDate: string,
  toDate: string,
  beforeOffset: number | null,
  view: StoreView = wholeView,
): string => `SELECT person, toString(shift_date) AS shift_date, max(offset) AS last_offset,
  argMax(removed, offset) AS removed,${
    view.withSources
      ? `
  argMax(command_id, offset) AS last_command, argMax(written_by, offset) AS last_writer,
  argMax(written_at, offset) AS last_written_at,`
      : ''
  }
  argMax(activities.activity, offset) AS activity_ids,
  argMax(activities.start_at, offset) AS starts,
  argMax(activities.end_at, offset) AS ends
FROM schedules
WHERE tenant = ${literal(tenantId)} AND ${personIn(personIds)}
  AND shift_date >= ${literal(fromDate)} AND shift_date <= ${literal(toDate)}${
    beforeOffset === null ? '' : ` AND offset < ${beforeOffset}`
  }${knownBy('written_at', view)}
GROUP BY person, shift_date`;

export const feedGapsOf = (tenantId: string, integrationIds: readonly string[]): string =>
  `SELECT integration, toUInt64(bitShiftRight(version, 64)) AS last_offset, asked, threshold_ms, changed_from, first_at, last_at, open_from,
  gaps.from_at AS gap_from, gaps.to_at AS gap_to FROM feed_gaps FINAL
WHERE tenant = ${literal(tenantId)} AND integration IN (${integrationIds.map(literal).join(', ')})`;

/**
 * The same from the facts that were known at an instant: every accepted notification is one. Two within a span
 * as long as the threshold are no gap, so only the first and the last of each span can border one.
 */
export const gapsFromFacts = (
  tenantId: string,
  integrationId: string,
  thresholdMs: number,
  knownAt: Instant,
): string =>
  `SELECT min(least) AS first_at, max(greatest) AS last_at,
  groupArrayIf(previous, previous > 0 AND least - previous > ${thresholdMs}) AS gap_from,
  groupArrayIf(least, previous > 0 AND least - previous > ${thresholdMs}) AS gap_to
FROM (
  SELECT least, greatest, lagInFrame(greatest, 1, 0) OVER (ORDER BY span ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS previous
  FROM (SELECT intDiv(occurred_at, ${thresholdMs}) AS span, min(occurred_at) AS least, max(occurred_at) AS greatest
    FROM facts WHERE tenant = ${literal(tenantId)} AND integration = ${literal(integrationId)}
      AND known_at <= ${knownAt} GROUP BY span ORDER BY span))`;

/** Silences longer than the threshold between consecutive seconds with notifications, and the ends of the feed. */
export const gapsFromSeconds = (tenantId: string, integrationId: string, thresholdMs: number): string =>
  `SELECT min(least) AS first_at, max(greatest) AS last_at,
  groupArrayIf(previous, previous > 0 AND least - previous > ${thresholdMs}) AS gap_from,
  groupArrayIf(least, previous > 0 AND least - previous > ${thresholdMs}) AS gap_to
FROM (
  SELECT least, greatest, lagInFrame(greatest, 1, 0) OVER (ORDER BY second ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS previous
  FROM (SELECT second, min(least) AS least, max(greatest) AS greatest FROM feed_seconds
    WHERE tenant = ${literal(tenantId)} AND integration = ${literal(integrationId)} GROUP BY second ORDER BY second))`;

export const openRecomputations = `SELECT tenant, person, asked_on, ask_offset, from_at, to_at, bounded, reason,
  recomputation_id, configuration_offset, asked_at FROM recomputations FINAL WHERE done = 0`;
