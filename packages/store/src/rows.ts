/** Values <-> rows of ClickHouse, as arrays in the order of the column lists. Pure. */
import { hash } from 'node:crypto';
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

/** In the order of the columns. */
const amountsOf = (of: Amounts): number[] => [
  of.scheduledMs,
  of.inMs,
  of.notPresentMs,
  of.wrongActivityMs,
  of.noDataMs,
  of.excludedMs,
  of.notScheduledMs,
  of.workedMs,
  of.rawInMs,
  of.rawNotPresentMs,
  of.rawWrongActivityMs,
];

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
  hashOfContent: string,
): Row {
  const { cells, segments } = day;
  const amounts = amountColumns.map(() => new Array<number>(cells.length));
  for (let i = 0; i < cells.length; i++) {
    const ofCell = amountsOf(cells[i]!);
    for (let column = 0; column < ofCell.length; column++) amounts[column]![i] = ofCell[column]!;
  }
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
    hashOfContent,
    ...amountsOf(day.totals),
    cells.map((cell) => cell.bucket),
    cells.map((cell) => cell.shiftDate ?? ''),
    cells.map((cell) => cell.scheduledActivityId ?? ''),
    cells.map((cell) => cell.actualActivityId ?? ''),
    ...amounts,
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
  amounts: amountsOf(cell),
});

/** Of what a row of person_days says, so that two of them are compared without reading either. */
export function contentHash(timeZone: string, { from, to, totals, cells, segments }: PersonDay): string {
  const described: Segment[] = [];
  const sizes = [cells.length, segments.length];
  const numbers = Float64Array.from([...sizes, from, to, ...amountsOf(totals)]);
  const own = new Float64Array(2 * cells.length + 3 * segments.length);
  let i = 0;
  // The types of activities decide what is work; all else in a cell follows from the segments.
  for (const { bucket, workedMs } of cells) {
    own[i++] = bucket;
    own[i++] = workedMs;
  }
  let index = 0;
  for (const segment of segments) {
    // Few kinds of segments make a day, and one often follows itself.
    if (index === described.length || !saysTheSame(described[index]!, segment)) {
      index = described.findIndex((known) => saysTheSame(known, segment));
      if (index < 0) index = described.push(segment) - 1;
    }
    own[i++] = segment.from;
    own[i++] = segment.to;
    own[i++] = index;
  }
  const words = JSON.stringify([timeZone, ...described.map(wordsOf)]);
  const bytes = Buffer.concat([Buffer.from(numbers.buffer), Buffer.from(own.buffer), Buffer.from(words)]);
  return hash('sha256', bytes, 'base64url').slice(0, 27);
}

const wordsOf = ({ shiftDate, scheduledActivityId, state, inBuffer, countedAs, actual }: Segment) => [
  ...[shiftDate, scheduledActivityId, state, inBuffer, countedAs],
  ...[actual.kind, actual.activityId, actual.estimated, actual.externalStatus, actual.breakType],
];

const saysTheSame = (a: Segment, b: Segment): boolean =>
  a.state === b.state &&
  a.actual.externalStatus === b.actual.externalStatus &&
  a.actual.activityId === b.actual.activityId &&
  a.scheduledActivityId === b.scheduledActivityId &&
  a.inBuffer === b.inBuffer &&
  a.countedAs === b.countedAs &&
  a.shiftDate === b.shiftDate &&
  a.actual.kind === b.actual.kind &&
  a.actual.estimated === b.actual.estimated &&
  a.actual.breakType === b.actual.breakType;

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
  'bounded',
  'reason',
  'recomputation_id',
  'configuration_offset',
  'asked_at',
  'done',
] as const;
