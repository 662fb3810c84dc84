/** Which partitions a member of a group has owned without a break, over all its generations. */
import type { Claim } from './sticky-assignment.ts';

export interface Tenures {
  /**
   * The member was given these. Only the generation right after the last one it knows goes on with a tenure: in one
   * between them somebody else may have owned the partition. `generation` null = unknown, never goes on.
   */
  begin(generation: number | null, partitions: readonly number[]): void;
  /** The same number as before: owned without a break since. */
  of(partition: number): number;
  /** What it owned last, as told when it joins. */
  claim(): Claim | null;
}

export function createTenures(): Tenures {
  let last: number | null = null;
  let tenures = new Map<number, number>();
  let begun = 0;
  return {
    begin(generation, partitions) {
      const goesOn = generation !== null && last !== null && generation === last + 1;
      const before = goesOn ? tenures : new Map<number, number>();
      tenures = new Map(
        partitions.map((partition) => {
          const known = before.get(partition);
          if (known === undefined) begun += 1;
          return [partition, known ?? begun];
        }),
      );
      last = generation;
    },
    of(partition) {
      const tenure = tenures.get(partition);
      if (tenure === undefined) throw new Error(`partition ${partition} is not owned`);
      return tenure;
    },
    claim: () => (last === null ? null : { generation: last, partitions: [...tenures.keys()] }),
  };
}
