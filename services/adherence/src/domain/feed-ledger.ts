/**
 * Silences of one feed, kept exactly while marks arrive in any order: a mark only ever splits a gap or moves an end
 * of the feed, so first, last and the gaps over the threshold say all (domain.md, "Feed gap").
 */
import type { Instant, Interval } from '@adherence/domain/model.ts';

export interface FeedLedger {
  readonly thresholdMs: number;
  readonly first: Instant | null;
  readonly last: Instant | null;
  /** Ascending. */
  readonly gaps: readonly Interval[];
}

export interface MarkedFeed {
  readonly ledger: FeedLedger;
  /** Earliest instant at which somebody's data may differ; Infinity when nothing changed for anybody. */
  readonly changedFrom: Instant;
}

/** An accepted notification at an instant. */
export function markFeed(ledger: FeedLedger, at: Instant): MarkedFeed {
  const { first, last, thresholdMs, gaps } = ledger;
  if (first === null || last === null) {
    return { ledger: { ...ledger, first: at, last: at }, changedFrom: Number.POSITIVE_INFINITY };
  }
  if (at > last) {
    const isGap = at - last > thresholdMs;
    return {
      ledger: { ...ledger, last: at, gaps: isGap ? [...gaps, { from: last, to: at }] : gaps },
      changedFrom: isGap ? last : Number.POSITIVE_INFINITY,
    };
  }
  if (at < first) {
    const isGap = first - at > thresholdMs;
    return {
      ledger: { ...ledger, first: at, gaps: isGap ? [{ from: at, to: first }, ...gaps] : gaps },
      changedFrom: isGap ? at : Number.POSITIVE_INFINITY,
    };
  }
  const index = gaps.findIndex(({ from, to }) => from < at && at < to);
  if (index < 0) return { ledger, changedFrom: Number.POSITIVE_INFINITY };
  const gap = gaps[index]!;
  const rest = [
    { from: gap.from, to: at },
    { from: at, to: gap.to },
  ].filter(({ from, to }) => to - from > thresholdMs);
  return {
    ledger: { ...ledger, gaps: [...gaps.slice(0, index), ...rest, ...gaps.slice(index + 1)] },
    changedFrom: gap.from,
  };
}
