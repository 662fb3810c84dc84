/** The configuration, through outages longer than a follower waits: what was folded last holds meanwhile. */
import { fold } from '@adherence/domain/configuration/decide.ts';
import { type ConfigurationState, emptyState } from '@adherence/domain/configuration/tables.ts';
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import { followConfiguration } from '@adherence/runtime/configuration-log.ts';
import { OperationalError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { keepOpen } from './keep-open.ts';
import type { Known } from './spool/known.ts';

export interface FollowedConfiguration {
  readonly state: () => Pick<ConfigurationState, 'urlTokens'>;
  readonly offset: () => number;
  readonly waitFor: (offset: number, limitMs?: number) => Promise<void>;
  readonly failed: Promise<never>;
}

export interface KeptConfigurationOptions {
  readonly broker: Broker;
  /** Holds until the log can be followed; without it the broker has to be there. */
  readonly known: Known | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export async function keepConfiguration({
  broker,
  known,
  clock,
  log,
  metrics,
}: KeptConfigurationOptions): Promise<FollowedConfiguration & { stop(): Promise<void> }> {
  type Followed = FollowedConfiguration & { stop(): Promise<void> };
  const kept = await keepOpen<Followed>({
    what: topics.configuration.name,
    open: () => followConfiguration({ broker, initial: emptyState(), fold, log, metrics, clock }),
    close: (followed) => followed.stop(),
    meanwhile: known === null ? null : unfollowed(known),
    clock,
    log,
  });
  return {
    state: () => kept.current().state(),
    offset: () => kept.current().offset(),
    waitFor: (offset, limitMs) => kept.current().waitFor(offset, limitMs),
    failed: kept.failed,
    stop: kept.stop,
  };
}

function unfollowed({ urlTokens, configurationOffset }: Known) {
  const away = () => Promise.reject(new OperationalError('BROKER_AWAY', 'the configuration is not followed'));
  return {
    state: () => ({ urlTokens }),
    offset: () => configurationOffset,
    waitFor: away,
    failed: away(),
    stop: async () => {},
  };
}
