/** Kafka with the spool behind it, as far as the ingress has a volume. */
import { randomInt } from 'node:crypto';
import type { Broker, Producer } from '@adherence/runtime/broker/broker.ts';
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import { asError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import type { MicroBatcher } from '@adherence/runtime/micro-batcher.ts';
import type { IngressConfig } from './config.ts';
import type { FollowedConfiguration } from './kept-configuration.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { Disk } from './spool/disk.ts';
import { forgetKnown, type Known, readKnown, writeKnown } from './spool/known.ts';
import { openVolume, type Volume } from './spool/open-volume.ts';
import { createSpoolWord } from './spool/spool-word.ts';

export interface SpoolResources {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface OpenedVolume extends Volume {
  /** Of an earlier process, to start without Kafka. */
  readonly known: Known | null;
}

/** null without a configured folder, and with one whose disk is read-only, full or failing: Kafka may be well. */
export async function volumeOf(
  { SPOOL_DIR, SPOOL_MAX_BYTES: maxBytes }: IngressConfig,
  { clock, log, metrics }: SpoolResources,
): Promise<OpenedVolume | null> {
  if (SPOOL_DIR === undefined) return null;
  const newSalt = () => randomInt(2 ** 32);
  metrics.set('adherence_spool_unusable', {}, 0);
  try {
    const volume = await openVolume(SPOOL_DIR, { maxBytes, clock, log, metrics, newSalt });
    return { ...volume, known: await readKnown(volume.disk) };
  } catch (error) {
    if (!isOfTheDisk(error)) throw error;
    log.error({ error: asError(error) }, 'the spool cannot be used: on Kafka alone until the next start');
    metrics.set('adherence_spool_unusable', {}, 1);
    return null;
  }
}

/** Of a system call, or of the lock where it is not held by another process. */
export function isOfTheDisk(error: unknown): boolean {
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown };
  return code === 'SPOOL_UNUSABLE' || (typeof code === 'string' && typeof syscall === 'string');
}

export interface Spooled extends Outbox {
  takes(): boolean;
  readonly failed: Promise<never>;
}

/** What is known is written so often, if it changed. */
const noteEveryMs = 5_000;

export async function openSpooled(
  { SPOOL_AFTER_MS, ANSWER_LIMIT_MS }: IngressConfig,
  { broker, codec, clock, log }: SpoolResources,
  volume: OpenedVolume,
  configuration: FollowedConfiguration,
  direct: MicroBatcher,
  producer: Producer,
): Promise<Spooled> {
  const { spool, id: spoolId, disk, known } = volume;
  // Who knows enough to start without Kafka has said of its spool that it is there, and has not said goodbye.
  const announced = known !== null;
  const word = await createSpoolWord({ spool, spoolId, announced, broker, producer, clock, log });
  const notes = await keepNotes(disk, configuration, codec, clock, log);
  const appendLimitMs = ANSWER_LIMIT_MS - SPOOL_AFTER_MS;
  const outbox = createOutbox({ direct: direct.add, spool, producer, appendLimitMs, clock, log });
  return {
    publish: outbox.publish,
    takes: () => spool.takes(),
    failed: word.failed,
    async stop() {
      await outbox.stop();
      const goodbye = spool.empty() && (await notes.forget());
      const told = await word.stop(goodbye);
      if (goodbye && !told) await notes.write();
      notes.stop();
      await volume.close();
    },
  };
}

/** What a start without Kafka needs. Forgotten before goodbye is said: nobody asks a spool that said it. */
async function keepNotes(
  disk: Disk,
  configuration: FollowedConfiguration,
  codec: Codec,
  clock: Clock,
  log: Log,
) {
  let noted = -1;
  let timer: Timer | null = null;
  let stopped = false;
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      log.warn({ error: asError(error) }, 'what a start without Kafka needs was not written');
      return false;
    }
  };
  const write = () =>
    attempt(async () => {
      const configurationOffset = configuration.offset();
      const { urlTokens } = configuration.state();
      await writeKnown(disk, { urlTokens, configurationOffset, schemaIds: codec.schemaIds() });
      noted = configurationOffset;
    });
  const keep = async () => {
    if (configuration.offset() !== noted) await write();
    if (!stopped) timer = clock.setTimer(() => void keep(), noteEveryMs);
  };
  await keep();
  const stop = () => {
    stopped = true;
    timer?.clear();
  };
  return {
    write,
    stop,
    forget() {
      stop();
      return attempt(() => forgetKnown(disk));
    },
  };
}
