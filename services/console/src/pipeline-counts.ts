/** How much was accepted, stored and set aside: counted in ClickHouse, and so dear with many rows. */
import type { Clock } from '@adherence/runtime/clock.ts';
import type { Database } from './environment.ts';
import { erasedCount, factsCount, receivedCounts, rejectedCount } from './queries/pipeline.ts';
import type { Sql } from './queries/sql.ts';

export interface PipelineCounts {
  /** Offsets of the raw topic, between the first and the last stored, that nothing is known of. */
  readonly gaps: number;
  readonly accepted: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly duplicates: number;
}

/** While work is under way the counts move anyway: they may then be so old, for whoever asks again and again. */
const heldMs = 1_000;
/** Or so many times as old as counting takes: a year of facts takes seconds, and those who wait ask every second. */
const heldPerCost = 20;

interface Held {
  readonly counts: Promise<PipelineCounts>;
  /** Until it is known how long the count takes: for as long as it is under way. */
  until: number;
}

/** `settled`: nothing is under way, and the counts must not be older than that was found. */
export function createPipelineCounts(database: Database, clock: Clock) {
  const held = new Map<string, Held>();
  return (tenantId: string, settled: boolean): Promise<PipelineCounts> => {
    const known = held.get(tenantId);
    if (!settled && known && clock.now() < known.until) return known.counts;
    const begunAt = clock.now();
    const counts = readCounts(database, tenantId);
    const own: Held = { counts, until: Number.POSITIVE_INFINITY };
    held.set(tenantId, own);
    counts.then(
      () => {
        const tookMs = clock.now() - begunAt;
        own.until = clock.now() + Math.max(heldMs, heldPerCost * tookMs);
      },
      () => {
        if (held.get(tenantId) === own) held.delete(tenantId);
      },
    );
    return counts;
  };
}

async function readCounts(database: Database, tenantId: string): Promise<PipelineCounts> {
  const query = <T>({ text, parameters }: Sql) => database.query<T>(text, parameters);
  const ledger = await query<LedgerRow>(receivedCounts());
  const [facts] = await query<{ facts: number }>(factsCount(tenantId));
  const [quarantined] = await query<{ rejected: number }>(rejectedCount(tenantId));
  const [erased] = await query<{ facts: number }>(erasedCount(tenantId));
  const own = ledger.filter(({ tenant }) => tenant === tenantId);
  const consumed = (rows: readonly LedgerRow[]) => rows.reduce((sum, { records }) => sum + records, 0);
  const stored = facts?.facts ?? 0;
  const once = stored + (erased?.facts ?? 0);
  return {
    gaps: gapsOf(ledger),
    accepted: consumed(own),
    stored,
    quarantined: quarantined?.rejected ?? 0,
    duplicates: Math.max(0, consumed(own.filter(({ outcome }) => outcome === 'stored')) - once),
  };
}

interface LedgerRow {
  readonly source_partition: number;
  readonly tenant: string;
  readonly outcome: string;
  readonly records: number;
  readonly first_offset: number;
  readonly last_offset: number;
}

function gapsOf(ledger: readonly LedgerRow[]): number {
  let gaps = 0;
  for (const rows of Map.groupBy(ledger, ({ source_partition }) => source_partition).values()) {
    const first = Math.min(...rows.map(({ first_offset }) => first_offset));
    const last = Math.max(...rows.map(({ last_offset }) => last_offset));
    gaps += last - first + 1 - rows.reduce((sum, { records }) => sum + records, 0);
  }
  return gaps;
}
