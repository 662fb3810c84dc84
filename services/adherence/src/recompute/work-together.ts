/** People who are to be computed again, taken off the queues by workers: one computes while another waits for ClickHouse. */
import { type Partition, queueAgain, type Request } from '../partition.ts';
import { nextRebuilds } from '../settle/settle.ts';
import { type Work, workOff } from './work-off.ts';

export interface Shift {
  readonly partitions: ReadonlyMap<number, Partition>;
  readonly workers: number;
  /** People taken off the queues at once. */
  readonly atOnce: number;
}

/** Goes on while `goesOn`, once at least; all workers have ended when it resolves or rejects. */
export async function workTogether(
  work: Work,
  { partitions, workers, atOnce }: Shift,
  goesOn: () => boolean,
  onDone: (request: Request) => void,
): Promise<void> {
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let isFirst = true; (isFirst || goesOn()) && !failed; isFirst = false) {
      const next = nextRebuilds(partitions.values(), atOnce);
      if (!next) return;
      try {
        await workOff(work, next.tenantId, next.rebuilds);
        for (const { requests } of next.rebuilds) for (const request of requests) onDone(request);
      } catch (error) {
        failed = true;
        for (const rebuild of next.rebuilds) queueAgain(rebuild.partition, rebuild);
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: workers }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
