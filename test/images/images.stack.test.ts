/**
 * The images without Docker: their files are made as deploy/Dockerfile says, and each service starts from exactly
 * these, as their user, with a root that is only read, on the real stack.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { startClickHouse } from '@adherence/stack/clickhouse.ts';
import { startKafka } from '@adherence/stack/kafka.ts';
import { freePort } from '@adherence/stack/ports.ts';
import { startRegistry } from '@adherence/stack/registry.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTree, type Image, ownFiles } from './build-tree.ts';
import { canIsolate, runInImage, untilReady } from './run-in-image.ts';

const folder = mkdtempSync(join(tmpdir(), 'adherence-images-'));
const services = ['adherence', 'enrichment', 'ingress', 'console'] as const;
const names = [...services, 'migrate'] as const;
const images = {} as Record<(typeof names)[number], Image>;
const building = build();
beforeAll(() => building);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** One after the other: stages are shared, and npm takes all processors by itself. */
async function build(): Promise<void> {
  for (const name of names) images[name] = await buildTree(name, folder);
}

/** Node's own, and what the base image has besides: distroless/cc, 24 MB of glibc, OpenSSL, libstdc++, certificates. */
const nodeBytes = statSync(process.execPath).size;
const baseBytes = 30_000_000;
const limitBytes = 200_000_000;

describe.each(names)('image %s', (name) => {
  const app = join(folder, name, 'app');

  it('holds sources and manifests, no test and nothing for development', () => {
    const odd = ownFiles(images[name]).filter(
      (path) =>
        !/^(package|[\w/-]+\/package)\.json$/.test(path) &&
        !/^(schemas|packages|services)\/[\w/-]+\/[\w.-]+\.(ts|avsc)$/.test(path) &&
        !/^services\/console\/web\/dist\//.test(path),
    );
    expect(odd).toEqual([]);
    expect(ownFiles(images[name]).filter((path) => /\.(test|testing|bench)\./.test(path))).toEqual([]);
    const { packages } = JSON.parse(readFileSync(join(app, 'node_modules/.package-lock.json'), 'utf8'));
    const installed = Object.entries<{ dev?: boolean; devOptional?: boolean }>(packages);
    expect(installed.length).toBeGreaterThan(5);
    expect(installed.filter(([, { dev, devOptional }]) => dev || devOptional).map(([path]) => path)).toEqual(
      [],
    );
  });

  it('holds everything that its files import', () => {
    const missing = ownFiles(images[name])
      .filter((path) => path.endsWith('.ts') && !path.endsWith('/contract.ts'))
      .flatMap((path) => importsOf(join(app, path)).filter((imported) => !isThere(app, path, imported)));
    expect(missing).toEqual([]);
  });

  it('is under 200 MB', async () => {
    const size = nodeBytes + baseBytes + (await bytesOf(app));
    console.log(`image ${name}: ${((await bytesOf(app)) / 1e6).toFixed(1)} MB of ours`);
    expect(size).toBeLessThan(limitBytes);
  });
});

if (canIsolate()) describe('from its image', onTheStack);
else console.log('no namespaces on this system: services are not started from their images');

function onTheStack(): void {
  let environment: Record<string, string>;
  const stops: (() => Promise<unknown>)[] = [];
  const ports: Record<string, number> = {};

  beforeAll(async () => {
    const data = (part: string) => join(folder, 'data', part);
    const logFile = (part: string) => join(folder, `${part}.log`);
    const [kafka, clickhouse] = await Promise.all([
      startKafka({ dataDir: data('kafka'), port: await freePort(), logFile: logFile('kafka') }),
      startClickHouse({
        dataDir: data('clickhouse'),
        port: await freePort(),
        logFile: logFile('clickhouse'),
      }),
    ]);
    const registry = await startRegistry({
      dataDir: data('registry'),
      brokers: kafka.brokers,
      port: await freePort(),
      logFile: logFile('registry'),
    });
    stops.push(
      () => registry.stop(),
      () => kafka.stop(),
      () => clickhouse.stop(),
    );
    for (const name of ['ingress', 'console', ...services.map((service) => `${service}-admin`)]) {
      ports[name] = await freePort();
    }
    environment = {
      NODE_OPTIONS: '--max-old-space-size-percentage=75',
      KAFKA_BROKERS: kafka.brokers,
      SCHEMA_REGISTRY_URL: registry.url,
      CLICKHOUSE_URL: clickhouse.url,
      ADMIN_HOST: '127.0.0.1',
      INGRESS_HOST: '127.0.0.1',
      INGRESS_PORT: String(ports.ingress),
      CONSOLE_HOST: '127.0.0.1',
      CONSOLE_PORT: String(ports.console),
      OPERATOR_TOKEN: 'operator-token-of-the-tests',
      SECRETS_KEY: '11'.repeat(32),
      LOG_LEVEL: 'error',
    };
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  const run = (name: (typeof names)[number], env: Record<string, string>, args?: readonly string[]) =>
    runInImage(images[name], mkdtempSync(join(folder, 'root-')), { env, ...(args ? { args } : {}) });

  it('a process is user 65532 without capabilities, and writes nowhere', async () => {
    const script = `
      const { readFileSync, writeFileSync } = require('node:fs');
      const attempt = (path) => { try { writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; } };
      const [, capabilities] = /CapEff:\\s*(\\w+)/.exec(readFileSync('/proc/self/status', 'utf8'));
      console.log(JSON.stringify({ user: process.getuid(), capabilities, cwd: process.cwd(),
        writes: ['/x', '/app/x', '/app/node_modules/x'].map(attempt) }));`;
    const seen = JSON.parse(await outputOf(run('ingress', {}, ['/nodejs/bin/node', '-e', script])));
    expect(seen).toEqual({
      user: process.getuid!() === 0 ? 65532 : 0,
      capabilities: process.getuid!() === 0 ? '0'.repeat(16) : expect.any(String),
      cwd: '/app',
      writes: ['EROFS', 'EROFS', 'EROFS'],
    });
  });

  it('the migration names every fault of its environment, and migrates as often as it is asked to', async () => {
    const wrong = run('migrate', { KAFKA_BROKERS: 'nonsense' });
    const [said, code] = await Promise.all([text(wrong.stderr!), exitOf(wrong)]);
    expect(code).toBe(2);
    expect(said).toMatch(/KAFKA_BROKERS.*host:port[\s\S]*SCHEMA_REGISTRY_URL[\s\S]*CLICKHOUSE_URL/);
    expect(await exitOf(run('migrate', environment))).toBe(0);
    expect(await exitOf(run('migrate', environment))).toBe(0);
  });

  it('every service becomes ready, answers, and ends cleanly when told to', async () => {
    const running = services.map((name) => {
      const child = run(name, { ...environment, ADMIN_PORT: String(ports[`${name}-admin`]) });
      child.stderr!.on('data', (chunk) => process.stderr.write(`${name}: ${chunk}`));
      child.stdout!.on('data', (chunk) => process.stderr.write(`${name}: ${chunk}`));
      stops.unshift(async () => child.kill('SIGKILL'));
      return { name, child };
    });
    await Promise.all(running.map(({ name, child }) => untilReady(child, ports[`${name}-admin`]!)));
    const page = await fetch(`http://127.0.0.1:${ports.console}/`);
    expect(await page.text()).toMatch(/<script type="module"[^>]* src="\/assets\//);
    const refused = await fetch(`http://127.0.0.1:${ports.ingress}/hooks/odigo/nobody`, {
      method: 'POST',
      body: '{}',
    });
    expect(refused.status).toBe(404);
    const metrics = await fetch(`http://127.0.0.1:${ports['adherence-admin']}/metrics`);
    expect(await metrics.text()).toContain('adherence_consumer_partitions{topic="activity.events"} 24');
    for (const { child } of running) child.kill('SIGTERM');
    expect(await Promise.all(running.map(({ child }) => exitOf(child)))).toEqual([0, 0, 0, 0]);
  });
}

const exitOf = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode ?? (await once(child, 'exit'))[0];
const outputOf = (child: ChildProcess): Promise<string> => text(child.stdout!);

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?from '([^']+)';/gms)]
    .filter(([statement]) => !statement.startsWith('import type'))
    .map(([, imported]) => imported!)
    .filter((imported) => !imported.startsWith('node:'));

function isThere(app: string, path: string, imported: string): boolean {
  if (imported.startsWith('.')) return existsSync(resolve(app, dirname(path), imported));
  const [scope, name, ...rest] = imported.split('/');
  if (scope === '@adherence') return existsSync(join(app, 'node_modules', scope, name!, 'src', ...rest));
  return existsSync(join(app, 'node_modules', scope!.startsWith('@') ? join(scope!, name!) : scope!));
}

async function bytesOf(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
