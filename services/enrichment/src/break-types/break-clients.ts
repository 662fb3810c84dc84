/** A client for each integration that imports break details, opened anew when its address or credentials change. */
import type { Integration } from '@adherence/domain/configuration/entities.ts';
import type { ConfigurationState } from '@adherence/domain/configuration/tables.ts';
import type { BreakTypeSource } from '@adherence/odigo-web-service/break-type-source.ts';
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import { asError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { type BreakClient, type BreakServiceHealth, createBreakClient } from './break-client.ts';

export interface BreakClients {
  /** null when the integration imports no break details (any more). */
  of(tenantId: string, integrationId: string): BreakClient | null;
  /** Takes back what was told of their health, since nobody here asks any more, and ends what is under way. */
  close(): Promise<void>;
}

export type BreakDetailAccess = NonNullable<Integration['breakDetail']>;

export interface BreakClientsOptions {
  readonly configuration: () => ConfigurationState;
  readonly openSource: (
    access: BreakDetailAccess,
    tenantId: string,
    integrationId: string,
  ) => BreakTypeSource;
  readonly inFlight: number;
  /** Names this process among those that tell the health of the same web service. */
  readonly instanceId: string;
  /** For the topic `health`. */
  readonly publish: (messages: readonly OutMessage[]) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Health is told this long after it changed: absolute values, so that any of them may be lost or repeated. */
const healthDelayMs = 1_000;

export function createBreakClients(options: BreakClientsOptions): BreakClients {
  const { configuration, openSource, inFlight, instanceId, publish, clock, log, metrics } = options;
  const opened = new Map<string, Opened>();
  const changed = new Set<Opened>();
  let timer: Timer | null = null;

  const healthMessage = (
    { tenantId, integrationId }: Opened,
    health: BreakServiceHealth | null,
  ): OutMessage => ({
    topic: topics.health.name,
    partition: 0,
    key: `breakDetail|${tenantId}|${integrationId}|${instanceId}`,
    value: health && Buffer.from(JSON.stringify(health)),
  });

  function open(tenantId: string, integrationId: string, access: BreakDetailAccess): Opened {
    const client = createBreakClient({
      source: openSource(access, tenantId, integrationId),
      clock,
      inFlight,
      onHealth: () => {
        noteState(one);
        changed.add(one);
        timer ??= clock.setTimer(() => void tellHealth(), healthDelayMs);
      },
    });
    const one: Opened = { tenantId, integrationId, access, client, state: 'ok' };
    return one;
  }

  /** One line when a web service is given up, and one when it answers again. */
  function noteState(one: Opened): void {
    const { state, fault } = one.client.health();
    if (state === one.state) return;
    const { tenantId, integrationId } = one;
    if (state === 'paused') {
      const { kind = null, status = null } = fault ?? {};
      const answered = status === null ? {} : { status };
      log.warn({ tenantId, integrationId, fault: kind, ...answered }, 'break web service given up for now');
    } else if (one.state === 'paused') {
      log.info({ tenantId, integrationId }, 'break web service answers again');
    }
    one.state = state;
    const paused = [...opened.values()].filter((each) => each.state === 'paused').length;
    metrics.set('adherence_break_breakers_open', {}, paused);
  }

  async function tellHealth(): Promise<void> {
    timer = null;
    const messages = [...changed].map((one) => healthMessage(one, one.client.health()));
    changed.clear();
    await tell(messages);
  }

  async function tell(messages: readonly OutMessage[]): Promise<void> {
    try {
      if (messages.length > 0) await publish(messages);
    } catch (error) {
      log.warn({ error: asError(error) }, 'health of break web services not published');
    }
  }

  return {
    of(tenantId, integrationId) {
      const key = `${tenantId}|${integrationId}`;
      const integration = configuration().tenants.get(tenantId)?.integrations.get(integrationId)?.document;
      const access = integration?.breakDetail ?? null;
      const known = opened.get(key);
      if (known && access && isSame(known.access, access)) return known.client;
      known?.client.close();
      opened.delete(key);
      if (!access) return null;
      const one = open(tenantId, integrationId, access);
      opened.set(key, one);
      return one.client;
    },
    async close() {
      timer?.clear();
      await tellHealth();
      await tell([...opened.values()].map((one) => healthMessage(one, null)));
      for (const { client } of opened.values()) client.close();
    },
  };
}

interface Opened {
  readonly tenantId: string;
  readonly integrationId: string;
  readonly access: BreakDetailAccess;
  readonly client: BreakClient;
  state: 'ok' | 'failing' | 'paused';
}

const isSame = (a: BreakDetailAccess, b: BreakDetailAccess): boolean =>
  a.url === b.url && a.username === b.username && a.passwordCiphertext === b.passwordCiphertext;
