/** What a member does when kafkajs ends its consumer; all else of it is tested on a real broker. */
import { type Consumer, KafkaJSConnectionError, KafkaJSNonRetriableError } from 'kafkajs';
import { expect, test } from 'vitest';
import { silentLog } from '../log.ts';
import { createManualClock } from '../manual-clock.ts';
import { defaultTimes, type KafkaTools } from './kafka-client.ts';
import { joinKafkaGroup } from './kafka-group.ts';

const named = (name: string) => Object.assign(new KafkaJSNonRetriableError('ended'), { name });

async function newMember() {
  const clock = createManualClock();
  const listeners = new Map<string, (event: object) => void>();
  const calls: string[] = [];
  const consumer = {
    events: { GROUP_JOIN: 'join', REBALANCING: 'rebalancing', HEARTBEAT: 'heartbeat', CRASH: 'crash' },
    on: (name: string, listener: (event: object) => void) => listeners.set(name, listener),
    connect: async () => {},
    subscribe: async () => {},
    run: async () => void calls.push('run'),
    disconnect: async () => void calls.push('disconnect'),
  } as unknown as Consumer;
  const tools = { kafka: { consumer: () => consumer }, times: defaultTimes, clock, log: silentLog };
  const membership = await joinKafkaGroup(
    tools as unknown as KafkaTools,
    {} as never,
    { groupId: 'g', topic: 't' },
    {
      assigned: async () => {},
      revoked: () => void calls.push('revoked'),
      batch: async () => {},
      crashed: ({ message }) => void calls.push(`crashed ${message}`),
    },
  );
  const crash = (error: Error, restart = false) =>
    listeners.get('crash')!({ payload: { error, restart, groupId: 'g' } });
  return { clock, calls, crash, membership };
}

test.each([
  ['no broker names the coordinator', named('KafkaJSGroupCoordinatorNotFound')],
  ['a lock is not had in time', named('KafkaJSLockTimeout')],
  ['a connection is lost', Object.assign(named('x'), { cause: new KafkaJSConnectionError('refused') })],
])('joins again when %s', async (_, error) => {
  const { clock, calls, crash } = await newMember();
  crash(error);
  expect(calls).toEqual(['run']);
  await clock.advance(1_000);
  expect(calls).toEqual(['run', 'run']);
  crash(error);
  await clock.advance(1_000);
  expect(calls).toEqual(['run', 'run', 'run']);
});

test.each([
  ['a bug', new TypeError('bug')],
  ['what no repetition changes', named('KafkaJSSASLAuthenticationError')],
])('ends at %s', async (_, error) => {
  const { clock, calls, crash } = await newMember();
  crash(error);
  await clock.advance(60_000);
  expect(calls.filter((call) => call === 'run')).toHaveLength(1);
  expect(calls.some((call) => call.startsWith('crashed'))).toBe(true);
});

test('leaves it to kafkajs where that begins anew by itself, and to nobody once it is closed', async () => {
  const { clock, calls, crash, membership } = await newMember();
  crash(named('KafkaJSGroupCoordinatorNotFound'), true);
  await clock.advance(60_000);
  expect(calls).toEqual(['run']);
  crash(named('KafkaJSGroupCoordinatorNotFound'));
  await membership.close();
  await clock.advance(60_000);
  expect(calls).toEqual(['run', 'disconnect']);
});
