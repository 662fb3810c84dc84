/**
 * Least and greatest occurredAt per integration and second: the proof of life of a feed. Merging is by min and max,
 * so that a mark sent twice changes nothing (architecture.md, "Feed gaps").
 */
import type { ActivityEvent, FeedMarks } from '@adherence/schemas/records.ts';
import { integrationKey } from '@adherence/schemas/topics.ts';

/** integrationKey -> what was marked since the last `drain`. */
export type MarkLedger = Map<string, IntegrationMarks>;

interface IntegrationMarks {
  readonly tenantId: string;
  readonly integrationId: string;
  readonly bySecond: Map<number, { second: number; least: number; greatest: number }>;
}

type Marked = Pick<ActivityEvent, 'tenantId' | 'integrationId' | 'occurredAt'>;

export function mark(ledger: MarkLedger, { tenantId, integrationId, occurredAt }: Marked): void {
  const key = integrationKey(tenantId, integrationId);
  let marks = ledger.get(key);
  if (!marks) {
    marks = { tenantId, integrationId, bySecond: new Map() };
    ledger.set(key, marks);
  }
  const second = Math.floor(occurredAt / 1000);
  const known = marks.bySecond.get(second);
  if (!known) marks.bySecond.set(second, { second, least: occurredAt, greatest: occurredAt });
  else if (occurredAt < known.least) known.least = occurredAt;
  else if (occurredAt > known.greatest) known.greatest = occurredAt;
}

/** One record per integration, keyed by it. */
export function marksOf(ledger: MarkLedger): { readonly key: string; readonly record: FeedMarks }[] {
  return [...ledger].map(([key, { tenantId, integrationId, bySecond }]) => ({
    key,
    record: { tenantId, integrationId, marks: [...bySecond.values()] },
  }));
}
