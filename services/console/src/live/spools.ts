/**
 * What ingresses hold on their volumes, accepted and not yet in Kafka. A spool that fills while the broker is away can
 * tell nobody, so an old word of it counts for nothing: each is asked on the topic `health`, and answers with the
 * offset of the newest question it has seen. One that does not answer counts as holding something.
 */
import type { Batch, OutMessage } from '@adherence/runtime/broker/broker.ts';
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import { topics } from '@adherence/schemas/topics.ts';

export interface Spools {
  /** Every batch of the topic `health`. */
  take(batch: Batch): void;
  /** As it is after the call. Rejects with an OperationalError while nothing can be asked. */
  ask(): Promise<Spooled>;
}

export interface Spooled {
  /** Messages of all tenants; at least one for each spool that did not answer. */
  readonly messages: number;
  /** Notifications of one tenant, as far as they were told. */
  readonly notificationsOf: (tenantId: string) => number;
}

export interface SpoolsOptions {
  readonly produce: (messages: readonly OutMessage[]) => Promise<void>;
  readonly clock: Clock;
  readonly newNonce: () => string;
}

interface Word {
  readonly messages: number;
  readonly notifications: Readonly<Record<string, number>>;
  /** Next offset of the topic that the ingress will see. */
  readonly seen: number;
}

interface Question {
  readonly nonce: string;
  /** Of the question on the topic; null until it was read there. */
  offset: number | null;
  readonly check: () => void;
}

const answerLimitMs = 1_500;
/** An ingress that left without a word, and last said that it held nothing, is forgotten after so long. */
const forgottenAfterMs = 10 * 60_000;
const questionKey = 'spoolAsked';
const spoolPrefix = 'spool|';

export function createSpools({ produce, clock, newNonce }: SpoolsOptions): Spools {
  const words = new Map<string, Word>();
  /** When each first failed to answer, of those that still do. */
  const silentSince = new Map<string, number>();
  const open = new Set<Question>();
  let queued: Promise<Spooled> | null = null;
  let running: Promise<unknown> = Promise.resolve();

  function take({ messages }: Batch): void {
    for (const { key, value, offset } of messages) {
      if (key === questionKey) noteQuestion(value, offset);
      else if (key?.startsWith(spoolPrefix)) noteWord(key, value);
    }
    for (const question of open) question.check();
  }

  function noteQuestion(value: Buffer | null, offset: number): void {
    for (const question of open) if (question.nonce === value?.toString('utf8')) question.offset = offset;
  }

  function noteWord(key: string, value: Buffer | null): void {
    silentSince.delete(key);
    if (value === null) words.delete(key);
    else words.set(key, JSON.parse(value.toString('utf8')) as Word);
  }

  const silentAfter = (offset: number | null): string[] =>
    [...words].filter(([, { seen }]) => offset === null || seen <= offset).map(([key]) => key);

  async function askAll(): Promise<Spooled> {
    if (words.size === 0) return nothing;
    const { promise, resolve } = Promise.withResolvers<void>();
    const question: Question = {
      nonce: newNonce(),
      offset: null,
      check: () => {
        if (silentAfter(question.offset).length === 0) resolve();
      },
    };
    open.add(question);
    let timer: Timer | null = null;
    try {
      const value = Buffer.from(question.nonce);
      await produce([{ topic: topics.health.name, partition: 0, key: questionKey, value }]);
      timer = clock.setTimer(resolve, answerLimitMs);
      await promise;
    } finally {
      timer?.clear();
      open.delete(question);
    }
    return sumUp(silentAfter(question.offset));
  }

  function sumUp(silent: readonly string[]): Spooled {
    const now = clock.now();
    for (const key of silent) {
      const since = silentSince.get(key) ?? now;
      silentSince.set(key, since);
      if (words.get(key)!.messages === 0 && now - since >= forgottenAfterMs) words.delete(key);
    }
    const unknown = silent.filter((key) => words.get(key)?.messages === 0).length;
    const told = [...words.values()];
    return {
      messages: told.reduce((sum, { messages }) => sum + messages, unknown),
      notificationsOf: (tenantId) =>
        told.reduce((sum, { notifications }) => sum + (notifications[tenantId] ?? 0), 0),
    };
  }

  return {
    take,
    ask() {
      // Who asks while a question is out needs a later one; all who do share it.
      queued ??= running.then(() => {
        queued = null;
        const asked = askAll();
        running = asked.catch(() => {}); // Whoever waits for it gets the error.
        return asked;
      });
      return queued;
    },
  };
}

const nothing: Spooled = { messages: 0, notificationsOf: () => 0 };
