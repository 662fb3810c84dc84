/** What a consume loop tells of itself. */
import type { Batch } from '../broker/broker.ts';
import { type Metrics, noMetrics } from '../metrics.ts';
import type { Generation } from './generation.ts';

/** Times in milliseconds. */
export function createGauges(topic: string, metrics: Metrics = noMetrics) {
  const labels = { topic };
  return {
    progress: (at: number) =>
      metrics.set('adherence_last_progress_timestamp_seconds', labels, Math.floor(at / 1000)),
    owned(partitions: number) {
      metrics.set('adherence_consumer_partitions', labels, partitions);
      if (partitions > 0) metrics.count('adherence_consumer_generations_total', labels);
    },
    operationalError: (operation: string, code: string) =>
      metrics.count('adherence_operational_errors_total', { operation, code }),
    taken(of: Generation, { messages }: Batch, now: number, startedAt: number) {
      metrics.count('adherence_consumed_messages_total', labels, messages.length);
      metrics.observe('adherence_take_seconds', labels, (now - startedAt) / 1000);
      metrics.set('adherence_unsettled_messages', labels, of.unsettled());
      metrics.set('adherence_consumer_lag_messages', labels, of.lag());
      metrics.set('adherence_consumer_lag_seconds', labels, (now - messages.at(-1)!.timestamp) / 1000);
    },
    settled(of: Generation, tookMs: number) {
      metrics.count('adherence_settles_total', { topic, outcome: 'ok' });
      metrics.observe('adherence_settle_seconds', labels, tookMs / 1000);
      metrics.set('adherence_unsettled_messages', labels, of.unsettled());
    },
    settleFailed: () => metrics.count('adherence_settles_total', { topic, outcome: 'failed' }),
  };
}
