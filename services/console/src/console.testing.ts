/** A console on the in-memory broker, for tests: requests without sockets, and who answers schedule commands. */
import { createMemoryBroker, type MemoryBroker } from '@adherence/runtime/broker/memory-broker.ts';
import { type Clock, systemClock } from '@adherence/runtime/clock.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { OperationalError } from '@adherence/runtime/errors.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { noMetrics } from '@adherence/runtime/metrics.ts';
import type { ScheduleSet } from '@adherence/schemas/records.ts';
import { topics } from '@adherence/schemas/topics.ts';
import type { ReadDatabase } from '@adherence/store/load.ts';
import type { ConsoleConfig } from './config.ts';
import type { Database } from './environment.ts';
import type { ScheduleOutcome } from './schedules/commands.ts';
import { type RunningConsole, start } from './start.ts';

export const operatorToken = 'operator-token-of-the-tests';

export const testConfig: ConsoleConfig = {
  host: '127.0.0.1',
  port: 0,
  operatorToken,
  secretsKey: Buffer.alloc(32, 7),
  previousSecretsKey: null,
  trustedProxies: 0,
  ingressUrl: 'https://ingress.example',
  secureCookies: false,
  breakDetailNetworks: [],
  scheduleOutcomeLimitMs: 10_000,
  calculationThreads: 1,
  calculationQuestions: 4,
  calculationLimitMs: 60_000,
  calculationMaxPersonDays: 1_000,
};

export interface TestAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  readonly body: any;
  readonly headers: Headers;
  readonly text: string;
}

export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<TestAnswer>;

export interface TestConsole {
  readonly running: RunningConsole;
  readonly broker: MemoryBroker;
  /** Requests under /api/v1 with a token; strings are sent as they are, everything else as JSON. */
  readonly as: (token: string | null) => Call;
  /** A new tenant; calls with its admin token. */
  readonly tenant: (id: string, timeZone?: string) => Promise<Call & { token: string }>;
  readonly stop: () => Promise<void>;
}

/** What an answer is computed from is read as columns. */
export type TestDatabase = Database & Pick<ReadDatabase, 'queryBlocks'>;

/** A database that is away. */
export const noDatabase: TestDatabase = {
  query: () => Promise.reject(new OperationalError('AWAY', 'no database in this test')),
  queryBlocks: () => Promise.reject(new OperationalError('AWAY', 'no database in this test')),
};

export interface TestOptions {
  readonly database?: Database;
  readonly clock?: Clock;
  readonly config?: Partial<ConsoleConfig>;
  readonly broker?: MemoryBroker;
  readonly pages?: string;
}

export async function startTestConsole(options: TestOptions = {}): Promise<TestConsole> {
  const { database = noDatabase, clock = systemClock, broker = createMemoryBroker({ clock }) } = options;
  await broker.ensureTopics(Object.values(topics));
  const running = await start(
    { ...testConfig, ...options.config },
    {
      broker,
      codec: createLocalCodec(),
      db: { ...noDatabase, ...database },
      clock,
      log: silentLog,
      metrics: noMetrics,
      pages: options.pages ?? '/nowhere',
    },
  );
  const as = (token: string | null): Call => callOf(running, token);
  return {
    running,
    broker,
    as,
    async tenant(id, timeZone = 'Europe/Paris') {
      const { body, status } = await as(operatorToken)('POST', '/tenants', { id, name: id, timeZone });
      if (status !== 201) throw new Error(`tenant ${id}: ${status}`);
      return Object.assign(as(body.token), { token: body.token as string });
    },
    stop: () => running.stop(),
  };
}

const callOf =
  ({ fetch }: RunningConsole, token: string | null): Call =>
  async (method, path, body, headers = {}) => {
    const isText = typeof body === 'string';
    const response = await fetch(
      new Request(`http://console.test/api/v1${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    const isJson = /^application\/(problem\+)?json$/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: isJson && JSON.parse(text), headers: response.headers, text };
  };

/** Answers schedule commands as their owner would; what it returns is published. */
export async function answerSchedules(
  broker: MemoryBroker,
  judge: (command: ScheduleSet, offset: number) => ScheduleOutcome['results'] | null,
): Promise<void> {
  const codec = createLocalCodec();
  const producer = await broker.producer();
  await broker.tail({ topic: topics.activityEvents.name, from: 'end' }, async ({ messages }) => {
    for (const { value, offset } of messages) {
      const decoded = codec.decode(value);
      if (decoded.name !== 'ScheduleSet') continue;
      const results = judge(decoded.record, offset);
      if (!results) continue;
      const { commandId, tenantId, personId } = decoded.record;
      const outcome = { commandId, tenantId, personId, results };
      await producer.send([
        {
          topic: topics.scheduleOutcomes.name,
          partition: 0,
          key: commandId,
          value: Buffer.from(JSON.stringify(outcome)),
        },
      ]);
    }
  });
}

export const integrationBody = (name: string) => ({
  name,
  timeZone: 'Europe/Paris',
  contact: { name: 'Operations', email: 'operations@centre.example' },
  breakDetail: null,
  feedGapSeconds: null,
});
