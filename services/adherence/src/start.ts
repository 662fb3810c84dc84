/** The adherence service: follows the configuration, owns people by partition, keeps dead letters. */
import { fold } from '@adherence/domain/configuration/decide.ts';
import { emptyState } from '@adherence/domain/configuration/tables.ts';
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import type { ClickHouse } from '@adherence/runtime/clickhouse.ts';
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import { followConfiguration } from '@adherence/runtime/configuration-log.ts';
import { type Consumption, consume } from '@adherence/runtime/consume.ts';
import { asError, FencedError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import type { Tracing } from '@adherence/runtime/tracing.ts';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';
import type { AdherenceConfig } from './config.ts';
import { type Horizon, horizonAt } from './feeds/pipeline-lag.ts';
import { deleteRowsOfTenants } from './keep/deleted-tenants.ts';
import { rejectedProcessor } from './keep/rejected-processor.ts';
import { expireForTenants, retentionStatements } from './keep/retention.ts';
import type { Owner } from './owner.ts';
import { countingProducer, tellOwned } from './owner-metrics.ts';
import { type AdherenceProcessor, adherenceProcessor } from './processor.ts';
import { newChangeNotes, noteChange } from './recompute/configuration-changes.ts';
import { retentionMessage } from './settle/publish.ts';

export interface AdherenceResources {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly db: ClickHouse;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracing?: Tracing;
}

export interface RunningAdherence {
  /** Drains, settles, commits and leaves. */
  stop(): Promise<void>;
  /** Rejects when it cannot go on; the process is to exit. */
  readonly failed: Promise<never>;
  lastProgressAt(): number;
  /** Names what keeps it from taking what is its own; empty when it is ready. While ClickHouse is away it still is. */
  missing(): Promise<readonly string[]>;
  /** For tests: everything taken, settled and computed. */
  idle(): Promise<void>;
}

/** While ClickHouse is away the board goes on and what is taken waits in memory. */
const outageLimits = { unsettledMessages: 500_000, retryForMs: 12 * 60 * 60_000 };

const dayMs = 24 * 60 * 60_000;

export async function start(
  config: AdherenceConfig,
  resources: AdherenceResources,
): Promise<RunningAdherence> {
  const { broker, codec, db, clock, log, metrics } = resources;
  const notes = newChangeNotes(0);
  const newer = newerRecords(metrics);
  const configuration = await followConfiguration({
    broker,
    initial: emptyState(),
    fold(state, command, offset) {
      const folded = fold(state, command, offset);
      if (folded.outcome.unknown) newer.note(offset);
      if (folded.outcome.ok && folded.outcome.change) noteChange(notes, folded.outcome.change, folded.state);
      return folded;
    },
    log,
    metrics,
    clock,
  });
  const producer = countingProducer(await broker.producer(), metrics);
  const owner: Owner = {
    db,
    producer,
    codec,
    clock,
    log,
    metrics,
    configuration,
    unknownFrom: newer.from,
    partitions: new Map(),
    endOffsets: () => broker.endOffsets(topics.activityEvents.name),
    feeds: new Map(),
    retentionMs: config.RETENTION_DAYS * dayMs,
  };
  let running: Consumption | null = null;
  const processor = adherenceProcessor(owner, notes, () => running?.settleSoon(), metrics);
  const consumption = await consume({
    broker,
    topic: topics.activityEvents.name,
    groupId: consumerGroups.adherence,
    processor,
    settleWhen: {
      messages: config.ADHERENCE_SETTLE_MESSAGES,
      maxDelayMs: config.ADHERENCE_SETTLE_DELAY_MS,
      // A settling writes the days of everybody that was touched: with twice as many events in one, half as often.
      restPerWork: 2,
    },
    limits: outageLimits,
    clock,
    log,
    metrics,
    tracing: resources.tracing,
  });
  running = consumption;
  const rejected = await consume({
    broker,
    topic: topics.rejected.name,
    groupId: consumerGroups.rejected,
    processor: rejectedProcessor(db, codec, (tenantId) => configuration.state().deletedTenants.has(tenantId)),
    settleWhen: { messages: 5_000, maxDelayMs: 500 },
    clock,
    log,
    metrics,
  });
  configuration.onChange(settleAfterChanges(clock, consumption));
  const schedule = scheduleWork(config, resources, owner, consumption, processor);

  return {
    async stop() {
      schedule.stop();
      await Promise.all([consumption.stop(), rejected.stop()]);
      await configuration.stop();
      await producer.close();
    },
    failed: Promise.race([consumption.failed, rejected.failed, configuration.failed]),
    missing: async () => [...consumption.missing(), ...rejected.missing()],
    lastProgressAt: () => Math.min(consumption.lastProgressAt(), rejected.lastProgressAt()),
    async idle() {
      const [end] = await broker.endOffsets(topics.configuration.name);
      await configuration.waitFor(end?.offset ?? 0);
      for (;;) {
        await Promise.all([consumption.idle(), rejected.idle()]);
        if (processor.mayBeSilent()) {
          await consumption.run(() => processor.declareSilentFeeds(clock.now() + 1));
        } else if (!processor.hasWork() && processor.hasAsked()) return;
        consumption.settleSoon();
        await consumption.run(() => undefined);
      }
    },
  };
}

/** What a later version wrote and this one understands in part: it is told, and asked for again by that version. */
function newerRecords(metrics: Pick<Metrics, 'set'>) {
  let from: number | null = null;
  let count = 0;
  return {
    from: () => from,
    note(offset: number) {
      from ??= offset;
      count += 1;
      metrics.set('adherence_configuration_unknown_records', {}, count);
    },
  };
}

/** Changes come in bursts (an import, a set-up by script): people are asked for once for what came together. */
function settleAfterChanges(clock: Clock, consumption: Consumption): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    clock.setTimer(() => {
      waiting = false;
      consumption.settleSoon();
    }, changesTogetherMs);
  };
}
const changesTogetherMs = 200;

/** What happens by time and not by events: due changes on the board, results up to now, silent feeds. */
function scheduleWork(
  config: AdherenceConfig,
  { broker, db, clock, log, metrics }: AdherenceResources,
  owner: Owner,
  consumption: Consumption,
  processor: AdherenceProcessor,
): { stop(): void } {
  const timers = new Map<string, Timer>();
  let stopped = false;
  const again = (name: string, work: () => Promise<number>, delayMs: number) => {
    if (stopped || delayMs === Number.POSITIVE_INFINITY) return;
    const timer = clock.setTimer(async () => {
      let next = retryMs;
      try {
        next = await work();
      } catch (error) {
        if (error instanceof FencedError) return;
        log.warn({ error: asError(error), work: name }, 'scheduled work failed; trying again');
      }
      again(name, work, next);
    }, delayMs);
    timers.set(name, timer);
  };
  again('due changes', () => dueChanges(consumption, processor, clock), dueStepMs);
  again('results', () => tick(consumption, processor, config), config.RESULT_TICK_SECONDS * 1000);
  again('silent feeds', silentFeeds(broker, clock, processor), silenceStepMs);
  again('health', () => health(owner, consumption, processor, metrics), healthStepMs);
  again('retention', () => retain(db, config, owner), 0);
  again('retention of tenants', () => expire(owner), expireStepMs);
  again('deleted tenants', () => deleteTenants(owner, clock.now()), 0);
  return {
    stop() {
      stopped = true;
      for (const timer of timers.values()) timer.clear();
    },
  };
}

const retryMs = 1_000;
/** The board follows a due change within this. */
const dueStepMs = 250;
const silenceStepMs = 1_000;
/** A feed has to be quiet here for so long before it is declared silent. */
const quietMs = 2_000;
const healthStepMs = 2_000;
/** Rows of a tenant are looked for this often within an hour of its deletion, and then as often as what expires. */
const deletedStepMs = 2_000;
/** What a tenant wants to be deleted goes within this, a whole day at a time. */
const expireStepMs = 60 * 60_000;

async function dueChanges(
  consumption: Consumption,
  processor: AdherenceProcessor,
  clock: Clock,
): Promise<number> {
  if (processor.nextDue() < clock.now()) await consumption.run(() => processor.refreshDue());
  return dueStepMs;
}

async function tick(
  consumption: Consumption,
  processor: AdherenceProcessor,
  config: AdherenceConfig,
): Promise<number> {
  processor.tick();
  consumption.settleSoon();
  return config.RESULT_TICK_SECONDS * 1000;
}

function silentFeeds(broker: Broker, clock: Clock, processor: AdherenceProcessor): () => Promise<number> {
  let horizon: Horizon | null = null;
  return async () => {
    if (!processor.mayBeSilent()) {
      horizon = null;
      return silenceStepMs;
    }
    horizon ??= await horizonAt(broker, clock.now());
    const { at, reached } = horizon;
    if (clock.now() - at < quietMs || !(await reached())) return silenceStepMs;
    horizon = null;
    processor.declareSilentFeeds(at);
    return silenceStepMs;
  };
}

/** Once, unless it fails: every process of this setting says the same. */
async function retain(
  db: ClickHouse,
  { RETENTION_DAYS }: AdherenceConfig,
  { producer, retentionMs }: Owner,
): Promise<number> {
  await producer.send([retentionMessage(retentionMs)]);
  for (const statement of retentionStatements(RETENTION_DAYS)) await db.command(statement);
  return Number.POSITIVE_INFINITY;
}

/** Somebody owns the first partition: what costs the database once is done by that one. */
async function expire({ db, clock, configuration, partitions }: Owner): Promise<number> {
  if (partitions.has(0)) await expireForTenants(db, configuration.state(), clock.now());
  return expireStepMs;
}

async function health(
  { partitions }: Owner,
  consumption: Consumption,
  processor: AdherenceProcessor,
  metrics: Metrics,
): Promise<number> {
  tellOwned(partitions.values(), metrics);
  await consumption.run(() => processor.publishHealth());
  return healthStepMs;
}

async function deleteTenants({ db, configuration, partitions }: Owner, now: number): Promise<number> {
  const state = configuration.state();
  if (partitions.has(0)) await deleteRowsOfTenants(db, state);
  const newest = Math.max(0, ...state.deletedTenants.values());
  return now - newest < expireStepMs || state.deletedTenants.size === 0 ? deletedStepMs : expireStepMs;
}
