import { describe, expect, it } from 'vitest';
import { pausesOf } from './pauses.ts';
import { consumers, phasesOf } from './steps.ts';

describe('the steps of a scaling run', () => {
  it.each([2, 6])('never leave a consumer without an instance, and end with one of each (%i)', (most) => {
    for (const kind of consumers) {
      const running = new Set([0]);
      let greatest = 1;
      for (const step of phasesOf(most).flatMap(({ steps }) => steps.flat())) {
        if (step.kind !== kind) continue;
        if (step.action === 'join') expect(running.has(step.instance)).toBe(false);
        else expect(running.has(step.instance)).toBe(true);
        if (step.action === 'join') running.add(step.instance);
        if (step.action === 'leave') running.delete(step.instance);
        greatest = Math.max(greatest, running.size);
        expect(running.size).toBeGreaterThan(0);
      }
      expect([running.size, greatest]).toEqual([1, most + 1]);
    }
  });
});

describe('pauses', () => {
  it('are the longest wait of each partition, of what was sent meanwhile', () => {
    const passage = (partition: number, sentAt: number, waitMs: number) => ({
      partition,
      sentAt,
      shownAt: sentAt + waitMs,
    });
    const passages = [passage(0, 5, 99_000), passage(0, 10, 100), passage(0, 20, 6_000), passage(1, 30, 50)];
    expect(pausesOf(passages, 10, 40)).toEqual({
      changes: 3,
      p50Ms: 100,
      p99Ms: 6_000,
      medianPauseMs: 50,
      longestPauseMs: 6_000,
      partitionsOver5s: 1,
    });
    expect(pausesOf(passages, 100, 200)).toMatchObject({ changes: 0, longestPauseMs: 0 });
  });
});
