/** Who changed what: the newest changes of each tenant, kept while the log is folded. */
import type { Change, Outcome } from '@adherence/domain/configuration/command.ts';

export interface Journal {
  readonly record: (outcome: Outcome) => void;
  /** Changes with an offset below `before`, newest first. */
  readonly newest: (
    tenantId: string,
    before: number,
    limit: number,
    keeps?: (change: Change) => boolean,
  ) => readonly Change[];
  readonly keptFrom: KeptFrom;
}

/** Everything of the tenant below this offset may be missing; 0 = nothing is. */
export type KeptFrom = (tenantId: string) => number;

const defaultKept = 10_000;

export function createJournal(keptPerTenant = defaultKept): Journal {
  const tenants = new Map<string, Change[]>();
  const cut = new Map<string, number>();

  const add = (change: Change): void => {
    let changes = tenants.get(change.tenantId);
    if (!changes) {
      changes = [];
      tenants.set(change.tenantId, changes);
    }
    changes.push(change);
    // Cut in halves, so that a change costs the same however many are kept.
    if (changes.length < 2 * keptPerTenant) return;
    changes.splice(0, changes.length - keptPerTenant);
    cut.set(change.tenantId, changes[0]!.offset);
  };

  /** What was written of somebody who is erased is not shown any more. */
  const forget = ({ tenantId, after }: Extract<Change, { entity: 'erasure' }>): void => {
    const kept = tenants
      .get(tenantId)
      ?.filter(({ entity, id }) => entity !== 'person' || id !== after?.personId);
    if (kept) tenants.set(tenantId, kept);
  };

  return {
    record(outcome) {
      if (!outcome.ok || !outcome.change) return;
      if (outcome.change.entity === 'erasure') forget(outcome.change);
      add(outcome.change);
      if (outcome.firstToken) add(outcome.firstToken);
    },
    keptFrom: (tenantId) => cut.get(tenantId) ?? 0,
    newest(tenantId, before, limit, keeps = () => true) {
      const changes = tenants.get(tenantId) ?? [];
      const found: Change[] = [];
      for (let i = changes.length - 1; i >= 0 && found.length < limit; i--) {
        const change = changes[i]!;
        if (change.offset < before && keeps(change)) found.push(change);
      }
      return found;
    },
  };
}
