import { describe, expect, it } from 'vitest';
import { clientOf } from './client-address.ts';
import { createFailureThrottle } from './failure-throttle.ts';

describe('failure throttle', () => {
  it('lets a number of failures pass, then one per refill', () => {
    const throttle = createFailureThrottle({ burst: 3, refillMs: 2_000, maxClients: 10 });
    for (let i = 0; i < 3; i++) {
      expect(throttle.waitSeconds('a', 0)).toBe(0);
      throttle.failed('a', 0);
    }
    expect(throttle.waitSeconds('a', 0)).toBe(2);
    expect(throttle.waitSeconds('b', 0)).toBe(0);
    expect(throttle.waitSeconds('a', 2_000)).toBe(0);
    throttle.failed('a', 2_000);
    expect(throttle.waitSeconds('a', 2_000)).toBe(2);
    expect(throttle.waitSeconds('a', 60_000)).toBe(0);
  });

  it('does not count beyond its limit, so that nobody is locked out for long', () => {
    const throttle = createFailureThrottle({ burst: 3, refillMs: 1_000, maxClients: 10 });
    for (let i = 0; i < 1000; i++) throttle.failed('a', 0);
    expect(throttle.waitSeconds('a', 0)).toBe(1);
  });

  it('remembers a bounded number of addresses', () => {
    const throttle = createFailureThrottle({ burst: 1, refillMs: 1_000, maxClients: 2 });
    for (const client of ['a', 'b', 'c']) throttle.failed(client, 0);
    expect(['a', 'b', 'c'].map((client) => throttle.waitSeconds(client, 0))).toEqual([0, 1, 1]);
  });
});

describe('client address', () => {
  it.each([
    ['203.0.113.7', null, 0, '203.0.113.7'],
    ['::ffff:203.0.113.7', null, 0, '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', null, 0, '2001:db8:1:2'],
    ['2001:db8::1', null, 0, '2001:db8:0:0'],
    // Nobody's word is taken for it unless a proxy of ours is in front.
    ['10.0.0.1', '198.51.100.1', 0, '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1', 1, '198.51.100.1'],
    ['10.0.0.1', 'made-up, 198.51.100.1', 1, '198.51.100.1'],
    ['10.0.0.1', 'made-up, 198.51.100.1, 10.0.0.2', 2, '198.51.100.1'],
    ['10.0.0.1', null, 1, '10.0.0.1'],
    [undefined, null, 0, ''],
  ])('%s with X-Forwarded-For %s behind %i proxies: %s', (remote, forwarded, proxies, client) => {
    const headers = new Headers(forwarded === null ? {} : { 'x-forwarded-for': forwarded });
    expect(clientOf(remote, headers, proxies)).toBe(client);
  });
});
