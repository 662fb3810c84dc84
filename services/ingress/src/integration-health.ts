/**
 * What the ingress tells of each integration and token on the topic `health`: absolute values, so that any of them
 * may be lost or repeated, at most once per interval and integration.
 */
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import { asError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import { topics } from '@adherence/schemas/topics.ts';
import type { TokenOwner } from './token-directory.ts';

export interface IntegrationHealth {
  note(owner: TokenOwner, receivedAt: number, accepted: number, rejected: number): void;
  /** Publishes what is due now. */
  flush(): Promise<void>;
  stop(): void;
}

export interface IntegrationHealthOptions {
  readonly publish: (messages: readonly OutMessage[]) => Promise<void>;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly log: Log;
}

export function createIntegrationHealth(options: IntegrationHealthOptions): IntegrationHealth {
  const { publish, clock, intervalMs, log } = options;
  const startedAt = clock.now();
  const entries = new Map<string, Entry>();
  const dirty = new Set<Entry>();
  let timer: Timer | null = null;
  let stopped = false;

  const flush = async () => {
    timer?.clear();
    timer = null;
    const told = [...dirty];
    dirty.clear();
    try {
      if (told.length > 0) await publish(told.flatMap((entry) => messagesOf(entry, startedAt)));
    } catch (error) {
      log.warn({ error: asError(error) }, 'health not published');
      // Absolute values: the next ones say all that these would have said, also when nothing comes any more.
      for (const entry of told) dirty.add(entry);
      if (!stopped) timer ??= clock.setTimer(() => void flush(), intervalMs);
    }
  };

  return {
    note(owner, receivedAt, accepted, rejected) {
      const key = `${owner.tenantId}|${owner.integrationId}`;
      let entry = entries.get(key);
      if (!entry) {
        entry = { ...owner, lastReceivedAt: 0, accepted: 0, rejected: 0, lastUsedAt: new Map() };
        entries.set(key, entry);
      }
      entry.tokenId = owner.tokenId;
      entry.lastReceivedAt = Math.max(entry.lastReceivedAt, receivedAt);
      entry.accepted += accepted;
      entry.rejected += rejected;
      entry.lastUsedAt.set(owner.tokenId, receivedAt);
      dirty.add(entry);
      timer ??= clock.setTimer(() => void flush(), intervalMs);
    },
    flush,
    stop() {
      stopped = true;
      timer?.clear();
    },
  };
}

interface Entry {
  readonly tenantId: string;
  readonly integrationId: string;
  tokenId: string;
  lastReceivedAt: number;
  accepted: number;
  rejected: number;
  readonly lastUsedAt: Map<string, number>;
}

function messagesOf(entry: Entry, startedAt: number): OutMessage[] {
  const { tenantId, integrationId, tokenId, lastReceivedAt } = entry;
  const tokens = [...entry.lastUsedAt].map(([id, lastUsedAt]) =>
    healthMessage(`urlToken|${tenantId}|${id}`, { tenantId, integrationId, tokenId: id, lastUsedAt }),
  );
  const integration = healthMessage(`integration|${tenantId}|${integrationId}`, {
    tenantId,
    integrationId,
    tokenId,
    lastReceivedAt,
    startedAt,
    acceptedSinceStart: entry.accepted,
    rejectedSinceStart: entry.rejected,
  });
  return [integration, ...tokens];
}

const healthMessage = (key: string, value: object): OutMessage => ({
  topic: topics.health.name,
  partition: 0,
  key,
  value: Buffer.from(JSON.stringify(value)),
});
