/** What is stored, or will be with the next settling, of a person's days: what a later computation is compared with. */
import type { Instant, Segment } from '@adherence/domain/model.ts';
import type { Cause } from '@adherence/store/result-changes.ts';

export interface Written {
  /** Computed and not yet compared with what is stored: nothing of the person is stored until it is. */
  pending: boolean;
  /** Those that the rows of the days were made from, from the window in memory on. */
  segments: readonly Segment[];
  /** Days of the window, and earlier ones that are not final as a whole, by date. */
  readonly days: Map<string, WrittenDay>;
  /** Why what is final may change with the next settling. */
  causes: readonly Cause[];
}

export interface WrittenDay {
  readonly day: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly version: string;
  readonly finalUntil: Instant;
  readonly rulesVersion: number;
}

export const isFinal = ({ finalUntil, to }: Pick<WrittenDay, 'finalUntil' | 'to'>): boolean =>
  finalUntil >= to;
