/** Enrichment as a part of a process: of its own (main.ts), or of one with all services (embedded, tests). */
import { fold } from '@adherence/domain/configuration/decide.ts';
import { emptyState } from '@adherence/domain/configuration/tables.ts';
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import { followConfiguration } from '@adherence/runtime/configuration-log.ts';
import { type Consumption, consume } from '@adherence/runtime/consume.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';
import type { EnrichmentConfig } from './config.ts';
import { createPipeline, type FollowedConfiguration } from './pipeline.ts';

export interface EnrichmentResources {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Shared by the services of one process; followed here, and stopped with the service, when absent. */
  readonly configuration?: FollowedConfiguration & { readonly failed: Promise<never> };
}

export type RunningEnrichment = Pick<Consumption, 'failed' | 'lastProgressAt' | 'idle' | 'stop'>;

/** Resolves once the configuration is folded and the group joined. */
export async function start(
  config: EnrichmentConfig,
  resources: EnrichmentResources,
): Promise<RunningEnrichment> {
  const { broker, codec, clock, log, metrics } = resources;
  const own = resources.configuration
    ? null
    : await followConfiguration({ broker, initial: emptyState(), fold, log, clock });
  const configuration = resources.configuration ?? own!;
  const producer = await broker.producer();
  const consumption = await consume({
    broker,
    topic: topics.notifications.name,
    groupId: consumerGroups.enrichment,
    processor: createPipeline({
      producer,
      codec,
      configuration,
      clock,
      metrics,
      deadLetterLimit: config.DEAD_LETTER_LIMIT,
    }),
    settleWhen: {
      messages: config.ENRICHMENT_SETTLE_MESSAGES,
      maxDelayMs: config.ENRICHMENT_SETTLE_DELAY_MS,
    },
    clock,
    log,
    metrics,
  });
  const failed = Promise.race([consumption.failed, configuration.failed]);
  failed.catch(() => {}); // Logged where it happens; not an unhandled rejection until somebody looks.
  return {
    failed,
    lastProgressAt: consumption.lastProgressAt,
    idle: consumption.idle,
    async stop() {
      await consumption.stop();
      await producer.close();
      await own?.stop();
    },
  };
}
