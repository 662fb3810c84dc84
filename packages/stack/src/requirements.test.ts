import { expect, test } from 'vitest';
import { parseOptions } from './options.ts';
import {
  diskSentence,
  javaMajor,
  missingTools,
  modeFor,
  portSentence,
  systemSentence,
  type Tools,
  unreachableSentence,
} from './requirements.ts';

const all: Tools = { java: 21, maven: true, fetched: false, docker: false };
const none: Tools = { java: undefined, maven: false, fetched: false, docker: false };

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_392"', 8],
  ['openjdk version "25" 2025-09-16', 25],
  ['nonsense', undefined],
])('%s is Java %s', (text, major) => {
  expect(javaMajor(text)).toBe(major);
});

test.each([
  [all, undefined],
  [{ ...all, java: 11 }, /Java is version 11, but 17 or newer/],
  [{ ...all, java: undefined }, /no Java on this machine: install Java 17/],
  [{ ...all, maven: false }, /no Maven \(mvn\) on this machine/],
  [{ ...all, maven: false, fetched: true }, undefined],
])('%j: what is missing is said with its remedy', (tools, sentence) => {
  if (sentence === undefined) expect(missingTools(tools)).toBeUndefined();
  else expect(missingTools(tools)).toMatch(sentence);
});

test('without Java everything runs in one process, unless servers are given', () => {
  expect(modeFor(parseOptions([], {}), all).kind).toBe('stack');
  expect(modeFor(parseOptions([], {}), none)).toMatchObject({
    kind: 'embedded',
    because: expect.stringMatching(/no Java/),
  });
  expect(modeFor(parseOptions(['--embedded'], {}), all).kind).toBe('embedded');
  const servers = { KAFKA_BROKERS: 'k:9092', SCHEMA_REGISTRY_URL: 'http://r' };
  expect(modeFor(parseOptions([], servers), none).kind).toBe('stack');
  expect(modeFor(parseOptions([], { KAFKA_BROKERS: 'k:9092' }), none).kind).toBe('embedded');
  const docker: Tools = { ...none, docker: true };
  expect(modeFor(parseOptions([], {}), docker)).toEqual({ kind: 'stack', by: 'docker' });
  expect(modeFor(parseOptions([], {}), all)).toEqual({ kind: 'stack', by: 'java' });
  expect(modeFor(parseOptions([], { KAFKA_BROKERS: 'k:9092' }), docker).kind).toBe('embedded');
});

test('each trouble of the machine is one sentence that says what to do', () => {
  expect(diskSentence('/d', 2 ** 31)).toBeUndefined();
  expect(diskSentence('/d', 5 * 2 ** 20)).toBe(
    'The disk of /d has only 5 MiB left; make 1 GiB free or give another place with --data DIR.',
  );
  expect(portSentence(8080, 'INGRESS_PORT')).toMatch(/^Port 8080 is taken .* INGRESS_PORT=….$/);
  expect(systemSentence(Object.assign(new Error('x'), { code: 'ENOSPC' }), '/d')).toMatch(/disk is full/);
  expect(systemSentence(Object.assign(new Error('x'), { code: 'EACCES', path: '/p' }), '/d')).toMatch(/\/p/);
  expect(systemSentence(new Error('x'), '/d')).toBeUndefined();
});

test('a server that does not answer is named without its password', () => {
  const sentence = unreachableSentence('CLICKHOUSE_URL', 'http://me:secret@db:8123/', 'ECONNREFUSED');
  expect(sentence).toContain('http://db:8123/');
  expect(sentence).not.toContain('secret');
  expect(unreachableSentence('KAFKA_BROKERS', 'a:1,b:2', 'ECONNREFUSED')).toContain('a:1,b:2');
});
