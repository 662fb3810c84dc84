/**
 * `adherence_event_age_seconds` of the last two stages: on the board, and stored with its results. The oldest event of
 * a batch stands for all of it: an upper bound, at the cost of one observation.
 */
import type { Instant } from '@adherence/domain/model.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';

export interface EventAges {
  /** Told of every batch taken; `shown` settles when it is on the board, null when it goes there with its settling. */
  taken(oldestReceipt: Instant, shown: Promise<void> | null): void;
  /** A settling begins, or is tried again: it stores what had been taken. */
  settling(): void;
  /** It has stored it, and what is computed from it. */
  stored(): void;
}

/** Receipt of the oldest activity event; infinite when there is none. */
export function oldestReceiptOf(
  records: readonly { readonly name: string; readonly record: unknown }[],
): Instant {
  let oldest = Number.POSITIVE_INFINITY;
  for (const { name, record } of records) {
    if (name !== 'ActivityEvent') continue;
    oldest = Math.min(oldest, (record as { readonly receivedAt: Instant }).receivedAt);
  }
  return oldest;
}

export function createEventAges(metrics: Pick<Metrics, 'observe'>, clock: Pick<Clock, 'now'>): EventAges {
  let unsettled = Number.POSITIVE_INFINITY;
  let settling = Number.POSITIVE_INFINITY;
  const observe = (stage: string, receipt: Instant) => {
    if (!Number.isFinite(receipt)) return;
    metrics.observe('adherence_event_age_seconds', { stage }, (clock.now() - receipt) / 1000);
  };
  return {
    taken(oldestReceipt, shown) {
      unsettled = Math.min(unsettled, oldestReceipt);
      // A send that failed is logged where it failed, and its people go with the next one.
      shown?.then(
        () => observe('board', oldestReceipt),
        () => undefined,
      );
    },
    settling() {
      settling = Math.min(settling, unsettled);
      unsettled = Number.POSITIVE_INFINITY;
    },
    stored() {
      observe('history', settling);
      settling = Number.POSITIVE_INFINITY;
    },
  };
}
