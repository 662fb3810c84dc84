import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type StickyMember, stickyAssignment } from './sticky-assignment.ts';

type Assignment = ReadonlyMap<string, readonly number[]>;

const ids = fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,8}$/), { minLength: 1, maxLength: 12 });
const claims = fc.option(
  fc.record({
    generation: fc.integer({ min: 0, max: 4 }),
    // Some are none of the topic's, some are told twice, many are claimed by others, too.
    partitions: fc.array(fc.integer({ min: -2, max: 30 }), { maxLength: 20 }),
  }),
);
const groups = ids.chain((names) =>
  fc.tuple(...names.map((id) => fc.record({ id: fc.constant(id), claim: claims }))),
);
const counts = fc.integer({ min: 0, max: 26 });

const claiming = (assignment: Assignment, generation: number): StickyMember[] =>
  [...assignment].map(([id, partitions]) => ({ id, claim: { generation, partitions } }));
const newcomer = (id: string): StickyMember => ({ id, claim: null });
const sizes = (assignment: Assignment) => [...assignment.values()].map(({ length }) => length);
const all = (count: number) => Array.from({ length: count }, (_, n) => n);
/** Partitions whose owner changed. */
const moved = (before: Assignment, after: Assignment): number[] =>
  [...after].flatMap(([id, partitions]) => partitions.filter((p) => !before.get(id)?.includes(p)));

test('every partition has one owner, and nobody has two more than another, whatever was claimed', () => {
  fc.assert(
    fc.property(groups, counts, (members, count) => {
      const assignment = stickyAssignment(members, count);
      expect([...assignment.keys()].sort()).toEqual(members.map(({ id }) => id).sort());
      expect([...assignment.values()].flat().sort((a, b) => a - b)).toEqual(all(count));
      expect(Math.max(...sizes(assignment)) - Math.min(...sizes(assignment))).toBeLessThanOrEqual(1);
    }),
  );
});

test('the order in which members are told of does not matter', () => {
  const shuffled = groups.chain((members) =>
    fc.tuple(fc.constant(members), fc.shuffledSubarray(members, { minLength: members.length })),
  );
  fc.assert(
    fc.property(shuffled, counts, ([members, others], count) => {
      const one = stickyAssignment(members, count);
      const other = stickyAssignment(others, count);
      for (const [id, partitions] of one) expect(other.get(id)).toEqual(partitions);
    }),
  );
});

test('while nobody comes or goes nothing moves', () => {
  fc.assert(
    fc.property(groups, counts, (members, count) => {
      const before = stickyAssignment(members, count);
      expect(moved(before, stickyAssignment(claiming(before, 7), count))).toEqual([]);
    }),
  );
});

/** What must move at least: of all ways to hand out sizes that differ by one at most, the one that keeps most. */
const leastMoves = (kept: readonly number[], count: number): number => {
  const least = Math.floor(count / kept.length);
  const wealthy = kept.filter((n) => n > least).length;
  const keeps = kept.reduce((sum, n) => sum + Math.min(n, least), 0);
  return count - keeps - Math.min(wealthy, count % kept.length);
};

test('who comes gets its share and no more moves; who goes leaves its share and no more moves', () => {
  fc.assert(
    fc.property(
      groups,
      counts,
      fc.subarray(all(12)),
      fc.integer({ min: 0, max: 3 }),
      (members, count, gone, come) => {
        const before = stickyAssignment(members, count);
        const staying = claiming(before, 7).filter((_, n) => !gone.includes(n));
        const after = [...staying, ...all(come).map((n) => newcomer(`new ${n}`))];
        if (after.length === 0) return;
        const kept = after.map(({ claim }) => claim?.partitions.length ?? 0);
        expect(moved(before, stickyAssignment(after, count))).toHaveLength(leastMoves(kept, count));
      },
    ),
  );
});

test('24 partitions: the second member gets half, the third takes four of each, and what it leaves is shared', () => {
  const one = stickyAssignment([newcomer('a')], 24);
  const two = stickyAssignment([...claiming(one, 1), newcomer('b')], 24);
  expect(sizes(two)).toEqual([12, 12]);
  const three = stickyAssignment([...claiming(two, 2), newcomer('c')], 24);
  expect([sizes(three), moved(two, three).length]).toEqual([[8, 8, 8], 8]);
  const back = stickyAssignment(claiming(three, 3).slice(0, 2), 24);
  expect([sizes(back), moved(three, back).length]).toEqual([[12, 12], 8]);
});

test('a member that missed a generation does not take back what another was given meanwhile', () => {
  const members: StickyMember[] = [
    { id: 'a', claim: { generation: 4, partitions: [0, 1] } },
    { id: 'b', claim: { generation: 5, partitions: [1, 2] } },
  ];
  expect(stickyAssignment(members, 4)).toEqual(
    new Map([
      ['a', [0, 3]],
      ['b', [1, 2]],
    ]),
  );
});
