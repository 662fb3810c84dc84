import { execFile } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { isCached } from './cache.ts';
import { dockerAnswers } from './containers.ts';
import { kafkaCacheName } from './kafka.ts';
import type { StartOptions } from './options.ts';
import { registryCacheName } from './registry.ts';

/** What the machine offers. */
export interface Tools {
  /** Major version of `java`; undefined when there is none. */
  readonly java: number | undefined;
  readonly maven: boolean;
  /** The Java parts were fetched before, so Maven is not needed any more. */
  readonly fetched: boolean;
  /** A Docker engine answers; only looked for when Java cannot do it. */
  readonly docker: boolean;
}

/**
 * `stack`: real parts, Kafka and the registry run by Java or in containers (or none of them, being yours);
 * `embedded`: one process on the in-memory broker, with the reason why.
 */
export type Mode =
  | { readonly kind: 'stack'; readonly by: 'java' | 'docker' }
  | { readonly kind: 'embedded'; readonly because: string };

const oldestJava = 17;

/** Which way to start. Kafka and the registry need Java (and Maven once); the ClickHouse engine needs neither. */
export function modeFor(options: StartOptions, tools: Tools): Mode {
  if (options.embedded) return { kind: 'embedded', because: 'as asked for by --embedded' };
  const java: Mode = { kind: 'stack', by: 'java' };
  if (options.kafkaBrokers !== undefined && options.registryUrl !== undefined) return java;
  const missing = missingTools(tools);
  if (missing === undefined) return java;
  // The registry's container looks for Kafka's beside it.
  const both = options.kafkaBrokers === undefined && options.registryUrl === undefined;
  return tools.docker && both ? { kind: 'stack', by: 'docker' } : { kind: 'embedded', because: missing };
}

/** One sentence on what is missing and what to do; undefined when the Java parts can run. */
export function missingTools(tools: Tools): string | undefined {
  const remedy =
    'install Java 17 or newer and Maven, or start Docker, or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL to servers of your own';
  if (tools.java === undefined) return `there is no Java on this machine: ${remedy}`;
  if (tools.java < oldestJava) return `Java is version ${tools.java}, but 17 or newer is needed: ${remedy}`;
  if (!tools.maven && !tools.fetched) return `there is no Maven (mvn) on this machine: ${remedy}`;
  return undefined;
}

export async function lookForTools(): Promise<Tools> {
  const fetched = isCached(kafkaCacheName) && isCached(registryCacheName);
  const [java, maven] = await Promise.all([
    output('java', ['-version']),
    fetched ? undefined : output('mvn', ['-v']),
  ]);
  const tools = {
    java: java === undefined ? undefined : javaMajor(java),
    maven: maven !== undefined,
    fetched,
    docker: false,
  };
  return missingTools(tools) === undefined ? tools : { ...tools, docker: await dockerAnswers() };
}

/** 17 from `openjdk version "17.0.15" …`, 8 from `java version "1.8.0_392"`. */
export function javaMajor(text: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(text);
  return match ? Number(match[1]) : undefined;
}

const enoughBytes = 1024 * 1024 * 1024;

/** Refuses a data directory that cannot be used or whose disk is all but full. */
export function checkDisk(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`The data directory ${dataDir} cannot be made: ${(error as Error).message}.`);
  }
  const { bavail, bsize } = statfsSync(dataDir);
  const sentence = diskSentence(dataDir, bavail * bsize);
  if (sentence !== undefined) throw new Error(sentence);
}

export function diskSentence(dataDir: string, freeBytes: number): string | undefined {
  if (freeBytes >= enoughBytes) return undefined;
  const free = Math.floor(freeBytes / (1024 * 1024));
  return `The disk of ${dataDir} has only ${free} MiB left; make 1 GiB free or give another place with --data DIR.`;
}

/** The sentence for an error of the system, with what to do; undefined for errors that are not of that kind. */
export function systemSentence(error: unknown, dataDir: string): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC')
    return `The disk is full; make room or give another place than ${dataDir} with --data DIR.`;
  if (code === 'EACCES' || code === 'EROFS') {
    return `Nothing may be written to ${(error as NodeJS.ErrnoException).path ?? dataDir}; give another place with --data DIR.`;
  }
  return undefined;
}

export const portSentence = (port: number, variable: string): string =>
  `Port ${port} is taken by another program; end that one or choose another port with ${variable}=….`;

/** @param reason in a word or two, as ECONNREFUSED */
export const unreachableSentence = (variable: string, address: string, reason: string): string =>
  `${variable} names ${withoutPassword(address)}, which does not answer (${reason}); start it, correct the address or unset ${variable} to use the local one.`;

export function withoutPassword(address: string): string {
  const url = URL.parse(address);
  if (url === null || (url.username === '' && url.password === '')) return address;
  url.username = '';
  url.password = '';
  return url.toString();
}

function output(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 20_000 }, (error, stdout, stderr) => {
      resolve(error === null ? stdout + stderr : undefined);
    });
  });
}
