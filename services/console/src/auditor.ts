/**
 * Compares, again and again, the offsets of the raw log with what the ledger knows of them. An offset that nothing is
 * known of for long is a notification that was answered with 200 and is nowhere: `adherence_auditor_gaps`. A partition
 * that ends before what was stored of it was made anew: its offsets name other records: `adherence_auditor_regressions`.
 */
import type { PartitionOffset } from '@adherence/runtime/broker/broker.ts';
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import { asError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import type { Database } from './environment.ts';

export interface AuditorOptions {
  readonly database: Database;
  /** Next offsets of the raw log. */
  readonly endOffsets: () => Promise<readonly PartitionOffset[]>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'set'>;
  readonly log: Pick<Log, 'warn'>;
  readonly intervalMs?: number;
}

/** Looks for the first time after one interval; an audit that fails is left out, and the metrics as they were. */
export function startAuditor(options: AuditorOptions): { stop(): void } {
  const { database, endOffsets, clock, metrics, log, intervalMs = 60_000 } = options;
  const audit = createAudit(database);
  let timer: Timer | null = null;
  let stopped = false;

  async function look(): Promise<void> {
    try {
      const ledger = await audit();
      metrics.set('adherence_auditor_gaps', {}, ledger.gaps);
      // Asked for afterwards: what is stored by now was in the log before.
      metrics.set('adherence_auditor_regressions', {}, regressions(ledger.stored, await endOffsets()));
      metrics.set('adherence_auditor_last_timestamp_seconds', {}, clock.now() / 1000);
    } catch (error) {
      log.warn({ error: asError(error) }, 'the ledger could not be compared');
    }
    again();
  }

  function again(): void {
    if (!stopped) timer = clock.setTimer(() => void look(), intervalMs);
  }

  again();
  return {
    stop() {
      stopped = true;
      timer?.clear();
    },
  };
}

export interface Audit {
  /** Offsets between the first and the last of each partition that the ledger does not have. */
  readonly gaps: number;
  /** By partition: past the last offset that it has. */
  readonly stored: ReadonlyMap<number, number>;
}

/** Costs what is new. */
export function createAudit(database: Database): () => Promise<Audit> {
  /** By partition: every offset before it is known of. */
  const checked = new Map<number, number>();
  const stored = new Map<number, number>();
  return async () => {
    let gaps = 0;
    for (const row of await database.query<LedgerRow>(ledgerAfter(checked))) {
      const from = checked.get(row.source_partition) ?? row.first_offset;
      const missing = row.last_offset + 1 - from - row.records;
      if (missing === 0) checked.set(row.source_partition, row.last_offset + 1);
      gaps += missing;
      stored.set(row.source_partition, row.last_offset + 1);
    }
    return { gaps, stored };
  };
}

/** Partitions of the log that end before what was stored of them. */
const regressions = (stored: ReadonlyMap<number, number>, ends: readonly PartitionOffset[]): number =>
  ends.filter(({ partition, offset }) => offset < (stored.get(partition) ?? 0)).length;

interface LedgerRow {
  readonly source_partition: number;
  readonly records: number;
  readonly first_offset: number;
  readonly last_offset: number;
}

/** Bounds as literals, so that the table's order is used: they are numbers of ours. */
function ledgerAfter(checked: ReadonlyMap<number, number>): string {
  const bounds = [...checked].map(
    ([partition, offset]) => `(source_partition = ${partition} AND source_offset >= ${offset})`,
  );
  const others = `source_partition NOT IN (${[...checked.keys()].join(', ')})`;
  const where = checked.size === 0 ? '' : `WHERE ${[...bounds, others].join(' OR ')}`;
  return `SELECT source_partition, count() AS records, min(source_offset) AS first_offset,
  max(source_offset) AS last_offset
FROM received FINAL ${where} GROUP BY source_partition`;
}
