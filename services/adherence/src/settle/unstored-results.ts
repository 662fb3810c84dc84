/** Rows computed and not yet stored, newest per person and day, and the changes of final buckets that come with them. */
import type { ResultChange } from '@adherence/store/result-changes.ts';
import type { Row } from '@adherence/store/rows.ts';
import { joinedChange } from '../domain/changed-cells.ts';
import type { Owner } from '../owner.ts';
import type { Advanced } from './advance-people.ts';
import { storeChanges, storeResults } from './settle.ts';

export interface UnstoredResults {
  /** By tenant, person and day. */
  readonly rows: Map<string, Row>;
  readonly changes: Map<string, ResultChange>;
  keep(advanced: readonly Advanced[]): void;
  /** `fence` throws when the partitions went to another owner; what could not be stored is kept. */
  store(fence: () => void): Promise<void>;
  /** Forgets those of everybody else, by person key. */
  keepOnly(isKept: (key: string) => boolean): void;
}

export function createUnstoredResults(owner: Owner): UnstoredResults {
  const rows = new Map<string, Row>();
  const changes = new Map<string, ResultChange>();
  return {
    rows,
    changes,
    keep(advanced) {
      for (const { tenantId, rows: computed, changes: changed } of advanced) {
        const keyOf = (personId: string, day: string) => `${tenantId}|${personId}|${day}`;
        for (const { personId, day, row } of computed) rows.set(keyOf(personId, day), row());
        for (const change of changed) {
          const key = keyOf(change.personId, change.day);
          const first = changes.get(key);
          changes.set(key, first ? joinedChange(first, change) : change);
        }
      }
    },
    /** What changes is recorded before it does, so that a crash between them records it again and loses nothing. */
    async store(fence) {
      fence();
      const [computed, recorded] = [[...rows], [...changes]];
      await storeChanges(
        owner,
        recorded.map(([, change]) => change),
      );
      fence();
      await storeResults(
        owner,
        computed.map(([, row]) => row),
      );
      for (const [key, row] of computed) if (rows.get(key) === row) rows.delete(key);
      for (const [key, change] of recorded) if (changes.get(key) === change) changes.delete(key);
    },
    keepOnly(isKept) {
      for (const unstored of [rows, changes]) {
        for (const key of unstored.keys()) {
          if (!isKept(key.slice(0, key.lastIndexOf('|')))) unstored.delete(key);
        }
      }
    },
  };
}
