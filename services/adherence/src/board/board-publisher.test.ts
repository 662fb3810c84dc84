import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { describe, expect, it } from 'vitest';
import type { Person } from '../domain/person.ts';
import { newPartition } from '../partition.ts';
import { createBoardPublisher } from './board-publisher.ts';

describe('createBoardPublisher', () => {
  it('sends what comes together at once, each person once, as it is by then', async () => {
    const { board, partition, sent } = newWorld();
    const [anna, ben] = [person('anna', 'IN_ADHERENCE'), person('ben', 'IN_ADHERENCE')];
    board.show(partition, [anna, ben]);
    anna.live = { ...anna.live!, state: 'NOT_PRESENT' };
    board.show(partition, [anna]);
    await board.flush();
    expect(sent).toEqual([
      [
        ['t|anna', 'NOT_PRESENT'],
        ['t|ben', 'IN_ADHERENCE'],
      ],
    ]);
  });

  it('sends nothing of whom the board shows as they are', async () => {
    const { board, partition, sent } = newWorld();
    const anna = person('anna', 'IN_ADHERENCE');
    board.show(partition, [anna]);
    await board.flush();
    board.show(partition, [anna]);
    await board.flush();
    expect(sent).toHaveLength(1);
  });

  it('ends with the last word on a person, whatever is in flight', async () => {
    const { board, partition, sent, holdSends } = newWorld();
    const release = holdSends();
    board.show(partition, [person('anna', 'IN_ADHERENCE')]);
    const first = board.flush();
    await release.started;
    board.show(partition, [person('anna', 'NOT_PRESENT')]);
    board.remove(partition, 't|anna');
    release.resolve();
    await first;
    await board.flush();
    expect(sent.map((messages) => messages.at(-1))).toEqual([
      ['t|anna', 'IN_ADHERENCE'],
      ['t|anna', null],
    ]);
  });

  it('keeps what could not be sent, tells whoever waits for it, and sends it the next time', async () => {
    const { board, partition, sent, failures } = newWorld();
    failures.push(new Error('away'));
    board.show(partition, [person('anna', 'IN_ADHERENCE')]);
    await expect(board.flush()).rejects.toThrow('away');
    await board.flush();
    expect(sent).toEqual([[['t|anna', 'IN_ADHERENCE']]]);
  });

  it('leaves what waits to the next owner when the partitions are gone, and keeps nobody waiting', async () => {
    const { board, partition, sent } = newWorld();
    board.show(partition, [person('anna', 'IN_ADHERENCE')]);
    const flushed = board.flush();
    board.clear();
    await flushed;
    await board.flush();
    expect(sent).toEqual([]);
  });
});

function newWorld() {
  const sent: (readonly [string, string | null])[][] = [];
  const failures: Error[] = [];
  let hold: { readonly started: () => void; readonly until: Promise<void> } | null = null;
  const send = async (messages: readonly OutMessage[]) => {
    hold?.started();
    await hold?.until;
    const failure = failures.shift();
    if (failure) throw failure;
    sent.push(messages.map(({ key, value }) => [key!, value && JSON.parse(value.toString()).state]));
  };
  const holdSends = () => {
    const { promise: until, resolve } = Promise.withResolvers<void>();
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    hold = { started: start, until };
    return { resolve, started };
  };
  const board = createBoardPublisher({ producer: { send }, eventsUntil: () => 0, log: silentLog });
  return { board, partition: newPartition(0, 0, 0, 0), sent, failures, holdSends };
}

function person(personId: string, state: 'IN_ADHERENCE' | 'NOT_PRESENT'): Person {
  return {
    key: `t|${personId}`,
    tenantId: 't',
    personId,
    timeZone: 'UTC',
    calendar: 'UTC',
    externalUsers: [],
    exceptions: [],
    facts: new Map(),
    schedules: new Map(),
    windowStart: 0,
    before: null,
    segments: [],
    end: null,
    computedTo: 0,
    changedFrom: 0,
    unstoredFrom: 0,
    live: {
      scheduledActivityId: null,
      scheduledUntil: null,
      nextScheduled: null,
      actual: { kind: 'offline', activityId: null, externalStatus: null, breakType: null, estimated: false },
      state,
      since: 0,
      inBuffer: false,
      bufferEndsAt: null,
    },
    dueAt: 0,
  };
}
