import { OperationalError } from '@adherence/runtime/errors.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { expect, it } from 'vitest';
import type { Owner } from '../owner.ts';
import { newUnsettled, type Partition } from '../partition.ts';
import { createEarlyAnswers } from './early-answers.ts';

const outcome = (commandId: string) => ({ commandId, tenantId: 't1', personId: 'ann', results: [] });

/** What is stored and told, in its order; the database is away while `away` is set. */
function owned() {
  const ledger: string[] = [];
  const state = { away: false, fenced: false };
  const partition = { number: 1, unsettled: newUnsettled() } as Partition;
  const owner = {
    partitions: new Map([[1, partition]]),
    log: silentLog,
    db: {
      insertRows: async (table: string, _columns: unknown, rows: readonly unknown[][]) => {
        if (state.away) throw new OperationalError('AWAY', 'no database');
        ledger.push(`${table} ${rows.map(([id]) => id).join()}`);
      },
    },
    producer: {
      send: async (messages: readonly { key: string }[]) => {
        ledger.push(`told ${messages.map(({ key }) => key).join()}`);
      },
    },
  } as unknown as Owner;
  const take = (id: string) => {
    partition.unsettled.schedules.push([id]);
    partition.unsettled.outcomes.push(outcome(id));
  };
  const fence = () => {
    if (state.fenced) throw new Error('the partitions went to another owner');
  };
  return { early: createEarlyAnswers(owner), partition, ledger, state, take, fence };
}

it('stores the documents before it tells the outcomes, only while a settling works on other things', async () => {
  const { early, ledger, take, fence, partition } = owned();
  take('a');
  early.taken();
  await early.end();
  expect(ledger).toEqual([]);
  early.begin(fence);
  await expect.poll(() => ledger).toEqual(['schedules a', 'told a']);
  take('b');
  early.taken();
  await expect.poll(() => ledger.slice(2)).toEqual(['schedules b', 'told b']);
  await early.end();
  take('c');
  early.taken();
  await early.end();
  expect(ledger).toHaveLength(4);
  expect(partition.unsettled.outcomes).toEqual([outcome('c')]);
});

it.each(['away', 'fenced'] as const)('leaves all of it to the next settling when it is %s', async (fault) => {
  const { early, ledger, take, fence, partition, state } = owned();
  state[fault] = true;
  early.begin(fence);
  take('a');
  early.taken();
  take('b');
  await early.end();
  expect(ledger).toEqual([]);
  expect(partition.unsettled.schedules).toEqual([['a'], ['b']]);
  expect(partition.unsettled.outcomes).toEqual([outcome('a'), outcome('b')]);
});

it('has ended only when what is under way is stored or given back', async () => {
  const { early, ledger, take, fence } = owned();
  take('a');
  early.begin(fence);
  const ended = early.end();
  take('b');
  await ended;
  expect(ledger).toEqual(['schedules a', 'told a']);
});
