/** A recorded change of final buckets, as the API tells it. */
import { bucketMs } from '@adherence/domain/compute/cells.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Amounts } from '@adherence/domain/model.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { z } from 'zod';
import { writerName } from '../configuration/write.ts';
import { instantView, isoText } from '../http/instant.ts';
import { decodeCursor, encodeCursor } from '../http/page.ts';
import { invalid } from '../http/problem.ts';
import type { ResultChangeCursor, ResultChangeRow } from '../queries/result-changes.ts';
import { addAmounts, amountsOf, amountsView, type MutableAmounts, viewOfAmounts } from './amounts.ts';

const amounts = z.object(amountsView);
export const resultChangeView = z.object({
  personId: z.string(),
  /** Local date of the planning unit. */
  day: z.string(),
  /** From the first to the last bucket that changed. */
  from: instantView,
  to: instantView,
  recordedAt: instantView,
  causes: z.array(
    z.object({
      reason: z.string(),
      at: instantView,
      /** Offset of the change in GET /changes; null for what is no change of the configuration. */
      changeOffset: z.int().nullable(),
      /** Id of the entity, of the recomputation, the shift date of the schedule or the dedup key of the event. */
      reference: z.string().nullable(),
      writtenBy: z.string().nullable(),
      writtenByName: z.string().nullable(),
    }),
  ),
  rulesVersion: z.object({ before: z.int(), after: z.int() }),
  /** Of the buckets that changed. */
  before: amounts,
  after: amounts,
  buckets: z.array(z.object({ from: instantView, to: instantView, before: amounts, after: amounts })),
});

export function viewOfResultChange(
  row: ResultChangeRow,
  tables: TenantTables,
): z.output<typeof resultChangeView> {
  const buckets = bucketsOf(row);
  const sum = (side: 'before' | 'after') => {
    const total: MutableAmounts = { ...amountsOf(row.before.map(() => 0)) };
    for (const bucket of buckets) addAmounts(total, bucket[side]);
    return viewOfAmounts(total);
  };
  return {
    personId: row.person,
    day: row.date,
    from: isoText(buckets[0]!.bucket),
    to: isoText(buckets.at(-1)!.bucket + bucketMs),
    recordedAt: isoText(row.recorded),
    causes: row.why.map(([reason, topic, offset, ref, actor, at]) => ({
      reason,
      at: isoText(at),
      changeOffset: topic === topics.configuration.name ? offset : null,
      reference: ref.replaceAll('\u0000', '/') || null,
      writtenBy: actor || null,
      writtenByName: writerName(tables, actor),
    })),
    rulesVersion: { before: row.rules[0], after: row.rules[1] },
    before: sum('before'),
    after: sum('after'),
    buckets: buckets.map(({ bucket, before, after }) => ({
      from: isoText(bucket),
      to: isoText(bucket + bucketMs),
      before: viewOfAmounts(before),
      after: viewOfAmounts(after),
    })),
  };
}

interface BucketChange {
  readonly bucket: number;
  readonly before: Amounts;
  readonly after: Amounts;
}

/** Cells of one bucket, by activity, added up. */
function bucketsOf({ buckets, before, after }: ResultChangeRow): BucketChange[] {
  const cellsOf = Map.groupBy(buckets.keys(), (cell) => buckets[cell]!);
  const sumOf = (side: readonly (readonly number[])[], cells: readonly number[]) =>
    amountsOf(side.map((column) => cells.reduce((sum, cell) => sum + column[cell]!, 0)));
  return [...cellsOf]
    .sort(([a], [b]) => a - b)
    .map(([bucket, cells]) => ({ bucket, before: sumOf(before, cells), after: sumOf(after, cells) }));
}

export const cursorAfter = ({ recorded, person, date, key_version }: ResultChangeRow): string =>
  encodeCursor(JSON.stringify([recorded, person, date, key_version]));

const cursorSchema = z.tuple([
  z.int(),
  z.string(),
  z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  z.string().regex(/^\d{1,39}$/),
]);

export function readCursor(cursor: string | undefined): ResultChangeCursor | null {
  if (cursor === undefined) return null;
  try {
    return cursorSchema.parse(JSON.parse(decodeCursor(cursor)));
  } catch {
    throw invalid({ path: 'cursor', message: 'is none of this list' });
  }
}
