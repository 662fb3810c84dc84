/** What differs between two computations of a day, bucket by bucket. Pure. */
import { bucketMs } from '@adherence/domain/compute/cells.ts';
import type { Instant } from '@adherence/domain/model.ts';
import type { Cause, ChangedCell, ResultChange } from '@adherence/store/result-changes.ts';
import type { DayCell } from '@adherence/store/stored-days.ts';

/** All cells of the buckets in `[from, until)` of which any cell differs, by bucket; both lists in any order. */
export function changedCells(
  before: readonly DayCell[],
  after: readonly DayCell[],
  until: Instant,
  from: Instant = Number.NEGATIVE_INFINITY,
): ChangedCell[] {
  const cells = new Map<string, { cell: DayCell; before: readonly number[]; after: readonly number[] }>();
  const suspects = suspectBuckets(before, after);
  if (suspects.size === 0) return [];
  const isInside = ({ bucket }: DayCell) =>
    bucket >= from && bucket + bucketMs <= until && suspects.has(bucket);
  for (const cell of before) {
    if (isInside(cell)) cells.set(keyOf(cell), { cell, before: cell.amounts, after: nothing(cell) });
  }
  for (const cell of after) {
    if (!isInside(cell)) continue;
    const known = cells.get(keyOf(cell));
    cells.set(keyOf(cell), { cell, before: known?.before ?? nothing(cell), after: cell.amounts });
  }
  const changed = new Set<Instant>();
  for (const each of cells.values()) if (!isSame(each.before, each.after)) changed.add(each.cell.bucket);
  return [...cells]
    .filter(([, { cell }]) => changed.has(cell.bucket))
    .sort(([a, one], [b, other]) => one.cell.bucket - other.cell.bucket || compareText(a, b))
    .map(([, { cell, ...sides }]) => {
      const { amounts: _, ...rest } = cell;
      return { ...rest, ...sides };
    });
}

/** Buckets whose cells are not the same in the same order: most are, which is cheap to tell. */
function suspectBuckets(before: readonly DayCell[], after: readonly DayCell[]): Set<Instant> {
  const suspects = new Set<Instant>();
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    const [one, other] = [before[i], after[j]];
    if (one && other && isSameCell(one, other)) {
      i += 1;
      j += 1;
      continue;
    }
    const bucket = Math.min(
      one?.bucket ?? Number.POSITIVE_INFINITY,
      other?.bucket ?? Number.POSITIVE_INFINITY,
    );
    suspects.add(bucket);
    while (before[i]?.bucket === bucket) i += 1;
    while (after[j]?.bucket === bucket) j += 1;
  }
  return suspects;
}

const isSameCell = (a: DayCell, b: DayCell): boolean =>
  a.bucket === b.bucket &&
  a.scheduledActivityId === b.scheduledActivityId &&
  a.actualActivityId === b.actualActivityId &&
  a.shiftDate === b.shiftDate &&
  isSame(a.amounts, b.amounts);

/**
 * One change out of two that follow one another, the first of which was never stored: before as the first says, after
 * as the second does.
 */
export function joinedChange(first: ResultChange, second: ResultChange): ResultChange {
  const buckets = new Set(
    [...first.cells, ...second.cells].map(({ bucket }) => bucket).sort((a, b) => a - b),
  );
  const cells = [...buckets].flatMap((bucket) => {
    const [one, other] = [first, second].map(({ cells }) => cells.filter((cell) => cell.bucket === bucket));
    if (one!.length === 0) return other!;
    if (other!.length === 0) return one!;
    const before = one!.map(({ before: amounts, after: _, ...cell }) => ({ ...cell, amounts }));
    const after = other!.map(({ after: amounts, before: _, ...cell }) => ({ ...cell, amounts }));
    return changedCells(before, after, Number.POSITIVE_INFINITY);
  });
  const { beforeVersion, rulesBefore } = first;
  return { ...second, beforeVersion, rulesBefore, causes: joinedCauses(first.causes, second.causes), cells };
}

/** Enough to explain; a burst of late events is explained by some of them. */
const maxCauses = 20;

/** Both, each once, at most so many; what is told without what it refers to is left to what says more of the same. */
export function joinedCauses(first: readonly Cause[], second: readonly Cause[]): readonly Cause[] {
  if (first.length >= maxCauses) return first;
  const causes = new Map<string, Cause>();
  const records = new Set<string>();
  for (const cause of [...first, ...second]) {
    const record = `${cause.reason}|${cause.topic}|${cause.offset}`;
    if (causes.size >= maxCauses) break;
    if (cause.ref === '' && records.has(record)) continue;
    records.add(record);
    causes.set(`${record}|${cause.ref}`, cause);
  }
  return [...causes.values()];
}

type CellKey = Pick<DayCell, 'bucket' | 'shiftDate' | 'scheduledActivityId' | 'actualActivityId'>;
const keyOf = ({ bucket, shiftDate, scheduledActivityId, actualActivityId }: CellKey): string =>
  `${bucket}|${shiftDate}|${scheduledActivityId}|${actualActivityId}`;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const nothing = ({ amounts }: DayCell): number[] => amounts.map(() => 0);

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((amount, i) => amount === b[i]);
