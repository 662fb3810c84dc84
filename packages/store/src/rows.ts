/** Values <-> rows of ClickHouse, as arrays in the order of the column lists. Pure. */
import { createHash } from 'node:crypto';
import type { Cell } from '@adherence/domain/compute/cells.ts';
import type { PersonDay } from '@adherence/domain/compute/person-days.ts';
import { rulesVersion } from '@adherence/domain/compute/rules.ts';
import type { Amounts, Instant, LineFact, Segment } from '@adherence/domain/model.ts';
import type { ActivityEvent, BreakDetail } from '@adherence/schemas/records.ts';
import { amountColumns } from '@adherence/schemas/tables.ts';
import type { DayCell } from './stored-days.ts';

export type Row = readonly unknown[];

export const factColumns = [
  'tenant',
  'integration',
  'external_user',
  'occurred_at',
  'dedup_key',
  'content_hash',
  'event_type',
  'status',
  'break_type',
  'sequence',
  'received_at',
  'known_at',
  'flags',
  'detail',
  'source_partition',
  'source_offset',
  'version',
] as const;

/** The version of a fact makes win what was known first: receipt, or replay of what had been quarantined. */
const latestReceipt = 2 ** 52;

export function factRow(event: ActivityEvent): Row {
  const knownAt = event.replayedAt ?? event.receivedAt;
  return [
    event.tenantId,
    event.integrationId,
    event.externalUserId,
    event.occurredAt,
    event.dedupKey,
    event.contentHash,
    event.eventType,
    event.status,
    event.breakType,
    event.sequence,
    event.receivedAt,
    knownAt,
    event.flags,
    event.detail,
    event.sourcePartition,
    event.sourceOffset,
    latestReceipt - knownAt,
  ];
}

export const lineFactOf = (event: ActivityEvent): LineFact => ({
  integrationId: event.integrationId,
  externalUserId: event.externalUserId,
  eventType: event.eventType as LineFact['eventType'],
  status: event.status,
  breakType: event.breakType,
  occurredAt: event.occurredAt,
  sequence: event.sequence,
  dedupKey: event.dedupKey,
  contentHash: event.contentHash,
  receivedAt: event.receivedAt,
});

export const breakDetailColumns = [
  'tenant',
  'integration',
  'external_user',
  'occurred_at',
  'dedup_key',
  'content_hash',
  'found_at',
  'break_type',
  'status',
] as const;

export const breakDetailRow = (detail: BreakDetail): Row => [
  detail.tenantId,
  detail.integrationId,
  detail.externalUserId,
  detail.occurredAt,
  detail.dedupKey,
  detail.contentHash,
  detail.foundAt,
  detail.breakType,
  detail.status,
];

export const receivedColumns = [
  'source_partition',
  'source_offset',
  'tenant',
  'integration',
  'outcome',
] as const;

const amountKeys = [
  'scheduledMs',
  'inMs',
  'notPresentMs',
  'wrongActivityMs',
  'noDataMs',
  'excludedMs',
  'notScheduledMs',
  'workedMs',
  'rawInMs',
  'rawNotPresentMs',
  'rawWrongActivityMs',
] as const satisfies readonly (keyof Amounts)[];

export const personDayColumns = [
  'tenant',
  'person',
  'day',
  'version',
  'as_of',
  'rules_version',
  'time_zone',
  'day_start',
  'day_end',
  'final_until',
  'content_hash',
  ...amountColumns,
  'cells.bucket',
  'cells.shift_date',
  'cells.scheduled_activity',
  'cells.actual_activity',
  ...amountColumns.map((name) => `cells.${name}`),
  'segments.from_at',
  'segments.to_at',
  'segments.shift_date',
  'segments.scheduled_activity',
  'segments.actual_kind',
  'segments.actual_activity',
  'segments.external_status',
  'segments.break_type',
  'segments.estimated',
  'segments.state',
  'segments.in_buffer',
  'segments.counted_as',
] as const;

export interface ResultVersion {
  /** Offset on activity.events up to which it was computed. */
  readonly offset: number;
  readonly configurationOffset: number;
  readonly asOf: Instant;
}

/** (offset, configuration offset, asOf) in one UInt128: 44, 40 and 44 bits, as a decimal string. */
export const packVersion = ({ offset, configurationOffset, asOf }: ResultVersion): string =>
  ((BigInt(offset) << 84n) | (BigInt(configurationOffset) << 44n) | BigInt(asOf)).toString();

export function personDayRow(
  person: { readonly tenantId: string; readonly personId: string; readonly timeZone: string },
  day: PersonDay,
  version: ResultVersion,
  finalUntil: Instant,
): Row {
  const { cells, segments } = day;
  return [
    person.tenantId,
    person.personId,
    day.day,
    packVersion(version),
    version.asOf,
    rulesVersion,
    person.timeZone,
    day.from,
    day.to,
    finalUntil,
    contentHash(person.timeZone, day),
    ...amountKeys.map((key) => day.totals[key]),
    cells.map((cell) => cell.bucket),
    cells.map((cell) => cell.shiftDate ?? ''),
    cells.map((cell) => cell.scheduledActivityId ?? ''),
    cells.map((cell) => cell.actualActivityId ?? ''),
    ...amountKeys.map((key) => cells.map((cell: Cell) => cell[key])),
    segments.map((segment) => segment.from),
    segments.map((segment) => segment.to),
    segments.map((segment) => segment.shiftDate ?? ''),
    segments.map((segment) => segment.scheduledActivityId ?? ''),
    segments.map((segment) => segment.actual.kind),
    segments.map((segment) => segment.actual.activityId ?? ''),
    segments.map((segment) => segment.actual.externalStatus),
    segments.map((segment) => segment.actual.breakType),
    segments.map((segment) => (segment.actual.estimated ? 1 : 0)),
    segments.map((segment) => segment.state ?? ''),
    segments.map((segment: Segment) => (segment.inBuffer ? 1 : 0)),
    segments.map((segment) => segment.countedAs ?? ''),
  ];
}

/** A cell as it is stored. */
export const dayCell = (cell: Cell): DayCell => ({
  bucket: cell.bucket,
  shiftDate: cell.shiftDate ?? '',
  scheduledActivityId: cell.scheduledActivityId ?? '',
  actualActivityId: cell.actualActivityId ?? '',
  amounts: amountKeys.map((key) => cell[key]),
});

/** Of what a row of person_days says, so that two of them are compared without reading either. */
function contentHash(timeZone: string, { from, to, totals, cells, segments }: PersonDay): string {
  let text = `${timeZone}|${from}|${to}`;
  for (const key of amountKeys) text += `|${totals[key]}`;
  // The types of activities decide what is work; all else in a cell follows from the segments.
  for (const cell of cells) text += `|${cell.bucket},${cell.workedMs}`;
  for (const { actual, ...segment } of segments) {
    text += `\n${segment.from},${segment.to},${segment.shiftDate},${segment.scheduledActivityId},${segment.state}`;
    text += `,${segment.inBuffer},${segment.countedAs},${actual.kind},${actual.activityId},${actual.estimated}`;
    text += `,${JSON.stringify(actual.externalStatus)},${JSON.stringify(actual.breakType)}`;
  }
  return createHash('sha256').update(text).digest('base64url').slice(0, 27);
}

export const scheduleColumns = [
  'tenant',
  'person',
  'shift_date',
  'offset',
  'removed',
  'activities.activity',
  'activities.start_at',
  'activities.end_at',
  'command_id',
  'written_by',
  'written_at',
] as const;

export const feedSecondColumns = ['tenant', 'integration', 'second', 'least', 'greatest'] as const;

export const recomputationColumns = [
  'tenant',
  'person',
  'asked_on',
  'ask_offset',
  'from_at',
  'to_at',
  'reason',
  'recomputation_id',
  'configuration_offset',
  'asked_at',
  'done',
] as const;
