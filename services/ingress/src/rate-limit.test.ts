import { createManualClock } from '@adherence/runtime/manual-clock.ts';
import { describe, expect, it } from 'vitest';
import { createRateLimit } from './rate-limit.ts';

describe('createRateLimit', () => {
  it('lets a burst through, then makes its sender wait as long as it takes, and nobody else', async () => {
    const clock = createManualClock();
    const limit = createRateLimit({ perSecond: 100, burst: 1_000, clock });
    limit.spend('a', 1_500);
    expect([limit.waitMs('a'), limit.waitMs('b')]).toEqual([5_000, 0]);
    await clock.advance(4_000);
    expect(limit.waitMs('a')).toBe(1_000);
    await clock.advance(1_001);
    expect(limit.waitMs('a')).toBe(0);
  });

  it('never saves up more than a burst', async () => {
    const clock = createManualClock();
    const limit = createRateLimit({ perSecond: 100, burst: 200, clock });
    limit.spend('a', 1);
    await clock.advance(60_000);
    limit.spend('a', 200);
    expect(limit.waitMs('a')).toBeGreaterThan(0);
  });

  it('lets no more through than the rate over a long time', async () => {
    const clock = createManualClock();
    const limit = createRateLimit({ perSecond: 50, burst: 100, clock });
    let sent = 0;
    for (let step = 0; step < 1_000; step++) {
      if (limit.waitMs('a') === 0) {
        limit.spend('a', 7);
        sent += 7;
      }
      await clock.advance(10);
    }
    expect(sent).toBeGreaterThan(550);
    expect(sent).toBeLessThanOrEqual(100 + 50 * 10 + 7);
  });
});
