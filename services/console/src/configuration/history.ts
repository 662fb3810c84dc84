/**
 * The configuration as it stood at any instant: the log folded again, up to the first command of the tenant that was
 * written later. The log keeps every command under a key of its own, so what is folded is what was folded then.
 */
import { fold } from '@adherence/domain/configuration/decide.ts';
import { emptyState, type TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import { topics } from '@adherence/schemas/topics.ts';

export interface ConfigurationHistory {
  /** null when the tenant was not there yet. Not to be changed. */
  readonly tablesAt: (tenantId: string, at: Instant) => Promise<TenantTables | null>;
}

/** While somebody looks at one instant it is asked for again and again; what was erased is gone so much later. */
const keptForMs = 60_000;
const keptStates = 4;

export function createConfigurationHistory(broker: Broker, clock: Clock): ConfigurationHistory {
  // One at a time: each holds the commands of a tenant while it folds.
  let last: Promise<unknown> = Promise.resolve();
  const kept = new Map<string, { readonly until: Instant; readonly tables: Promise<TenantTables | null> }>();
  return {
    tablesAt(tenantId, at) {
      const now = clock.now();
      for (const [key, { until }] of kept) if (until <= now) kept.delete(key);
      const key = `${at}|${tenantId}`;
      const known = kept.get(key);
      if (known) return known.tables;
      if (kept.size >= keptStates) kept.delete(kept.keys().next().value!);
      const tables = last.then(() => foldUpTo(broker, tenantId, at));
      kept.set(key, { until: now + keptForMs, tables });
      last = tables.catch(() => kept.delete(key));
      return tables;
    },
  };
}

async function foldUpTo(broker: Broker, tenantId: string, at: Instant): Promise<TenantTables | null> {
  const records = await readCommands(broker, tenantId);
  const state = emptyState();
  for (const [i, { command, offset }] of records.entries()) {
    // Neither the first that was written later nor what follows was in the state then.
    if (Number(command.writtenAt) > at) break;
    fold(state, command, offset);
    if (i % foldedAtOnce === 0) await othersTurn();
  }
  return state.tenants.get(tenantId) ?? null;
}

/** Commands folded between two turns of the event loop. */
const foldedAtOnce = 200;
const othersTurn = () => new Promise((resolve) => setImmediate(resolve));

interface LoggedCommand {
  readonly key: string | null;
  readonly offset: number;
  readonly command: WrittenCommand;
}

/** A tenant's commands in order, without those that were erased, even where the log has not let go of them yet. */
async function readCommands(broker: Broker, tenantId: string): Promise<LoggedCommand[]> {
  const records: LoggedCommand[] = [];
  const erased = new Set<string | null>();
  const tail = await broker.tail({ topic: topics.configuration.name, from: 'beginning' }, async (batch) => {
    for (const { key, value, offset } of batch.messages) {
      if (value === null) erased.add(key);
      const command = value && commandOf(value);
      if (command?.tenantId === tenantId) records.push({ key, offset, command });
    }
    await othersTurn();
  });
  try {
    await Promise.race([tail.caughtUp, tail.failed]);
  } finally {
    await tail.close();
  }
  return records.filter(({ key }) => !erased.has(key));
}

interface WrittenCommand {
  readonly tenantId?: unknown;
  readonly writtenAt?: unknown;
}

/** null for what is no command, which every follower skips. */
function commandOf(value: Buffer): WrittenCommand | null {
  try {
    const command: unknown = JSON.parse(value.toString('utf8'));
    return typeof command === 'object' ? command : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
