import {
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
} from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { DeadlineError, FencedError, OperationalError } from '../errors.ts';
import { isFencing, kafkaFailure } from './kafka-errors.ts';
import { requireAllAnswered } from './kafka-producer.ts';
import { changedSettings } from './kafka-topics.ts';

const protocol = (type: string, retriable: boolean) =>
  new KafkaJSProtocolError({ type, retriable, code: 1, message: type } as never);

/** As kafkajs does after its own retries. */
const wrapped = (text: string, cause: Error): Error =>
  Object.assign(new KafkaJSNonRetriableError(text), { cause });

/** kafkajs does not export its type. */
const coordinatorNotFound = (): Error =>
  Object.assign(new KafkaJSNonRetriableError('Failed to find group coordinator'), {
    name: 'KafkaJSGroupCoordinatorNotFound',
  });

describe('errors of kafkajs', () => {
  test.each([
    ['a lost connection', new KafkaJSConnectionError('refused')],
    [
      'retries used up',
      new KafkaJSNumberOfRetriesExceeded(new KafkaJSConnectionError('refused'), {
        retryCount: 5,
        retryTime: 1,
      }),
    ],
    ['a connection inside of "not retriable"', wrapped('x', new KafkaJSConnectionError('refused'))],
    ['no broker that names a coordinator', coordinatorNotFound()],
    ['a coordinator that moved', protocol('NOT_COORDINATOR_FOR_GROUP', true)],
  ])('%s is an outage', (_, error) => {
    expect(kafkaFailure('send', error)).toBeInstanceOf(OperationalError);
  });

  test.each(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])('%s fences', (type) => {
    const error = wrapped(type, protocol(type, false));
    expect(kafkaFailure('commit', error)).toBeInstanceOf(FencedError);
    expect(isFencing(error)).toBe(true);
  });

  test.each([
    ['a message that is too large', protocol('MESSAGE_TOO_LARGE', false)],
    ['an error of ours', new TypeError('bug')],
    ['a bug inside of "not retriable"', wrapped('x', new RangeError('bug'))],
  ])('%s is none of these', (_, error) => {
    const failure = kafkaFailure('send', error);
    expect(failure).not.toBeInstanceOf(OperationalError);
    expect(failure).not.toBeInstanceOf(FencedError);
    expect(isFencing(error)).toBe(false);
  });

  test('what is judged already stays as it is', () => {
    const late = new DeadlineError('send', 1);
    expect(kafkaFailure('again', late)).toBe(late);
  });
});

describe('answers to a send', () => {
  const sent = [0, 1, 1].map((partition) => ({ topic: 't', partition }));
  const answer = (partition: number, errorCode = 0, topicName = 't') => ({ topicName, partition, errorCode });

  test('one for each partition is enough', () => {
    requireAllAnswered(sent, [answer(0), answer(1)]);
  });

  test.each([
    ['a partition without an answer', [answer(0)]],
    ['no answers at all', []],
    ['an answer of another topic', [answer(0), answer(1, 0, 'other')]],
    ['an answer with an error', [answer(0), answer(1, 6)]],
  ])('%s: the send has failed, although kafkajs resolved', (_, answers) => {
    expect(() => requireAllAnswered(sent, answers)).toThrow(OperationalError);
  });
});

describe('settings of a topic', () => {
  const entry = (configName: string, configValue: string, configSource: number) =>
    ({ configName, configValue, configSource }) as never;

  test('nothing differs: nothing is written', () => {
    expect(changedSettings({ config: { a: '1' } }, [entry('a', '1', 1), entry('b', '2', 5)])).toBeNull();
  });

  test('what differs is written together with all else that is set on the topic, and nothing inherited', () => {
    const entries = [entry('a', '1', 1), entry('min.insync.replicas', '2', 1), entry('c', '3', 5)];
    expect(changedSettings({ config: { a: '9' } }, entries)).toEqual([
      { name: 'a', value: '9' },
      { name: 'min.insync.replicas', value: '2' },
    ]);
  });
});
