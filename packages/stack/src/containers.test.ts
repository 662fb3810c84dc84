import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { containerNames, dockerAnswers, kafkaRun, registryRun, startKafkaContainer } from './containers.ts';

/** The commands only: the images meet a Docker engine in test/containers.stack.test.ts, where there is one. */
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'adherence-docker-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

/** A command named docker that notes its arguments and does what the shell lines say. */
function dockerIs(lines: string): () => string[] {
  const log = join(directory, 'calls');
  writeFileSync(join(directory, 'docker'), `#!/bin/sh\necho "$*" >> ${log}\n${lines}\n`);
  chmodSync(join(directory, 'docker'), 0o755);
  vi.stubEnv('PATH', `${directory}${delimiter}${process.env.PATH}`);
  return () => readFileSync(log, 'utf8').trim().split('\n');
}

const option = (args: readonly string[], name: string): string[] =>
  args.flatMap((value, index) => (args[index - 1] === name ? [value] : []));

test('ports are open on the loopback only, and the registry finds Kafka beside it', () => {
  const names = containerNames('/data/kafka');
  const kafka = kafkaRun(names, 9092);
  const registry = registryRun(names, 8085);
  expect(option(kafka, '--publish')).toEqual(['127.0.0.1:9092:9092']);
  expect(option(registry, '--publish')).toEqual(['127.0.0.1:8085:8080']);
  expect(option(registry, '--network')).toEqual(option(kafka, '--network'));
  const advertised = option(kafka, '--env').find((text) => text.startsWith('KAFKA_ADVERTISED_LISTENERS'))!;
  const servers = option(registry, '--env')
    .find((text) => text.includes('BOOTSTRAP'))!
    .split('=')[1]!;
  expect(advertised).toContain(`INSIDE://${servers}`);
  expect(servers.startsWith(option(kafka, '--name')[0]!)).toBe(true);
});

test('parts of one start share their names, those of another data directory do not', () => {
  expect(containerNames('/a/kafka')).toEqual(containerNames('/a/registry'));
  expect(containerNames('/a/kafka').kafka).not.toBe(containerNames('/b/kafka').kafka);
});

test('the command without an engine behind it does not count', async () => {
  dockerIs('echo "Cannot connect to the Docker daemon" >&2; exit 1');
  expect(await dockerAnswers()).toBe(false);
  dockerIs('echo 28.0.1');
  expect(await dockerAnswers()).toBe(true);
});

test('what a killed start left is removed before the next run, and a run that ends at once is told with its log', async () => {
  const calls = dockerIs(`case "$1" in
  ps) echo 0123abcd ;;
  run) echo "error: no space left" >&2; exit 125 ;;
esac`);
  const dataDir = join(directory, 'kafka');
  const logFile = join(directory, 'kafka.log');
  await expect(startKafkaContainer({ dataDir, port: 1, logFile })).rejects.toThrow(
    /Kafka ended at its start \(exit code 125\); .*no space left/,
  );
  expect(calls().map((call) => call.split(' ').slice(0, 2).join(' '))).toEqual([
    ...['network ls', 'network create', 'ps --all', 'rm --force', 'run --rm'],
  ]);
});
