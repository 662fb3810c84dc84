import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { createMemoryBroker } from './broker/memory-broker.ts';
import { createLocalCodec } from './codec.ts';
import { OperationalError } from './errors.ts';
import { createManualClock, turn } from './manual-clock.ts';
import { type Host, type RunningService, runService } from './service.ts';

const environment = {
  KAFKA_BROKERS: 'kafka:9092',
  SCHEMA_REGISTRY_URL: 'http://registry',
  CLICKHOUSE_URL: 'http://clickhouse',
  LOG_LEVEL: 'silent',
  ADMIN_HOST: '127.0.0.1',
  ADMIN_PORT: '0',
  SHUTDOWN_GRACE_SECONDS: '5',
};
const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

function setUp(given: Partial<Host> = {}, service: Partial<RunningService> = {}) {
  const clock = createManualClock();
  const ledger: string[] = [];
  let signal = (_: string): void => {};
  let bug = (_: Error): void => {};
  const exit = Promise.withResolvers<number>();
  const failed = Promise.withResolvers<never>();
  const started = Promise.withResolvers<void>();
  failed.promise.catch(() => {});
  const host: Host = {
    environment,
    clock,
    onSignal: (listener) => {
      signal = listener;
    },
    onBug: (listener) => {
      bug = listener;
    },
    onWarning: () => {},
    complain: (text) => void ledger.push(text),
    exit: (code) => exit.resolve(code),
    open: async (_env, _name, log, metrics) => {
      ledger.push('open');
      const db = {
        connection: { url: 'http://nowhere' },
        insertRows: async () => {},
        queryBlocks: async () => [],
        query: async () => [],
        command: async () => {},
        ping: async () => {},
        close: async () => void ledger.push('close db'),
      };
      return { broker: createMemoryBroker(), codec: createLocalCodec(), db, clock, log, metrics };
    },
    ...given,
  };
  const run = () =>
    runService(
      {
        name: 'test',
        parseConfig: () => ({ answer: 42 }),
        start: async ({ answer }) => {
          ledger.push(`start ${answer}`);
          started.resolve();
          return { failed: failed.promise, stop: async () => void ledger.push('stop'), ...service };
        },
      },
      host,
    );
  ended.push(() => signal('SIGTERM'));
  return {
    run,
    clock,
    ledger,
    exit: exit.promise,
    failed,
    started: started.promise,
    signal: () => signal('SIGTERM'),
    bug: (e: Error) => bug(e),
  };
}

describe('a service', () => {
  test('that is told to stop drains, closes what it opened and exits with 0', async () => {
    const { run, ledger, started, exit, signal } = setUp();
    void run();
    await started;
    await turn();
    signal();
    expect(await exit).toBe(0);
    expect(ledger).toEqual(['open', 'start 42', 'stop', 'close db']);
  });

  test('that fails exits with 1 and drains nothing', async () => {
    const { run, ledger, started, exit, failed } = setUp();
    void run();
    await started;
    failed.reject(new OperationalError('AWAY', 'away'));
    expect(await exit).toBe(1);
    expect(ledger).toEqual(['open', 'start 42']);
  });

  test('with a bug outside of everything exits with 1', async () => {
    const { run, started, exit, bug } = setUp();
    void run();
    await started;
    bug(new TypeError('bug'));
    expect(await exit).toBe(1);
  });

  test('that does not stop within its grace exits with 1', async () => {
    const { run, clock, started, exit, signal } = setUp({}, { stop: () => new Promise(() => {}) });
    void run();
    await started;
    await turn();
    signal();
    await clock.advance(5_000);
    expect(await exit).toBe(1);
  });

  test('whose servers are not there yet waits for them, but not for ever', async () => {
    let tries = 0;
    const away = async (): Promise<never> => {
      tries += 1;
      throw new OperationalError('AWAY', 'away');
    };
    const { run, clock, exit } = setUp({ open: away });
    void run();
    let code: number | null = null;
    void exit.then((exited) => {
      code = exited;
    });
    for (let i = 0; i < 400 && code === null; i += 1) await clock.advance(500);
    expect(code).toBe(1);
    expect(tries).toBe(30);
  });

  test('with a wrong environment says everything that is wrong, and exits with 2', async () => {
    const { run, ledger, exit } = setUp({ environment: { LOG_LEVEL: 'loud' } });
    await run();
    expect(await exit).toBe(2);
    for (const name of ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'CLICKHOUSE_URL', 'LOG_LEVEL']) {
      expect(ledger.join()).toContain(name);
    }
  });
});

test('what Node warns of is a line of the log like any other, but for what the Kafka client does all the time', () => {
  const script = `
    import { createMemoryBroker } from './broker/memory-broker.ts';
    import { processHost, runService } from './service.ts';
    const open = async (env, name, log, metrics) =>
      ({ broker: createMemoryBroker(), codec: { close() {} }, db: { close() {} }, clock: processHost.clock, log, metrics });
    const start = async () => {
      process.emitWarning('11 listeners', 'MaxListenersExceededWarning');
      process.emitWarning('-1 does not fit', 'TimeoutNegativeWarning');
      setImmediate(() => process.kill(process.pid, 'SIGTERM'));
      return { failed: new Promise(() => {}), stop: async () => {} };
    };
    await runService({ name: 'test', parseConfig: () => ({}), start }, { ...processHost, open });`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '--eval', script],
    { cwd: import.meta.dirname, env: { ...environment, LOG_LEVEL: 'info' }, encoding: 'utf8' },
  );
  const lines = `${stdout}${stderr}`
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const warned = lines.filter(({ level }) => level === 'warn');
  expect(warned).toMatchObject([
    { msg: 'a warning of Node', service: 'test', error: { message: '11 listeners' } },
  ]);
  expect(lines.at(-1)).toMatchObject({ msg: 'ended' });
});
