/**
 * Compares, again and again, the offsets of the raw log with what the ledger knows of them. An offset that nothing is
 * known of for long is a notification that was answered with 200 and is nowhere: `adherence_auditor_gaps`.
 */
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import { asError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import type { Database } from './environment.ts';

export interface AuditorOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'set'>;
  readonly log: Pick<Log, 'warn'>;
  readonly intervalMs?: number;
}

/** Looks for the first time after one interval; an audit that fails is left out, and the metric as it was. */
export function startAuditor(options: AuditorOptions): { stop(): void } {
  const { database, clock, metrics, log, intervalMs = 60_000 } = options;
  const audit = createAudit(database);
  let timer: Timer | null = null;
  let stopped = false;

  async function look(): Promise<void> {
    try {
      metrics.set('adherence_auditor_gaps', {}, await audit());
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

/** Offsets between the first and the last of each partition that the ledger does not have. Costs what is new. */
export function createAudit(database: Database): () => Promise<number> {
  /** By partition: every offset before it is known of. */
  const checked = new Map<number, number>();
  return async () => {
    let gaps = 0;
    for (const row of await database.query<LedgerRow>(ledgerAfter(checked))) {
      const from = checked.get(row.source_partition) ?? row.first_offset;
      const missing = row.last_offset + 1 - from - row.records;
      if (missing === 0) checked.set(row.source_partition, row.last_offset + 1);
      gaps += missing;
    }
    return gaps;
  };
}

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
