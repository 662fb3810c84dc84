import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nodeCommand } from './node-command.ts';
import { freePort } from './ports.ts';
import { identityOf } from './process-identity.ts';

/** `npm start` as a newcomer, an operator and a power cut meet it. */
vi.setConfig({ testTimeout: 400_000 });

const script = fileURLToPath(new URL('./start.ts', import.meta.url));
let directory: string;
let ports: { INGRESS_PORT: string; CONSOLE_PORT: string };
let started: Start[];

interface Start {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** The next line that matches, from the one after the last match on. */
  line(pattern: RegExp): Promise<string>;
  readonly ended: Promise<number | null>;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-start-'));
  ports = { INGRESS_PORT: String(await freePort()), CONSOLE_PORT: String(await freePort()) };
  started = [];
});

afterEach(async () => {
  for (const one of started) {
    one.process.kill('SIGTERM');
    await one.ended;
  }
  await rm(directory, { recursive: true, force: true });
});

function npmStart(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Start {
  const child = spawn(nodeCommand(), [script, '--data', directory, '--no-demo', ...args], {
    env: { ...process.env, ...ports, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let read = 0;
  let wake = (): void => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      wake();
    });
  }
  const ended = once(child, 'close').then(([code]) => {
    wake();
    return code as number | null;
  });
  const one: Start = {
    process: child,
    lines,
    ended,
    async line(pattern) {
      while (true) {
        while (read < lines.length) {
          const line = lines[read++]!;
          if (pattern.test(line)) return line;
        }
        if (child.exitCode !== null) throw new Error(`ended without ${pattern}:\n${lines.join('\n')}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
  started.push(one);
  return one;
}

const readyz = async (port: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${port}/readyz`)).status;

const children = async (): Promise<{ name: string; pid: number; identity: string }[]> =>
  JSON.parse(await readFile(join(directory, 'lock.json'), 'utf8')).children;

test('everything comes up, survives the end of a part, is refused a second time, and stops within 10 s', async () => {
  const first = npmStart();
  await first.line(/^ready$/);
  expect(await Promise.all([readyz(ports.INGRESS_PORT), readyz(ports.CONSOLE_PORT)])).toEqual([200, 200]);

  const second = npmStart();
  expect(await second.line(/Another npm start/)).toContain(`process ${first.process.pid}`);
  expect(await second.ended).toBe(1);

  const running = await children();
  expect(running.map(({ name }) => name).toSorted()).toEqual([
    ...['ClickHouse engine', 'Kafka', 'adherence', 'console', 'enrichment', 'ingress', 'schema registry'],
  ]);
  for (const name of ['Kafka', 'ClickHouse engine', 'enrichment']) {
    process.kill(running.find((child) => child.name === name)!.pid, 'SIGKILL');
  }
  for (let n = 0; n < 3; n += 1) await first.line(/is up again/);

  const all = [...running, ...(await children())];
  const stoppedAt = performance.now();
  first.process.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  expect(performance.now() - stoppedAt).toBeLessThan(10_000);
  expect(all.filter((child) => identityOf(child.pid) === child.identity)).toEqual([]);
});

test('a start that is killed leaves children behind: the next one ends them and goes on with the data', async () => {
  const first = npmStart();
  await first.line(/^ready$/);
  const secrets = await readFile(join(directory, 'secrets.json'), 'utf8');
  const left = await children();
  first.process.kill('SIGKILL');
  await first.ended;
  expect(left.every((child) => identityOf(child.pid) === child.identity)).toBe(true);

  const second = npmStart();
  await second.line(/was left behind by a start that was killed/);
  await second.line(/^ready$/);
  expect(left.filter((child) => identityOf(child.pid) === child.identity)).toEqual([]);
  expect(await readFile(join(directory, 'secrets.json'), 'utf8')).toBe(secrets);
});

test('embedded: every service in one process, no Java, nothing kept', async () => {
  const start = npmStart(['--embedded']);
  await start.line(/EMBEDDED/);
  await start.line(/^ready$/);
  expect((await children()).map(({ name }) => name)).toEqual(['services']);
  expect(await Promise.all([readyz(ports.INGRESS_PORT), readyz(ports.CONSOLE_PORT)])).toEqual([200, 200]);
  process.kill((await children())[0]!.pid, 'SIGKILL');
  await start.line(/The embedded services ended/);
  expect(await start.ended).toBe(1);
});

test('a taken port is one sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const start = npmStart([], { CONSOLE_PORT: String(port) });
  expect(await start.line(/Port/)).toBe(
    `Port ${port} is taken by another program; end that one or choose another port with CONSOLE_PORT=….`,
  );
  expect(await start.ended).toBe(1);
  other.close();
});

test('a server of yours that does not answer is one sentence, without its password', async () => {
  const nobody = await freePort();
  const start = npmStart([], {
    KAFKA_BROKERS: `127.0.0.1:${nobody}`,
    SCHEMA_REGISTRY_URL: `http://127.0.0.1:${nobody}`,
    CLICKHOUSE_URL: `http://me:secret@127.0.0.1:${nobody}`,
  });
  const sentence = await start.line(/does not answer/);
  expect(sentence).toMatch(
    /^(?:KAFKA_BROKERS|CLICKHOUSE_URL) names .*127.0.0.1.* does not answer \(ECONNREFUSED\)/,
  );
  expect(await start.ended).toBe(1);
  expect(start.lines.join('\n')).not.toContain('secret');
});
