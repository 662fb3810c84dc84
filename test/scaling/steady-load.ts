/** Everybody changes between two states in turn, at a steady rate; the board says when each change got there. */
import type { Broker, Tail } from '@adherence/runtime/broker/broker.ts';
import { partitionOf, personKey, streamPartitions, topics } from '@adherence/schemas/topics.ts';

export interface Sent {
  readonly personId: string;
  readonly occurredAt: number;
  readonly eventType: 'LOGIN' | 'LOGOUT';
}

/** A change on its way to the board. Times in epoch milliseconds. */
export interface Passage {
  readonly partition: number;
  readonly sentAt: number;
  readonly shownAt: number;
}

export interface SteadyLoad {
  readonly sent: readonly Sent[];
  readonly passages: readonly Passage[];
  /** When the oldest change was sent that is not on the board; null when all are. */
  oldestUnderWay(): number | null;
  /** Requests that had to be repeated. */
  retries(): number;
  stop(): Promise<void>;
}

export interface SteadyLoadOptions {
  readonly broker: Broker;
  readonly tenantId: string;
  readonly people: readonly string[];
  readonly hooks: readonly string[];
  readonly eventsPerSecond: number;
}

const tickMs = 100;
const timeoutMs = 5_000;

export async function startSteadyLoad(options: SteadyLoadOptions): Promise<SteadyLoad> {
  const { broker, tenantId, people, hooks, eventsPerSecond } = options;
  const sent: Sent[] = [];
  const passages: Passage[] = [];
  /** Not on the board yet, by person, oldest first. */
  const underWay = new Map<string, { readonly occurredAt: number; readonly partition: number }[]>(
    people.map((personId) => [personId, []]),
  );
  let retries = 0;
  let stopped = false;
  let turn = 0;

  const tail: Tail = await broker.tail({ topic: topics.live.name, from: 'end' }, ({ messages }) => {
    const shownAt = Date.now();
    for (const { value } of messages) {
      if (value === null) continue;
      const row = JSON.parse(value.toString()) as { tenantId: string; personId: string; since: number };
      const waiting = row.tenantId === tenantId ? underWay.get(row.personId) : undefined;
      // A change that was overtaken before it was shown is shown with the one that overtook it.
      while (waiting?.[0] !== undefined && waiting[0].occurredAt <= row.since) {
        const { occurredAt, partition } = waiting.shift()!;
        passages.push({ partition, sentAt: occurredAt, shownAt });
      }
    }
  });
  await tail.caughtUp;

  async function post(events: readonly Sent[]): Promise<void> {
    const body = JSON.stringify(
      events.map(({ personId, occurredAt, eventType }) => ({ agentId: personId, eventType, occurredAt })),
    );
    for (let attempt = 0; ; attempt += 1) {
      const hook = hooks[(turn + attempt) % hooks.length]!;
      const answer = await fetch(hook, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      }).catch(() => null);
      if (answer?.status === 200) {
        const { accepted } = (await answer.json()) as { accepted: number };
        if (accepted !== events.length) throw new Error(`${accepted} of ${events.length} were accepted`);
        return;
      }
      retries += 1;
      if (attempt > 100) throw new Error(`the webhook answers ${answer?.status ?? 'nothing'}`);
      await new Promise((resolve) => setTimeout(resolve, tickMs));
    }
  }

  async function run(): Promise<void> {
    const posts: Promise<void>[] = [];
    const perTick = Math.max(1, Math.round((eventsPerSecond * tickMs) / 1000));
    const startedAt = performance.now();
    for (let tick = 0; !stopped; tick += 1) {
      const occurredAt = Date.now();
      const events = Array.from({ length: perTick }, (_, n): Sent => {
        const number = tick * perTick + n;
        const eventType = Math.floor(number / people.length) % 2 === 0 ? 'LOGIN' : 'LOGOUT';
        return { personId: people[number % people.length]!, occurredAt, eventType };
      });
      for (const event of events) {
        sent.push(event);
        const partition = partitionOf(personKey(tenantId, event.personId), streamPartitions);
        underWay.get(event.personId)!.push({ occurredAt, partition });
      }
      turn += 1;
      posts.push(post(events));
      const wait = startedAt + (tick + 1) * tickMs - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    await Promise.all(posts);
  }

  const running = run();
  running.catch(() => {}); // Told by stop.
  return {
    sent,
    passages,
    oldestUnderWay() {
      const oldest = [...underWay.values()].flatMap(([first]) => first?.occurredAt ?? []);
      return oldest.length === 0 ? null : Math.min(...oldest);
    },
    retries: () => retries,
    async stop() {
      stopped = true;
      await running;
      await tail.close();
    },
  };
}
