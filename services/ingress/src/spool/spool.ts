/**
 * Messages that wait on a volume until the broker is back, in the order in which they came: segments of checksummed
 * frames, appended by one writer that syncs once for all who wait, read from the oldest on, removed when drained. What
 * `append` has resolved for survives the process and a power cut; what is read twice after a crash changes nothing.
 */
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import { asError, isOperational, OperationalError, OverloadError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { cursorFile, cursorText, readCursor } from './cursor.ts';
import type { AppendFile, Disk } from './disk.ts';
import { decodeFrames, encodeFrame } from './frame.ts';
import { createTally, type Tally } from './tally.ts';

export interface Spool {
  /**
   * Resolves when all messages are on the disk. Rejects with OverloadError when there is no room, with
   * OperationalError when the disk failed: nothing of it counts as taken then, although it may be read after a crash.
   */
  append(messages: readonly OutMessage[]): Promise<void>;
  /** The oldest messages, at most about 1 MB; null when nothing waits on the disk. One at a time. */
  next(): Promise<SpooledMessages | null>;
  /** What is on the disk or about to be. */
  readonly held: Pick<Tally, 'messages' | 'notifications'>;
  /** Of all segments, until they are removed. */
  bytes(): number;
  /** Nothing waits: the next message need not be spooled for the sake of order. */
  empty(): boolean;
  /** The disk is well, and there is room for more than a few requests. */
  takes(): boolean;
  /** Lets the writer finish. */
  close(): Promise<void>;
}

export interface SpooledMessages {
  readonly messages: readonly OutMessage[];
  /** They have reached the broker: not to be read again. */
  drained(): Promise<void>;
}

export interface SpoolOptions {
  readonly disk: Disk;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly newSalt: () => number;
  readonly segmentBytes?: number;
}

interface Segment {
  readonly name: string;
  readonly salt: number;
  /** Bytes that are durable, as far as this process knows. */
  size: number;
}

interface Waiting {
  readonly messages: readonly OutMessage[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Written and read at once. */
const maxGroupBytes = 4 * 1024 * 1024;
const maxReadBytes = 1024 * 1024;
/** What waits for the writer; what is more is refused at once. */
const maxWaitingBytes = 32 * 1024 * 1024;
/** After a failure of the disk it is left alone for so long. */
const restMs = 500;

/** Reads all that an earlier process left behind. Rejects when the folder cannot be read. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { disk, maxBytes, clock, log, metrics, newSalt } = options;
  const segmentBytes = options.segmentBytes ?? Math.min(8 * 1024 * 1024, Math.ceil(maxBytes / 8));
  const held = createTally();
  const cursor = readCursor(await disk.readText(cursorFile));
  const segments = await leftSegments(disk);
  let sequence = Math.max(cursor?.sequence ?? 0, ...segments.map(({ name }) => sequenceOf(name)));
  /** Next byte to read of the oldest segment. */
  let position = 0;
  let active: { readonly segment: Segment; readonly file: AppendFile } | null = null;
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let writer: Promise<void> | null = null;
  let restUntil = 0;
  /** Resolved when the writer is done with a group, either way. */
  let written = Promise.withResolvers<void>();

  for (const segment of segments) await takeStock(segment);
  const [first] = segments;
  if (first && cursor?.sequence === sequenceOf(first.name) && cursor.offset <= first.size) {
    const done = decodeFrames(await disk.read(first.name, 0, cursor.offset), first.salt);
    held.remove(done.messages);
    position = cursor.offset;
  }
  report();

  async function takeStock(segment: Segment): Promise<void> {
    const data = await disk.read(segment.name, 0, Number.POSITIVE_INFINITY);
    const { messages, damagedBytes, holes } = decodeFrames(data, segment.salt);
    segment.size = data.length;
    held.add(messages);
    if (damagedBytes === 0) return;
    metrics.count('adherence_spool_damaged_bytes_total', {}, damagedBytes);
    // A write that a crash cut short was never answered; a hole is a fault of the disk, and may have been.
    const told = { segment: segment.name, damagedBytes, holes };
    if (holes > 0) log.error(told, 'the spool is damaged: what was in the holes is lost');
    else log.warn(told, 'the spool ends in a write that was cut short');
  }

  function append(messages: readonly OutMessage[]): Promise<void> {
    const bytes = messages.reduce((sum, message) => sum + roughSize(message), 0);
    if (spoolBytes() + waitingBytes + bytes > maxBytes) return refuse('full', new OverloadError('the spool'));
    if (waitingBytes + bytes > maxWaitingBytes) {
      return refuse('slow', new OverloadError('the queue of the spool'));
    }
    if (clock.now() < restUntil) {
      return refuse('failed', new OperationalError('SPOOL_FAILED', 'the spool failed a moment ago'));
    }
    return new Promise((resolve, reject) => {
      waiting.push({ messages, bytes, resolve, reject });
      waitingBytes += bytes;
      held.add(messages);
      writer ??= write();
    });
  }

  function refuse(reason: 'full' | 'slow' | 'failed', error: Error): Promise<never> {
    metrics.count('adherence_spool_refused_total', { reason });
    return Promise.reject(error);
  }

  /** Writes until nobody waits. What comes during a sync goes with the next one. */
  async function write(): Promise<void> {
    await null;
    while (waiting.length > 0) {
      const group = nextGroup();
      const startedAt = clock.now();
      try {
        await writeGroup(group);
        metrics.observe('adherence_spool_sync_seconds', {}, (clock.now() - startedAt) / 1000);
        for (const { resolve, bytes } of group) {
          waitingBytes -= bytes;
          resolve();
        }
      } catch (error) {
        await giveUp(group, asError(error));
      }
      report();
      written.resolve();
      written = Promise.withResolvers();
    }
    writer = null;
  }

  function nextGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < waiting.length && (count === 0 || bytes + waiting[count]!.bytes <= maxGroupBytes)) {
      bytes += waiting[count]!.bytes;
      count += 1;
    }
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return group;
  }

  async function writeGroup(group: readonly Waiting[]): Promise<void> {
    const { segment, file } = active ?? (await newSegment());
    const frames = group.flatMap(({ messages }) => messages.map((each) => encodeFrame(each, segment.salt)));
    const data = Buffer.concat(frames);
    await file.append(data);
    segment.size += data.length;
    if (segment.size >= segmentBytes) await seal();
  }

  async function newSegment() {
    sequence += 1;
    const salt = newSalt();
    const segment: Segment = { name: nameOf(sequence, salt), salt, size: 0 };
    const file = await disk.create(segment.name);
    // Both at once: a segment that is not the active one is removed when it has been read.
    segments.push(segment);
    active = { segment, file };
    return active;
  }

  /** Nothing is appended to the active segment any more. */
  async function seal(): Promise<void> {
    const sealed = active;
    active = null;
    try {
      await sealed?.file.close();
    } catch (error) {
      log.warn({ error: asError(error) }, 'a segment of the spool was not closed');
    }
  }

  /** A file whose sync failed is not to be trusted with more: what it lost it may not say again. */
  async function giveUp(group: readonly Waiting[], error: Error): Promise<void> {
    restUntil = clock.now() + restMs;
    const code = (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
    log.error({ error, code }, 'the spool could not be written');
    const failure = isOperational(error) ? error : new OperationalError('SPOOL_FAILED', error.message, error);
    const empty = active?.segment.size === 0 ? active.segment : null;
    await seal();
    if (empty) await drop(empty);
    for (const { messages, bytes, reject } of [...group, ...waiting]) {
      waitingBytes -= bytes;
      held.remove(messages);
      metrics.count('adherence_spool_refused_total', { reason: 'failed' });
      reject(failure);
    }
    waiting = [];
  }

  async function next(): Promise<SpooledMessages | null> {
    for (;;) {
      const segment = segments[0];
      if (segment === undefined && writer === null) return null;
      const read = segment && (await readFrom(segment));
      if (read) return read;
      if (segment && active?.segment !== segment) await drop(segment);
      else if (writer !== null) await written.promise;
      // What comes next goes to a new segment, so that this one can be removed.
      else await seal();
    }
  }

  async function readFrom(segment: Segment): Promise<SpooledMessages | null> {
    if (position >= segment.size) return null;
    let data = await disk.read(segment.name, position, Math.min(segment.size, position + maxReadBytes));
    let frames = decodeFrames(data, segment.salt);
    if (frames.messages.length === 0) {
      // One message greater than what is read at once, or nothing but damage.
      data = await disk.read(segment.name, position, segment.size);
      frames = decodeFrames(data, segment.salt, 0, 1);
    }
    if (frames.messages.length === 0) {
      position = segment.size;
      return null;
    }
    const end = position + frames.ends.at(-1)!;
    const known = frames.messages.filter(({ topic }) => spooledTopics.has(topic));
    return {
      messages: known,
      async drained() {
        position = end;
        held.remove(frames.messages);
        metrics.count('adherence_spool_drained_messages_total', {}, known.length);
        report();
        try {
          await disk.replace(cursorFile, cursorText({ sequence: sequenceOf(segment.name), offset: end }));
        } catch (error) {
          log.warn({ error: asError(error) }, 'how far the spool is drained was not noted');
        }
      },
    };
  }

  /** What cannot be removed is read again by the next process, which changes nothing. */
  async function drop(segment: Segment): Promise<void> {
    const index = segments.indexOf(segment);
    // Empty after a failure, it may have been found by the reader meanwhile.
    if (index === -1) return;
    if (index === 0) position = 0;
    segments.splice(index, 1);
    // What was damaged since it was counted is not waited for.
    if (segments.length === 0 && waitingBytes === 0) held.clear();
    report();
    try {
      await disk.remove(segment.name);
    } catch (error) {
      log.warn({ error: asError(error), segment: segment.name }, 'a drained segment was not removed');
    }
  }

  function spoolBytes(): number {
    return segments.reduce((sum, { size }) => sum + size, 0);
  }
  function report(): void {
    metrics.set('adherence_spool_messages', {}, held.messages());
    metrics.set('adherence_spool_bytes', {}, spoolBytes());
  }

  return {
    append,
    next,
    held,
    bytes: spoolBytes,
    empty: () => held.messages() === 0,
    takes: () => clock.now() >= restUntil && spoolBytes() + waitingBytes < 0.9 * maxBytes,
    async close() {
      await writer;
      await seal();
    },
  };
}

/** A volume is not the place from which somebody else's records get onto topics. */
const spooledTopics: ReadonlySet<string> = new Set([topics.notifications.name, topics.rejected.name]);

/** What a frame of it takes, or a little more. */
const roughSize = ({ topic, key, value, headers }: OutMessage): number =>
  60 + topic.length + 3 * (key?.length ?? 0) + (value?.length ?? 0) + (headers ? 200 : 0);

/** The order is in the name, and so is the salt of the checksums. */
const nameOf = (sequence: number, salt: number): string =>
  `${String(sequence).padStart(12, '0')}-${salt.toString(16).padStart(8, '0')}.spool`;
const namePattern = /^(\d{12,15})-([0-9a-f]{8})\.spool$/;
const sequenceOf = (name: string): number => Number(namePattern.exec(name)?.[1]);

async function leftSegments(disk: Disk): Promise<Segment[]> {
  const names = (await disk.list()).filter((name) => namePattern.test(name));
  return names
    .sort((a, b) => sequenceOf(a) - sequenceOf(b))
    .map((name) => ({ name, salt: Number.parseInt(namePattern.exec(name)![2]!, 16), size: 0 }));
}
