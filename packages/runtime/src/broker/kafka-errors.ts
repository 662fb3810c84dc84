/** Errors of kafkajs as ours, by type and kind, never by text. */
import { asError, FencedError, OperationalError } from '../errors.ts';

interface KafkaError extends Error {
  /** Name of the protocol error, e.g. ILLEGAL_GENERATION. */
  readonly type?: string;
  readonly retriable?: boolean;
}

const fencing: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
]);

/** kafkajs calls these "not retriable", which is right for one request and wrong for us: they pass by themselves. */
const passing: ReadonlySet<string> = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSLockTimeout',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
]);

/**
 * FencedError, OperationalError, or the error itself when it is a programmer's. After an outage kafkajs throws a
 * "NonRetriable" error around the one that tells: the root cause is judged.
 */
export function kafkaFailure(what: string, thrown: unknown): Error {
  const error = asError(thrown);
  if (error instanceof OperationalError || error instanceof FencedError) return error;
  const root = rootOf(error);
  const { type } = root;
  if (type && fencing.has(type)) return new FencedError(`Kafka: ${what}: ${type}`, error);
  if (root.name.startsWith('KafkaJS') && (root.retriable === true || passing.has(root.name))) {
    return new OperationalError(type ?? root.name, `Kafka: ${what}: ${root.message}`, error);
  }
  return new Error(`Kafka: ${what}: ${root.message}`, { cause: error });
}

export const isFencing = (thrown: unknown): boolean => {
  const { type } = rootOf(asError(thrown));
  return type !== undefined && (fencing.has(type) || type === 'NOT_COORDINATOR_FOR_GROUP');
};

function rootOf(error: KafkaError): KafkaError {
  let root = error;
  while (root.cause instanceof Error && root.cause !== root) root = root.cause;
  return root;
}
