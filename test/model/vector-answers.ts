/** The answers that a vector expects, from a person's cells and segments: timelines, adherence rows, report lines. */
import type { Amounts, Instant, Interval, Segment } from '@adherence/domain/model.ts';
import { added, isZero, type NaiveCell, zeroAmounts } from './naive-amounts.ts';
import { daysLater, instantOfLocal, localDate, mondayOf } from './naive-calendar.ts';
import type { VectorAdherence, VectorReportLine, VectorSegment, VectorTimeline } from './vector-files.ts';
import type { VectorTenant } from './vector-scenario.ts';

type Row = readonly (string | number)[];

/** Rows of an adherence query, in no particular order; rows that are all zero are left out. */
export function adherenceRows(
  tenant: VectorTenant,
  { query, columns }: VectorAdherence,
  cellsOf: CellsOf,
): Row[] {
  const zone = tenant.planningUnitZones.get(query.planningUnitId)!;
  const range = { from: Date.parse(query.from), to: Date.parse(query.to) };
  const sums = new Map<string, { row: Interval; key: string; amounts: Amounts }>();
  for (const [personId, person] of tenant.people) {
    if (person.planningUnitId !== query.planningUnitId) continue;
    const keys = { person: personId, team: person.team, planningUnit: person.planningUnitId, tenant: '' };
    const key = keys[query.groupBy];
    for (const cell of cellsOf(personId, range)) {
      const row = rowOf(query.granularity, zone, range, cell.bucket);
      const name = `${row.from} ${key}`;
      const sum = sums.get(name)?.amounts ?? zeroAmounts;
      sums.set(name, { row, key, amounts: added(sum, cell.amounts) });
    }
  }
  return [...sums.values()]
    .filter(({ amounts }) => !isZero(amounts))
    .map(({ row, key, amounts }) => {
      const values: Record<string, string | number> = {
        from: isoOf(row.from),
        to: isoOf(row.to),
        key,
        ...amounts,
        'raw.inMs': amounts.rawInMs,
        'raw.notPresentMs': amounts.rawNotPresentMs,
        'raw.wrongActivityMs': amounts.rawWrongActivityMs,
      };
      return columns.map((column) => values[column]!);
    });
}

/** The cells of a person's range, from the model or from the real `compute`. */
export type CellsOf = (personId: string, range: Interval) => readonly NaiveCell[];

/** The row that a bucket falls in: whole buckets of UTC, calendar ones of the planning unit's zone. */
function rowOf(
  granularity: VectorAdherence['query']['granularity'],
  zone: string,
  range: Interval,
  bucket: Instant,
): Interval {
  if (granularity === 'total') return range;
  const minutes = { '15m': 15, '30m': 30, '1h': 60 }[granularity as '15m'];
  if (minutes !== undefined) {
    const length = minutes * 60_000;
    const from = Math.floor(bucket / length) * length;
    return { from, to: from + length };
  }
  const date = localDate(zone, bucket);
  const month = `${date.slice(0, 7)}-01`;
  const [first, after] = {
    day: [date, daysLater(date, 1)],
    week: [mondayOf(date), daysLater(mondayOf(date), 7)],
    month: [month, `${daysLater(month, 31).slice(0, 7)}-01`],
  }[granularity as 'day'] as [string, string];
  return { from: instantOfLocal(zone, first), to: instantOfLocal(zone, after) };
}

const isoOf = (at: Instant): string => new Date(at).toISOString();

/** Unrounded report lines of calendar days `dates[0]`..`dates[1]`, both included, for every person. */
export function reportLines(
  tenant: VectorTenant,
  dates: readonly [string, string],
  cellsOf: CellsOf,
): VectorReportLine[] {
  return [...tenant.people].flatMap(([personId, person]) => {
    const zone = tenant.planningUnitZones.get(person.planningUnitId)!;
    const from = instantOfLocal(zone, dates[0]);
    const to = instantOfLocal(zone, daysLater(dates[1], 1));
    return linesOf(personId, cellsOf(personId, { from, to }));
  });
}

/** Scheduled, in and out belong to the scheduled activity, actual to the actual one. */
function linesOf(personId: string, cells: readonly NaiveCell[]): VectorReportLine[] {
  const sum = (of: readonly NaiveCell[], value: (cell: NaiveCell) => number): number =>
    of.reduce((total, cell) => total + value(cell), 0);
  const scheduledOf = (of: readonly NaiveCell[]) => sum(of, (cell) => cell.amounts.scheduledMs);
  const actualOf = (of: readonly NaiveCell[]) => sum(of, (cell) => cell.actualMs);
  const ids = new Set(cells.flatMap((cell) => [cell.scheduledActivityId, cell.actualActivityId]));
  ids.delete(null);

  const lines = [...ids].map((activityId) => {
    const planned = cells.filter((cell) => cell.scheduledActivityId === activityId);
    const scheduled = scheduledOf(planned);
    const actual = actualOf(cells.filter((cell) => cell.actualActivityId === activityId));
    const inAdherence = sum(planned, (cell) => cell.amounts.inMs);
    const out = sum(planned, (cell) => cell.amounts.notPresentMs + cell.amounts.wrongActivityMs);
    return {
      personId,
      activityId: activityId!,
      scheduledMinutes: scheduled / 60_000,
      actualMinutes: actual / 60_000,
      inAdherenceMinutes: inAdherence / 60_000,
      outOfAdherenceMinutes: out / 60_000,
      adherencePercent: percent(inAdherence, inAdherence + out),
      outOfConformanceMinutes: (actual - scheduled) / 60_000,
      conformancePercent: percent(actual, scheduled),
      scheduledPercent: percent(scheduled, scheduledOf(cells)),
      actualPercent: percent(actual, actualOf(cells)),
    };
  });
  return lines.filter((line) => line.scheduledMinutes > 0 || line.actualMinutes > 0);
}

const percent = (part: number, whole: number): number | null => (whole === 0 ? null : (100 * part) / whole);

/**
 * The first difference between a timeline and what is expected of it, or null. Compared as functions of time: fields
 * of `actual` that are absent are not fixed, and may or may not change inside or at the border of a segment (the
 * vectors leave `estimated` open while a person has several users).
 */
export function timelineDifference(
  segments: readonly Segment[],
  expected: VectorTimeline,
): { readonly expected: unknown; readonly found: unknown } | null {
  for (const wanted of expected.segments) {
    const [from, to] = [Date.parse(wanted.from), Date.parse(wanted.to)];
    const pieces = segments
      .filter((segment) => segment.from < to && from < segment.to)
      .map((segment) => ({
        ...segment,
        from: Math.max(segment.from, from),
        to: Math.min(segment.to, to),
      }));
    const covers = pieces.every((piece, index) => piece.from === (pieces[index - 1]?.to ?? from));
    const shown = pieces.map((piece) => shownAs(piece, wanted));
    const alike = shown.every((piece) =>
      isSame({ ...piece, from: '', to: '' }, { ...wanted, from: '', to: '' }),
    );
    if (!alike || !covers || pieces.at(-1)?.to !== to) return { expected: wanted, found: shown };
  }
  return null;
}

/** A segment with the fields that are fixed in the expected one. */
function shownAs(segment: Segment, wanted: VectorSegment) {
  const { shiftDate: _shiftDate, actual, ...rest } = segment;
  const fixed = Object.keys(wanted.actual).map((name) => [name, actual[name as keyof typeof actual]]);
  return { ...rest, from: isoOf(rest.from), to: isoOf(rest.to), actual: Object.fromEntries(fixed) };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
