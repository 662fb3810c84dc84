/** Amounts of the database and of the API. */
import { noAmounts } from '@adherence/domain/compute/cells.ts';
import type { Amounts } from '@adherence/domain/model.ts';
import { z } from 'zod';
import { ratio } from './ratio.ts';

export type MutableAmounts = { -readonly [K in keyof Amounts]: Amounts[K] };

/** In the order of the columns of the tables. */
export const amountKeys = [
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

export function amountsOf(sums: readonly number[]): Amounts {
  const amounts: MutableAmounts = { ...noAmounts };
  amountKeys.forEach((key, index) => {
    amounts[key] = sums[index]!;
  });
  return amounts;
}

export function addAmounts(sum: MutableAmounts, amounts: Amounts): void {
  for (const key of amountKeys) sum[key] += amounts[key];
}

export const amountsView = {
  scheduledMs: z.int(),
  inMs: z.int(),
  notPresentMs: z.int(),
  wrongActivityMs: z.int(),
  noDataMs: z.int(),
  excludedMs: z.int(),
  notScheduledMs: z.int(),
  workedMs: z.int(),
  raw: z.object({ inMs: z.int(), notPresentMs: z.int(), wrongActivityMs: z.int() }),
  adherence: z.number().nullable(),
  coverage: z.number().nullable(),
  conformance: z.number().nullable(),
  conformanceDifferenceMs: z.int(),
};

/** Ratios from the integers (domain.md, "Metrics"). */
export function viewOfAmounts(amounts: Amounts): z.output<z.ZodObject<typeof amountsView>> {
  const { rawInMs, rawNotPresentMs, rawWrongActivityMs, ...graced } = amounts;
  const { scheduledMs, inMs, noDataMs, workedMs } = graced;
  return {
    ...graced,
    raw: { inMs: rawInMs, notPresentMs: rawNotPresentMs, wrongActivityMs: rawWrongActivityMs },
    adherence: ratio(inMs, scheduledMs - noDataMs),
    coverage: ratio(scheduledMs - noDataMs, scheduledMs),
    conformance: ratio(workedMs, scheduledMs),
    conformanceDifferenceMs: workedMs - scheduledMs,
  };
}
