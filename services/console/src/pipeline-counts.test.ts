import { createManualClock } from '@adherence/runtime/manual-clock.ts';
import { describe, expect, it } from 'vitest';
import type { Database } from './environment.ts';
import { createPipelineCounts } from './pipeline-counts.ts';

describe('counts of the pipeline', () => {
  it('are held while work is under way, and never once it is done', async () => {
    const clock = createManualClock();
    let asked = 0;
    let failing = false;
    const database: Database = {
      query: async (sql) => {
        if (failing) throw new Error('away');
        if (sql.includes('FROM facts')) asked++;
        return [];
      },
    };
    const counts = createPipelineCounts(database, clock);
    await counts('t1', false);
    await counts('t1', false);
    expect(asked).toBe(1);
    await counts('t2', false);
    expect(asked).toBe(2);
    await counts('t1', true);
    expect(asked).toBe(3);
    await counts('t1', false);
    expect(asked).toBe(3);
    await clock.advance(1_000);
    await counts('t1', false);
    expect(asked).toBe(4);
    failing = true;
    await expect(counts('t1', true)).rejects.toThrow('away');
    failing = false;
    await counts('t1', false);
    expect(asked).toBe(5);
  });

  it('are held for longer when counting takes long, and counted once for those who ask meanwhile', async () => {
    const clock = createManualClock();
    let asked = 0;
    const database: Database = {
      query: async (sql) => {
        if (sql.includes('FROM facts')) {
          asked++;
          await new Promise<void>((resolve) => clock.setTimer(resolve, 3_000));
        }
        return [];
      },
    };
    const counts = createPipelineCounts(database, clock);
    const first = counts('t1', false);
    await clock.advance(2_000);
    const second = counts('t1', false);
    await clock.advance(1_000);
    expect(await first).toBe(await second);
    await clock.advance(59_000);
    await counts('t1', false);
    expect(asked).toBe(1);
    await clock.advance(1_000);
    const again = counts('t1', false);
    await clock.advance(3_000);
    await again;
    expect(asked).toBe(2);
  });
});
