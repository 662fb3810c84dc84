/** A bound on what all requests together may hold in memory. */
export interface ByteBudget {
  /** False, and nothing taken, when it would exceed the bound. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  taken(): number;
}

export function createByteBudget(limit: number): ByteBudget {
  let taken = 0;
  return {
    take(bytes) {
      if (taken + bytes > limit) return false;
      taken += bytes;
      return true;
    },
    give(bytes) {
      taken -= bytes;
    },
    taken: () => taken,
  };
}
