/**
 * Who gets which partition when the members of a group change: everybody keeps what it has as far as all get the same
 * number, give or take one, and only the rest moves. The same members and claims give the same answer, in any order.
 */

export interface StickyMember {
  readonly id: string;
  /** What it owned last; null for a member that tells nothing (it is new, or speaks an older protocol). */
  readonly claim: Claim | null;
}

export interface Claim {
  /** Of the group, in which it was given them: of two claims to one partition the later holds. */
  readonly generation: number;
  readonly partitions: readonly number[];
}

/** Partitions 0 to `count` - 1 by member, ascending; every member is in it. No more of them move than balance asks for. */
export function stickyAssignment(
  members: readonly StickyMember[],
  count: number,
): ReadonlyMap<string, readonly number[]> {
  const owners = ownersOf(members, count);
  const kept = new Map<string, number[]>(members.map(({ id }) => [id, []]));
  for (const [partition, { id }] of owners) kept.get(id)!.push(partition);
  for (const partitions of kept.values()) partitions.sort(ascending);

  // Whoever has most may keep one more than the others: so fewest move.
  const byWealth = [...kept.keys()].sort(
    (a, b) => kept.get(b)!.length - kept.get(a)!.length || (a < b ? -1 : 1),
  );
  const least = Math.floor(count / members.length);
  const withOneMore = count % members.length;
  const room = new Map(byWealth.map((id, rank) => [id, least + (rank < withOneMore ? 1 : 0)]));

  const moving = new Set(Array.from({ length: count }, (_, partition) => partition));
  for (const [id, partitions] of kept) {
    partitions.splice(room.get(id)!);
    for (const partition of partitions) moving.delete(partition);
  }
  for (const id of byWealth) {
    const partitions = kept.get(id)!;
    for (const partition of moving) {
      if (partitions.length >= room.get(id)!) break;
      partitions.push(partition);
      moving.delete(partition);
    }
    partitions.sort(ascending);
  }
  return kept;
}

/** Of several claims to one partition the latest holds, and among equals that of the least id. */
function ownersOf(
  members: readonly StickyMember[],
  count: number,
): ReadonlyMap<number, { readonly id: string; readonly generation: number }> {
  const owners = new Map<number, { readonly id: string; readonly generation: number }>();
  for (const { id, claim } of members) {
    for (const partition of claim?.partitions ?? []) {
      if (!Number.isInteger(partition) || partition < 0 || partition >= count) continue;
      const { generation } = claim!;
      const rival = owners.get(partition);
      const holds =
        !rival || generation > rival.generation || (generation === rival.generation && id < rival.id);
      if (holds) owners.set(partition, { id, generation });
    }
  }
  return owners;
}

const ascending = (a: number, b: number): number => a - b;
