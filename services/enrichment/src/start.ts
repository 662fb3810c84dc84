/** Enrichment as a part of a process: of its own (main.ts), or of one with all services (embedded, tests). */
import { randomUUID } from 'node:crypto';
import { fold } from '@adherence/domain/configuration/decide.ts';
import { breakDetailContext, openSecretWithAny } from '@adherence/domain/configuration/secret.ts';
import { emptyState } from '@adherence/domain/configuration/tables.ts';
import { addressPolicy } from '@adherence/odigo-web-service/allowed-address.ts';
import { httpBreakTypeSource } from '@adherence/odigo-web-service/http-break-type-source.ts';
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import { followConfiguration } from '@adherence/runtime/configuration-log.ts';
import { type Consumption, consume } from '@adherence/runtime/consume.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import type { Tracing } from '@adherence/runtime/tracing.ts';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';
import { sourceWithoutPassword } from './break-types/break-client.ts';
import { type BreakClientsOptions, createBreakClients } from './break-types/break-clients.ts';
import { createLookUps } from './break-types/look-ups.ts';
import { followOpenBreaks } from './break-types/open-breaks.ts';
import type { EnrichmentConfig } from './config.ts';
import { createPipeline, type FollowedConfiguration } from './pipeline.ts';

export interface EnrichmentResources {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracing?: Tracing;
  /** Shared by the services of one process; followed here, and stopped with the service, when absent. */
  readonly configuration?: FollowedConfiguration & { readonly failed: Promise<never> };
}

export interface RunningEnrichment extends Pick<Consumption, 'failed' | 'lastProgressAt' | 'idle' | 'stop'> {
  /** Names what keeps it from taking notifications; empty when it is ready. */
  missing(): Promise<readonly string[]>;
}

/** Resolves once the configuration is folded and the group joined. */
export async function start(
  config: EnrichmentConfig,
  resources: EnrichmentResources,
): Promise<RunningEnrichment> {
  const { broker, codec, clock, log, metrics } = resources;
  const own = resources.configuration
    ? null
    : await followConfiguration({ broker, initial: emptyState(), fold, log, metrics, clock });
  const configuration = resources.configuration ?? own!;
  const producer = await broker.producer();
  const healthProducer = await broker.producer();
  const clients = createBreakClients({
    configuration: configuration.state,
    openSource: sourceOpener(config),
    inFlight: config.BREAK_LOOKUPS_IN_FLIGHT,
    instanceId: randomUUID(),
    publish: (messages) => healthProducer.send(messages),
    clock,
    log,
    metrics,
  });
  const openBreaks = await followOpenBreaks(broker);
  let running: Consumption | null = null;
  const lookUps = createLookUps({
    clients,
    clock,
    metrics,
    onFound: soon(clock, () => running?.settleSoon()),
  });
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
      lookUps,
      openBreaks,
      endOffsets: () => broker.endOffsets(topics.notifications.name),
      deadLetterLimit: config.DEAD_LETTER_LIMIT,
    }),
    settleWhen: {
      messages: config.ENRICHMENT_SETTLE_MESSAGES,
      maxDelayMs: config.ENRICHMENT_SETTLE_DELAY_MS,
    },
    clock,
    log,
    metrics,
    tracing: resources.tracing,
  });
  running = consumption;
  const failed = Promise.race([consumption.failed, configuration.failed, openBreaks.failed]);
  failed.catch(() => {}); // Logged where it happens; not an unhandled rejection until somebody looks.
  return {
    failed,
    lastProgressAt: consumption.lastProgressAt,
    missing: async () => consumption.missing(),
    async idle() {
      do {
        await lookUps.idle();
        consumption.settleSoon();
        await consumption.idle();
      } while (lookUps.found().length > 0);
    },
    async stop() {
      await consumption.stop();
      lookUps.stop();
      await clients.close();
      await openBreaks.close();
      await Promise.all([producer.close(), healthProducer.close()]);
      await own?.stop();
    },
  };
}

/** Opens a break web service with its password, as long as one of the keys opens that. */
function sourceOpener(config: EnrichmentConfig): BreakClientsOptions['openSource'] {
  const allowed = addressPolicy(config.BREAK_DETAIL_ALLOWED_NETWORKS);
  const keys = [config.SECRETS_KEY, config.SECRETS_KEY_PREVIOUS].filter((key) => key !== undefined);
  return ({ url, username, passwordCiphertext }, tenantId, integrationId) => {
    const context = breakDetailContext(tenantId, integrationId);
    const password = openSecretWithAny(passwordCiphertext, keys, context);
    if (password === null) return sourceWithoutPassword;
    const { BREAK_LOOKUP_TIMEOUT_MS: timeoutMs, BREAK_LOOKUPS_IN_FLIGHT: connections } = config;
    return httpBreakTypeSource({ url, username, password, allowed, timeoutMs, connections });
  };
}

/** What is asked for many times in a short while is done once. */
function soon(clock: Clock, work: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    clock.setTimer(() => {
      waiting = false;
      work();
    }, togetherMs);
  };
}
const togetherMs = 50;
