import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consumerGroups,
  externalUserKey,
  partitionOf,
  personKey,
  streamPartitions,
  topics,
} from './topics.ts';

describe('the partition of a key', () => {
  test.each([
    // FNV-1a, 32 bit; these may never change: every key would move.
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
    ['tenant|person', 0xdf6260d6],
    ['é|ü', 0xf3284f10],
  ])('%j is that of its FNV-1a hash', (key, hash) => {
    expect(partitionOf(key, 24)).toBe(hash % 24);
  });

  test('lies within the partitions', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 500 }), (key, partitions) => {
        const partition = partitionOf(key, partitions);
        expect(Number.isInteger(partition) && partition >= 0 && partition < partitions).toBe(true);
      }),
    );
  });

  test('spreads people evenly enough', () => {
    const counts = new Array<number>(streamPartitions).fill(0);
    for (let i = 0; i < 24_000; i += 1)
      counts[partitionOf(personKey('acme', `p${i}`), streamPartitions)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
  });
});

test('keys of different parts are different, since ids hold no bar', () => {
  expect(externalUserKey('a', 'b', 'c|d')).toBe('a|b|c|d');
  expect(personKey('a', 'b')).not.toBe(externalUserKey('a', 'b', ''));
});

test('topics: names are unique, partitions positive, raw and activity share their count', () => {
  const definitions = Object.values(topics);
  expect(new Set(definitions.map(({ name }) => name)).size).toBe(definitions.length);
  for (const { partitions } of definitions) expect(partitions).toBeGreaterThan(0);
  expect(topics.notifications.partitions).toBe(topics.activityEvents.partitions);
  expect(topics.configuration.partitions).toBe(1);
  expect(new Set(Object.values(consumerGroups)).size).toBe(Object.keys(consumerGroups).length);
});
