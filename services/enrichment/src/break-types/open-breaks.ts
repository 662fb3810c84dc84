/**
 * Breaks whose type nobody could tell yet, kept on the compacted topic `health`, so that the next owner of their
 * partition goes on asking: an outage of the web service and a restart may come together. A tombstone ends each.
 */
import type { Broker, OutMessage, Tail } from '@adherence/runtime/broker/broker.ts';
import type { ActivityEvent } from '@adherence/schemas/records.ts';
import { topics } from '@adherence/schemas/topics.ts';

export interface OpenBreak {
  readonly partition: number;
  /** tenantId|integrationId|externalUserId */
  readonly user: string;
  /** Events of the run that wait for its type, oldest first; empty when it has ended. */
  readonly events: readonly ActivityEvent[];
}

export interface OpenBreaks {
  /** What is kept of these partitions, as far as the topic was read. */
  of(partitions: ReadonlySet<number>): readonly OpenBreak[];
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

const kind = 'openBreak';

/** Resolves once the topic is read to the end that it had. */
export async function followOpenBreaks(broker: Broker): Promise<OpenBreaks> {
  const kept = new Map<string, OpenBreak>();
  const tail: Tail = await broker.tail({ topic: topics.health.name, from: 'beginning' }, ({ messages }) => {
    for (const { key, value } of messages) {
      if (!key?.startsWith(`${kind}|`)) continue;
      if (value === null) kept.delete(key);
      else kept.set(key, JSON.parse(value.toString('utf8')) as OpenBreak);
    }
  });
  await Promise.race([tail.caughtUp, tail.failed]);
  return {
    of: (partitions) => [...kept.values()].filter(({ partition }) => partitions.has(partition)),
    failed: tail.failed,
    close: () => tail.close(),
  };
}

export const openBreakMessage = (open: OpenBreak): OutMessage => ({
  topic: topics.health.name,
  partition: 0,
  key: `${kind}|${open.user}`,
  value: open.events.length === 0 ? null : Buffer.from(JSON.stringify(open)),
});
