/**
 * Least and greatest occurredAt per integration and second: the proof of life of a feed. Merging is by min and max,
 * so that a mark sent twice changes nothing (architecture.md, "Feed gaps").
 */
import type { ActivityEvent, FeedMarks } from '@adherence/schemas/records.ts';
import { integrationKey } from '@adherence/schemas/topics.ts';

/** integrationKey -> what was marked since the last `drain`. */
export type MarkLedger = Map<string, IntegrationMarks>;

export interface IntegrationMarks {
  readonly tenantId: string;
  readonly integrationId: string;
  readonly bySecond: Map<number, { second: number; least: number; greatest: number }>;
}

type Marked = Pick<ActivityEvent, 'tenantId' | 'integrationId' | 'occurredAt'>;

/** Events of one integration come in rows: `last` is what the event before was marked in, and is answered. */
export function mark(
  ledger: MarkLedger,
  { tenantId, integrationId, occurredAt }: Marked,
  last: IntegrationMarks | null = null,
): IntegrationMarks {
  const isSame = last !== null && last.integrationId === integrationId && last.tenantId === tenantId;
  const marks = isSame ? last : marksFor(ledger, tenantId, integrationId);
  const second = Math.floor(occurredAt / 1000);
  const known = marks.bySecond.get(second);
  if (!known) marks.bySecond.set(second, { second, least: occurredAt, greatest: occurredAt });
  else if (occurredAt < known.least) known.least = occurredAt;
  else if (occurredAt > known.greatest) known.greatest = occurredAt;
  return marks;
}

function marksFor(ledger: MarkLedger, tenantId: string, integrationId: string): IntegrationMarks {
  const key = integrationKey(tenantId, integrationId);
  const known = ledger.get(key);
  if (known) return known;
  const marks = { tenantId, integrationId, bySecond: new Map() };
  ledger.set(key, marks);
  return marks;
}

/** One record per integration, keyed by it. */
export function marksOf(ledger: MarkLedger): { readonly key: string; readonly record: FeedMarks }[] {
  return [...ledger].map(([key, { tenantId, integrationId, bySecond }]) => ({
    key,
    record: { tenantId, integrationId, marks: [...bySecond.values()] },
  }));
}
