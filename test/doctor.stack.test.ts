/** The doctor on a real installation: nothing to say of a whole one, and a sentence for each thing that is broken. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { examine } from '@adherence/runtime/doctor/examine.ts';
import type { Finding } from '@adherence/runtime/doctor/finding.ts';
import { migrate } from '@adherence/runtime/migrate.ts';
import { openRegistry } from '@adherence/runtime/registry.ts';
import { type Child, startChild, untilReady } from '@adherence/stack/child.ts';
import { startClickHouse } from '@adherence/stack/clickhouse.ts';
import { startKafka } from '@adherence/stack/kafka.ts';
import { answersOk, nodeFlags, repository } from '@adherence/stack/launcher.ts';
import { nodeCommand } from '@adherence/stack/node-command.ts';
import { freePort } from '@adherence/stack/ports.ts';
import { startRegistry } from '@adherence/stack/registry.ts';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

const secret = 'a-password-of-the-tests';
const stops: (() => Promise<unknown>)[] = [];
const services = {} as Record<'enrichment' | 'adherence', { readonly child: Child; readonly url: string }>;
let environment: Record<string, string>;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adherence-doctor-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const data = (part: string) => join(folder, part);
  const [kafka, clickhouse] = await Promise.all([
    startKafka({ dataDir: data('kafka') }),
    startClickHouse({ dataDir: data('clickhouse') }),
  ]);
  stops.unshift(
    () => kafka.stop(),
    () => clickhouse.stop(),
  );
  const registry = await startRegistry({ dataDir: data('registry'), brokers: kafka.brokers });
  stops.unshift(() => registry.stop());
  environment = {
    KAFKA_BROKERS: kafka.brokers,
    SCHEMA_REGISTRY_URL: registry.url,
    CLICKHOUSE_URL: clickhouse.url,
    CLICKHOUSE_USERNAME: 'default',
    CLICKHOUSE_PASSWORD: secret,
    ADMIN_HOST: '127.0.0.1',
  };
  const addresses = { brokers: kafka.brokers, registryUrl: registry.url, clickhouseUrl: clickhouse.url };
  await migrate({ ...addresses, log: () => undefined, environment: {} });
  await Promise.all(
    (['enrichment', 'adherence'] as const).map(async (name) => {
      const port = String(await freePort());
      const url = `http://127.0.0.1:${port}`;
      const child = await startChild({
        name,
        command: nodeCommand(),
        args: [...nodeFlags, join(repository, 'services', name, 'src/main.ts')],
        env: { ...environment, ADMIN_PORT: port },
        logFile: data(`${name}.log`),
      });
      stops.unshift(() => child.stop());
      await untilReady(child, () => answersOk(`${url}/readyz`), 60_000);
      services[name] = { child, url };
    }),
  );
});
afterAll(async () => {
  for (const stop of stops) await stop();
});

const look = () => examine({ environment, services: [services.enrichment.url, services.adherence.url] });
const problems = (findings: readonly Finding[], severity: Finding['severity']) =>
  findings.filter((finding) => finding.severity === severity).map(({ problem }) => problem);

it('of a whole installation on one broker only that it is one', async () => {
  // Partitions are dealt out, and the retention is set, a moment after the services are ready.
  const findings = await vi.waitFor(
    async () => {
      const seen = await look();
      expect(problems(seen, 'warning')).toEqual([
        'Kafka has 1 broker: nothing is accepted while one is away',
      ]);
      return seen;
    },
    { timeout: 20_000, interval: 500 },
  );
  expect(problems(findings, 'error')).toEqual([]);
});

it('what is broken, each in a sentence with its remedy; as a process, too', async () => {
  const admin = new kafkajs.Kafka({ brokers: [environment.KAFKA_BROKERS!], logLevel: 0 }).admin();
  await admin.connect();
  const change = (name: string, setting: string, value: string) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name,
          configEntries: [
            { name: setting, value },
            { name: 'compression.type', value: 'producer' },
          ],
        },
      ],
    });
  await change('odigo.notifications', 'retention.ms', '3600000');
  await change('configuration', 'cleanup.policy', 'delete');
  await admin.deleteTopics({ topics: ['schedule.outcomes'] });
  await admin.disconnect();
  const db = openClickHouse({ url: environment.CLICKHOUSE_URL! });
  await db.command('DROP TABLE result_changes');
  await db.command('DROP VIEW adherence_by_day');
  await db.command('ALTER TABLE person_days DROP COLUMN content_hash');
  const last = Date.now() - 5 * 86_400_000;
  const columns = ['tenant', 'integration', 'second', 'least', 'greatest'];
  await db.insertRows('feed_seconds', columns, [['acme', 'odigo', Math.floor(last / 1000), last, last]]);
  await db.close();
  const registry = openRegistry({ url: environment.SCHEMA_REGISTRY_URL! });
  await registry.setCompatibility('adherence.FeedMarks', 'BACKWARD');
  await services.enrichment.child.stop();

  const findings = await look();
  expect(problems(findings, 'error')).toEqual([
    expect.stringMatching(
      /^topic odigo\.notifications has retention\.ms=3600000 \(1 hour\), not 604800000 \(7 days\): /,
    ),
    expect.stringMatching(
      /^topic configuration has cleanup\.policy=delete, not compact: records that must stay /,
    ),
    expect.stringMatching(
      /^topic configuration has retention\.ms=604800000 \(7 days\), not -1: records that must /,
    ),
    'topic schedule.outcomes does not exist',
    'nobody reads odigo.notifications: group adherence-enrichment has no members',
    'table person_days has no column content_hash',
    'table result_changes does not exist',
    'view adherence_by_day does not exist',
    `nothing answers at ${services.enrichment.url}`,
  ]);
  expect(problems(findings, 'warning')).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /^the schema adherence\.FeedMarks has the compatibility BACKWARD, not FULL_TRANSITIVE/,
      ),
      expect.stringMatching(/^nothing came from integration odigo of tenant acme for 5 days$/),
    ]),
  );

  const doctor = spawn('npm', ['run', 'doctor', '--silent', '--', '--json', services.adherence.url], {
    cwd: repository,
    env: { ...process.env, ...environment },
  });
  const [said, complained, [code]] = await Promise.all([
    text(doctor.stdout),
    text(doctor.stderr),
    once(doctor, 'exit'),
  ]);
  expect([complained, code]).toEqual(['', 1]);
  expect(JSON.parse(said)).toMatchObject({ ok: false, findings: expect.any(Array) });
  expect(said).toContain('table result_changes does not exist');
  expect(said).not.toContain(secret);
});
