/**
 * Who changed what: the newest changes of each kind of entity and tenant, kept while the log is folded. By kind, so
 * that an import of people does not push out what happens once a year.
 */
import type { Change, Outcome } from '@adherence/domain/configuration/command.ts';
import type { EntityKind } from '@adherence/domain/configuration/entities.ts';

export interface Journal {
  readonly record: (outcome: Outcome) => void;
  /** Changes with an offset below `before`, newest first. */
  readonly newest: (
    tenantId: string,
    before: number,
    limit: number,
    keeps?: (change: Change) => boolean,
  ) => readonly Change[];
  /** Changes below this offset, of this kind or of any, may not be kept any more; 0 = all are. */
  readonly keptFrom: (tenantId: string, entity?: EntityKind) => number;
}

const defaultKept = 10_000;

interface Kind {
  changes: Change[];
  keptFrom: number;
}

export function createJournal(keptOfKind = defaultKept): Journal {
  const tenants = new Map<string, Map<EntityKind, Kind>>();

  const kindOf = (tenantId: string, entity: EntityKind): Kind => {
    let kinds = tenants.get(tenantId);
    if (!kinds) {
      kinds = new Map();
      tenants.set(tenantId, kinds);
    }
    let kind = kinds.get(entity);
    if (!kind) {
      kind = { changes: [], keptFrom: 0 };
      kinds.set(entity, kind);
    }
    return kind;
  };

  const add = (change: Change): void => {
    const kind = kindOf(change.tenantId, change.entity);
    kind.changes.push(change);
    // Cut in halves, so that a change costs the same however many are kept.
    if (kind.changes.length < 2 * keptOfKind) return;
    kind.changes.splice(0, kind.changes.length - keptOfKind);
    kind.keptFrom = kind.changes[0]!.offset;
  };

  /** What was written of somebody who is erased is not shown any more. */
  const forget = ({ tenantId, after }: Extract<Change, { entity: 'erasure' }>): void => {
    const people = kindOf(tenantId, 'person');
    people.changes = people.changes.filter(({ id }) => id !== after?.personId);
  };

  return {
    record(outcome) {
      if (!outcome.ok || !outcome.change) return;
      if (outcome.change.entity === 'tenant' && !outcome.change.after) {
        tenants.delete(outcome.change.tenantId);
        return;
      }
      if (outcome.change.entity === 'erasure') forget(outcome.change);
      add(outcome.change);
      if (outcome.firstToken) add(outcome.firstToken);
    },
    newest(tenantId, before, limit, keeps = () => true) {
      const found: Change[] = [];
      for (const { changes } of tenants.get(tenantId)?.values() ?? []) {
        let wanted = limit;
        for (let i = changes.length - 1; i >= 0 && wanted > 0; i--) {
          const change = changes[i]!;
          if (change.offset >= before || !keeps(change)) continue;
          found.push(change);
          wanted -= 1;
        }
      }
      return found.sort((a, b) => b.offset - a.offset).slice(0, limit);
    },
    keptFrom(tenantId, entity) {
      let from = 0;
      for (const [kind, { keptFrom }] of tenants.get(tenantId) ?? []) {
        if (entity === undefined || kind === entity) from = Math.max(from, keptFrom);
      }
      return from;
    },
  };
}
