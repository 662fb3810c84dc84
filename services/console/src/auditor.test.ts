import { createManualClock } from '@adherence/runtime/manual-clock.ts';
import { expect, it } from 'vitest';
import { createAudit, startAuditor } from './auditor.ts';
import type { Database } from './environment.ts';

/** Answers as the engine would (auditor.stack.test.ts), by the bounds that it is asked with. */
function ledgerOf(offsets: Map<number, number[]>) {
  const asked: string[] = [];
  const query = async (sql: string) => {
    asked.push(sql);
    return [...offsets].flatMap(([partition, all]) => {
      const bound = new RegExp(`source_partition = ${partition} AND source_offset >= (\\d+)`).exec(sql);
      const seen = all.filter((offset) => offset >= Number(bound?.[1] ?? 0));
      if (seen.length === 0) return [];
      const [first_offset, last_offset] = [Math.min(...seen), Math.max(...seen)];
      return [{ source_partition: partition, records: seen.length, first_offset, last_offset }];
    });
  };
  return { asked, database: { query } as unknown as Database };
}

it('finds offsets that nothing is known of, until something is', async () => {
  const offsets = new Map([
    [0, [5, 6, 7]],
    [1, [0, 1, 4]],
  ]);
  const audit = createAudit(ledgerOf(offsets).database);
  expect((await audit()).gaps).toBe(2);
  offsets.get(0)!.push(8, 9);
  expect((await audit()).gaps).toBe(2);
  offsets.get(1)!.push(3, 2);
  expect((await audit()).gaps).toBe(0);
});

it('sees a gap that begins where it had looked to', async () => {
  const offsets = new Map([[0, [0, 1, 2]]]);
  const audit = createAudit(ledgerOf(offsets).database);
  expect((await audit()).gaps).toBe(0);
  offsets.get(0)!.push(4);
  expect((await audit()).gaps).toBe(1);
});

it('reads only what it has not found to be whole, and partitions that it does not know', async () => {
  const offsets = new Map([
    [0, [0, 1, 2]],
    [1, [0, 2]],
  ]);
  const { asked, database } = ledgerOf(offsets);
  const audit = createAudit(database);
  await audit();
  await audit();
  expect(asked[0]).not.toContain('WHERE');
  expect(asked[1]).toContain('(source_partition = 0 AND source_offset >= 3) OR source_partition NOT IN (0)');
});

it('tells the metric every interval, goes on after a failure, and stops', async () => {
  const clock = createManualClock();
  const startedAt = clock.now() / 1000;
  const told: (readonly [string, number])[] = [];
  const warned: string[] = [];
  let fails = false;
  let ends = 3;
  const { database } = ledgerOf(new Map([[0, [0, 2]]]));
  const auditor = startAuditor({
    database: { query: (sql) => (fails ? Promise.reject(new Error('away')) : database.query(sql)) },
    endOffsets: async () => [{ partition: 0, offset: ends }],
    clock,
    metrics: {
      set: (name, _labels, value) => void told.push([name.replace('adherence_auditor_', ''), value]),
    },
    log: { warn: (_fields, message) => void warned.push(message) },
    intervalMs: 1_000,
  });
  await clock.advance(1_000);
  fails = true;
  await clock.advance(1_000);
  fails = false;
  ends = 2;
  await clock.advance(1_000);
  expect(told).toEqual([
    ['gaps', 1],
    ['regressions', 0],
    ['last_timestamp_seconds', startedAt + 1],
    ['gaps', 1],
    ['regressions', 1],
    ['last_timestamp_seconds', startedAt + 3],
  ]);
  expect(warned).toHaveLength(1);
  auditor.stop();
  expect(clock.pending()).toBe(0);
});
