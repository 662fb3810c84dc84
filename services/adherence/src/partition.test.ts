import { describe, expect, it } from 'vitest';
import {
  admitRebuilds,
  newPartition,
  queueAgain,
  queueRebuild,
  queueRebuildToCome,
  type Wanted,
} from './partition.ts';

const ann = { tenantId: 't', personId: 'ann' };

function queued(...wanted: readonly Omit<Wanted, 'tenantId' | 'personId'>[]) {
  const partition = newPartition(0, 0, 0, 0);
  for (const each of wanted) queueRebuild(partition, { ...ann, ...each });
  return [...partition.rebuilds.values()].map(({ from, past, users }) => ({ from, past, users: [...users] }));
}

describe('queueRebuild', () => {
  it.each([
    ['from an instant on', [{ from: 5 }, { from: 3 }], { from: 3, past: null }],
    [
      'a part of the past',
      [{ from: 5, to: 6 }],
      { from: Number.POSITIVE_INFINITY, past: { from: 5, to: 6 } },
    ],
    [
      'parts, as one that holds them all',
      [
        { from: 5, to: 6 },
        { from: 1, to: 2 },
      ],
      { from: Number.POSITIVE_INFINITY, past: { from: 1, to: 6 } },
    ],
    ['both, while they are apart', [{ from: 1, to: 2 }, { from: 9 }], { from: 9, past: { from: 1, to: 2 } }],
    ['a part that the whole holds', [{ from: 3 }, { from: 5, to: 6 }], { from: 3, past: null }],
    [
      'a whole that holds the part',
      [
        { from: 5, to: 6 },
        { from: 5, to: null },
      ],
      { from: 5, past: null },
    ],
    [
      'a part that begins before the whole',
      [{ from: 5 }, { from: 3, to: 9 }],
      { from: 5, past: { from: 3, to: 9 } },
    ],
  ])('merges %s', (_, wanted, expected) => {
    expect(queued(...wanted)).toEqual([{ ...expected, users: [] }]);
  });

  it('keeps whose facts are new', () => {
    expect(queued({ from: 1, to: 2, users: ['a'] }, { from: 1, to: 2, users: ['b', 'a'] })[0]!.users).toEqual(
      ['a', 'b'],
    );
  });
});

it('what failed is queued as it was, merged with what was asked for since', () => {
  const partition = newPartition(0, 0, 0, 0);
  queueRebuild(partition, { ...ann, from: 1, to: 2, users: ['a'] });
  queueRebuild(partition, { ...ann, from: 9 });
  const [failed] = partition.rebuilds.values();
  partition.rebuilds.clear();
  queueRebuild(partition, { ...ann, from: 4, to: 5 });
  queueAgain(partition, failed!);
  expect([...partition.rebuilds.values()]).toMatchObject([
    { from: 9, past: { from: 1, to: 5 }, users: new Set(['a']) },
  ]);
});

it('what a take asks for waits until a settling begins', () => {
  const partition = newPartition(0, 0, 0, 0);
  queueRebuildToCome(partition, { ...ann, from: 1, to: 2 });
  expect(partition.rebuilds.size).toBe(0);
  admitRebuilds(partition);
  expect([partition.rebuilds.size, partition.rebuildsToCome.size]).toEqual([1, 0]);
});
