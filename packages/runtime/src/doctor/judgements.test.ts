/** Registry, services, clocks, certificates, settings; and how it is all said. */
import { freePort } from '@adherence/stack/ports.ts';
import { expect, test } from 'vitest';
import { examine } from './examine.ts';
import { type Finding, wrong } from './finding.ts';
import { type CertificateSeen, judgeCertificates } from './judge-certificates.ts';
import { judgeRegistry, type SubjectSeen } from './judge-registry.ts';
import { type ClockSeen, judgeClocks, judgeServices, type ServiceSeen } from './judge-services.ts';
import { report } from './report.ts';

const said = (findings: readonly Finding[]) =>
  findings.map(({ severity, problem, remedy }) => `${severity}: ${problem}. ${remedy}`);

const subject: SubjectSeen = {
  subject: 'adherence.FeedMarks',
  compatibility: 'FULL_TRANSITIVE',
  versions: 1,
  hasOurs: true,
  takesOurs: true,
};
test.each<[string, Partial<SubjectSeen>, RegExp | null]>([
  ['as it should be', {}, null],
  [
    'not registered',
    { versions: 0 },
    /^error: the schema adherence\.FeedMarks is not registered\. Run the migration/,
  ],
  [
    'incompatible',
    { hasOurs: false, takesOurs: false },
    /^error: .*not compatible with those registered.*registry of its own/,
  ],
  ['older than this release', { hasOurs: false }, /^warning: .*not registered yet/],
  ['another level', { compatibility: 'BACKWARD' }, /^warning: .*compatibility BACKWARD, not FULL_TRANSITIVE/],
])('a schema that is %s', (_, change, expected) => {
  expect(said(judgeRegistry([{ ...subject, ...change }]))).toEqual(
    expected ? [expect.stringMatching(expected)] : [],
  );
});

const service: ServiceSeen = { url: 'http://e:9464', livez: 200, readyz: 200, missing: [] };
test.each<[string, Partial<ServiceSeen>, RegExp | null]>([
  ['ready', {}, null],
  ['ready on its public port', { livez: 404 }, null],
  [
    'stopped',
    { livez: null, readyz: null },
    /^error: nothing answers at http:\/\/e:9464\. Start the service/,
  ],
  ['without progress', { livez: 503, readyz: 503 }, /^error: .*makes no progress\. .*restart/],
  [
    'not ready',
    { readyz: 503, missing: ['Kafka does not answer'] },
    /^error: .*not ready \(503\): Kafka does not answer\. Bring back/,
  ],
])('a service that is %s', (_, change, expected) => {
  expect(said(judgeServices([{ ...service, ...change }]))).toEqual(
    expected ? [expect.stringMatching(expected)] : [],
  );
});

const clock = (of: string, aheadMs: number): ClockSeen => ({ of, aheadMs, uncertainMs: 550 });
test.each<[string, readonly ClockSeen[], readonly RegExp[]]>([
  ['that agree', [clock('ClickHouse', 2_400), clock('the registry', -2_400)], []],
  [
    'one seconds off',
    [clock('ClickHouse', 9_000), clock('the registry', 0)],
    [/^warning: the clock of ClickHouse is 9 seconds ahead of the one here\. Let all/],
  ],
  [
    'one minutes off',
    [clock('ClickHouse', -90_000), clock('the registry', 0)],
    [/^error: the clock of ClickHouse is 1\.5 minutes behind the one here/],
  ],
  [
    'all off',
    [clock('ClickHouse', 9_000), clock('the registry', 9_000)],
    [/probably this one/, /probably this one/],
  ],
])('clocks %s', (_, clocks, expected) => {
  expect(said(judgeClocks(clocks))).toEqual(expected.map((each) => expect.stringMatching(each)));
});

const now = Date.UTC(2026, 0, 10);
const certificate: CertificateSeen = {
  server: 'Kafka',
  at: 'b1:9093',
  validTo: now + 90 * 86_400_000,
  fault: null,
};
test.each<[string, Partial<CertificateSeen>, RegExp | null]>([
  ['holds', {}, null],
  [
    'expires soon',
    { validTo: now + 5 * 86_400_000 },
    /^warning: the certificate of Kafka \(b1:9093\) expires in 5 days\. Renew/,
  ],
  [
    'has expired, of an authority',
    { at: 'ca.pem', validTo: now - 1 },
    /^error: the certificate of Kafka \(ca\.pem\) has expired/,
  ],
  [
    'has expired',
    { fault: 'CERT_HAS_EXPIRED' },
    /^error: the TLS certificate of Kafka has expired \(b1:9093\)\. Renew/,
  ],
  [
    'is not trusted',
    { fault: 'SELF_SIGNED_CERT_IN_CHAIN' },
    /^error: .*authority that is not trusted here \(b1:9093\)\. .*KAFKA_SSL_CA_FILE/,
  ],
  [
    'is for another name',
    { fault: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    /^error: .*another name.* KAFKA_BROKERS/,
  ],
])('a certificate that %s', (_, change, expected) => {
  expect(said(judgeCertificates([{ ...certificate, ...change }], now))).toEqual(
    expected ? [expect.stringMatching(expected)] : [],
  );
});

test('settings that cannot work are findings, by name and without their values', async () => {
  const environment = { KAFKA_BROKERS: 'kafka://me:secret@b1', CLICKHOUSE_URL: 'http://c:8123' };
  const findings = await examine({ environment, services: [] });
  expect(findings.map(({ problem }) => problem.split(':')[0])).toEqual([
    'KAFKA_BROKERS',
    'SCHEMA_REGISTRY_URL',
  ]);
  expect(JSON.stringify(findings)).not.toContain('secret');
});

test('what cannot be reached is told with the setting that names it, and hides nothing else', async () => {
  const port = await freePort();
  const environment = {
    KAFKA_BROKERS: `127.0.0.1:${port}`,
    SCHEMA_REGISTRY_URL: `http://me:secret@127.0.0.1:${port}`,
    CLICKHOUSE_URL: `http://127.0.0.1:${port}`,
    KAFKA_SSL_CA_FILE: '/nowhere/ca.pem',
  };
  const findings = await examine({ environment, services: [`http://127.0.0.1:${port}`, 'console'] });
  expect(said(findings)).toEqual([
    expect.stringMatching(/^error: KAFKA_SSL_CA_FILE: \/nowhere\/ca\.pem cannot be read: mount the Secret/),
    expect.stringMatching(/^error: nothing answers as the schema registry .* correct SCHEMA_REGISTRY_URL/),
    expect.stringMatching(/^error: nothing answers as ClickHouse .* correct CLICKHOUSE_URL/),
    expect.stringMatching(/^error: nothing answers at http:\/\/127\.0\.0\.1:\d+\./),
    expect.stringMatching(/^warning: "console" is no http address/),
  ]);
  expect(JSON.stringify(findings)).not.toContain('secret');
});

test('errors first, in sentences; warnings alone are no failure', () => {
  const warning: Finding = {
    severity: 'warning',
    part: 'kafka',
    problem: 'one broker',
    remedy: 'Run three.',
  };
  expect(report([], false)).toEqual({ text: 'Everything is as it should be.\n', exitCode: 0 });
  expect(report([warning], false).exitCode).toBe(0);
  const both = report([warning, wrong('topics', 'no topic x', 'Make it.')], false);
  expect(both.exitCode).toBe(1);
  expect(both.text).toBe(
    'WRONG  topics: no topic x.\n       Make it.\n\ndoubtful  kafka: one broker.\n       Run three.\n\n1 thing is wrong, 1 is doubtful.\n',
  );
  expect(JSON.parse(report([warning], true).text)).toEqual({ ok: true, findings: [warning] });
});
