/**
 * A bound on what all requests together hold in memory, shared fairly: nobody may hold more than is free. So one
 * sender alone gets half of it, ten greedy ones a share of 1/11 each, and whoever comes new finds as much as the
 * others have (the "dynamic threshold" of buffers that switches share).
 */
export interface FairBudget {
  /** For one request of somebody; release it at the end. */
  open(who: string): Hold;
  taken(): number;
}

export interface Hold {
  /** False, and nothing taken, when it would exceed the bound or the fair share. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  /** Gives back all that is left. */
  release(): void;
}

interface Account {
  taken: number;
}

export function createFairBudget(limit: number): FairBudget {
  const accounts = new Map<string, Account>();
  let taken = 0;
  return {
    open(who) {
      let account = accounts.get(who);
      let held = 0;
      const give = (bytes: number) => {
        if (account === undefined || bytes === 0) return;
        taken -= bytes;
        held -= bytes;
        account.taken -= bytes;
        if (account.taken === 0 && accounts.get(who) === account) accounts.delete(who);
      };
      return {
        take(bytes) {
          // The account may have gone, and come back, since.
          if (held === 0) account = accounts.get(who);
          if ((account?.taken ?? 0) + bytes > limit - taken) return false;
          if (account === undefined) {
            account = { taken: 0 };
            accounts.set(who, account);
          }
          taken += bytes;
          held += bytes;
          account.taken += bytes;
          return true;
        },
        give,
        release: () => give(held),
      };
    },
    taken: () => taken,
  };
}
