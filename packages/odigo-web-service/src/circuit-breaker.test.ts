import { describe, expect, it } from 'vitest';
import { circuitBreaker } from './circuit-breaker.ts';

const limits = { failures: 3, firstPauseMs: 100, maxPauseMs: 300 };

describe('circuit breaker', () => {
  it('gives up after so many failures in a row, and not after so many in all', () => {
    const breaker = circuitBreaker(limits);
    for (let i = 0; i < 5; i++) {
      breaker.failed(0);
      breaker.failed(0);
      breaker.succeeded();
    }
    expect(breaker.allows(0)).toBe(true);
    for (let i = 0; i < 3; i++) breaker.failed(0);
    expect(breaker.allows(99)).toBe(false);
    expect(breaker.pausedUntil()).toBe(100);
  });

  it('lets one question through after the pause, and goes on when it is answered', () => {
    const breaker = circuitBreaker(limits);
    for (let i = 0; i < 3; i++) breaker.failed(0);
    expect([breaker.allows(100), breaker.allows(100)]).toEqual([true, false]);
    breaker.succeeded();
    expect([breaker.allows(100), breaker.allows(100)]).toEqual([true, true]);
  });

  it('pauses longer each time, within a bound, and forgets that with a success', () => {
    const breaker = circuitBreaker(limits);
    for (let i = 0; i < 3; i++) breaker.failed(0);
    const pauses: number[] = [];
    let now = 100;
    for (let i = 0; i < 3; i++) {
      expect(breaker.allows(now)).toBe(true);
      breaker.failed(now);
      pauses.push(breaker.pausedUntil()! - now);
      now = breaker.pausedUntil()!;
    }
    expect(pauses).toEqual([200, 300, 300]);
    expect(breaker.allows(now)).toBe(true);
    breaker.succeeded();
    for (let i = 0; i < 3; i++) breaker.failed(now);
    expect(breaker.pausedUntil()).toBe(now + 100);
  });

  it('is not paused longer by answers to what was asked before it gave up', () => {
    const breaker = circuitBreaker(limits);
    for (let i = 0; i < 10; i++) breaker.failed(i);
    expect(breaker.pausedUntil()).toBe(102);
  });

  it('gives up at once when it is told to', () => {
    const breaker = circuitBreaker(limits);
    breaker.failed(0, true);
    expect(breaker.allows(50)).toBe(false);
  });
});
