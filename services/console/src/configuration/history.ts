/**
 * The configuration as it stood at any instant: the log folded again, up to the first command of the tenant that was
 * written later. The log keeps every command under a key of its own, so what is folded is what was folded then.
 */
import { fold } from '@adherence/domain/configuration/decide.ts';
import {
  type ConfigurationState,
  emptyState,
  type TenantTables,
} from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import type { Batch, Broker } from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import { topics } from '@adherence/schemas/topics.ts';

export interface ConfigurationHistory {
  /** null when the tenant was not there yet. Not to be changed. */
  readonly tablesAt: (tenantId: string, at: Instant) => Promise<TenantTables | null>;
}

/** Asked for again and again while somebody looks at one instant; short enough that what was deleted is soon gone. */
const keptForMs = 60_000;
const keptStates = 4;

export function createConfigurationHistory(broker: Broker, clock: Clock): ConfigurationHistory {
  const kept = new Map<string, { readonly until: Instant; readonly tables: Promise<TenantTables | null> }>();
  return {
    tablesAt(tenantId, at) {
      const now = clock.now();
      for (const [key, { until }] of kept) if (until <= now) kept.delete(key);
      const key = `${at}|${tenantId}`;
      const known = kept.get(key);
      if (known) return known.tables;
      if (kept.size >= keptStates) kept.delete(kept.keys().next().value!);
      const tables = foldUpTo(broker, tenantId, at);
      kept.set(key, { until: now + keptForMs, tables });
      tables.catch(() => kept.delete(key));
      return tables;
    },
  };
}

async function foldUpTo(broker: Broker, tenantId: string, at: Instant): Promise<TenantTables | null> {
  const state = emptyState();
  const later = Promise.withResolvers<void>();
  let isLater = false;
  const tail = await broker.tail({ topic: topics.configuration.name, from: 'beginning' }, async (batch) => {
    if (isLater) return;
    isLater = await foldBatch(state, batch, tenantId, at);
    if (isLater) later.resolve();
  });
  try {
    await Promise.race([tail.caughtUp, later.promise, tail.failed]);
  } finally {
    await tail.close();
  }
  return state.tenants.get(tenantId) ?? null;
}

/** Commands folded between two turns of the event loop. */
const foldedAtOnce = 200;

/** Answers whether a command of the tenant was written later; neither it nor what follows is folded. */
async function foldBatch(
  state: ConfigurationState,
  { messages }: Batch,
  tenantId: string,
  at: Instant,
): Promise<boolean> {
  let folded = 0;
  for (const { value, offset } of messages) {
    const command = value && commandOf(value);
    if (command?.tenantId !== tenantId) continue;
    if (Number(command.writtenAt) > at) return true;
    fold(state, command, offset);
    folded++;
    if (folded % foldedAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return false;
}

/** null for what is no command, which every follower skips. */
function commandOf(value: Buffer): { readonly tenantId?: unknown; readonly writtenAt?: unknown } | null {
  try {
    const command: unknown = JSON.parse(value.toString('utf8'));
    return typeof command === 'object' ? command : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
