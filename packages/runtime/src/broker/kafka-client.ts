/** How kafkajs is set up everywhere: own short time-outs, logs into ours, no topic made by accident. */
import { Kafka, type KafkaMessage, logLevel, type SASLOptions } from 'kafkajs';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { InMessage } from './broker.ts';

export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** true: the system's certificates; or the PEM text of the authority to trust. */
  readonly ssl?: boolean | { readonly ca: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

/** Times in milliseconds. */
export interface KafkaTimes {
  /** A member that is silent for so long loses its partitions. */
  readonly sessionTimeoutMs: number;
  /** How soon a member learns that another comes or goes; everybody waits for the last to learn it. */
  readonly heartbeatMs: number;
  /** How long a fetch waits for records: also how long a quiet member may take to notice a rebalance. */
  readonly fetchWaitMs: number;
  /** For one send, one commit, one question: all retries of kafkajs included. */
  readonly deadlineMs: number;
  /** A tail that got no answer for so long has failed. */
  readonly tailStallMs: number;
}

export const defaultTimes: KafkaTimes = {
  sessionTimeoutMs: 10_000,
  heartbeatMs: 300,
  fetchWaitMs: 300,
  deadlineMs: 10_000,
  tailStallMs: 120_000,
};

export interface KafkaTools {
  readonly kafka: Kafka;
  readonly times: KafkaTimes;
  readonly clock: Clock;
  readonly log: Log;
}

export function createKafka({ brokers, clientId, ssl, sasl }: KafkaConnection, log: Log): Kafka {
  return new Kafka({
    clientId,
    brokers: [...brokers],
    ...(ssl ? { ssl: ssl === true ? true : { ca: [ssl.ca] } } : {}),
    ...(sasl ? { sasl: sasl as SASLOptions } : {}),
    connectionTimeout: 3_000,
    authenticationTimeout: 5_000,
    requestTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 6 },
    logLevel: logLevel.WARN,
    // Its errors are attempts that are repeated or thrown to us, where they are judged: a warning at most.
    logCreator: () => (entry) => {
      log.warn({ component: entry.namespace, reason: entry.log.message }, 'kafka client');
    },
  });
}

/** Fetch sizes: a batch of one partition, an answer of one broker. */
export const fetchBytes = { maxBytesPerPartition: 1024 * 1024, maxBytes: 8 * 1024 * 1024 } as const;

const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

export function inMessage(topic: string, partition: number, message: KafkaMessage): InMessage {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key === null ? null : message.key.toString('utf8'),
    value: message.value,
    timestamp: Number(message.timestamp),
    headers: headersOf(message.headers),
  };
}

function headersOf(headers: KafkaMessage['headers']): Readonly<Record<string, string>> {
  let found: Record<string, string> | null = null;
  for (const name in headers as Record<string, unknown>) {
    const value = headers![name];
    found ??= {};
    found[name] = String(Array.isArray(value) ? value.at(-1) : value);
  }
  return found ?? noHeaders;
}
