/** Facts of one external user in memory: an ordered set that grows one fact at a time. */
import {
  contentKey,
  type FoundBreakType,
  foundOf,
  withFoundBreakType,
} from '@adherence/domain/compute/break-types.ts';
import { compareFacts, distinctFacts, firstAfter, wins } from '@adherence/domain/compute/facts.ts';
import type { Instant, LineFact } from '@adherence/domain/model.ts';

export interface UserFacts {
  /** Ordered, without duplicates; read by `compute`. */
  readonly ordered: LineFact[];
  readonly byKey: Map<string, LineFact>;
}

export function userFacts(facts: Iterable<LineFact> = []): UserFacts {
  const byKey = distinctFacts(facts);
  return { ordered: [...byKey.values()].sort(compareFacts), byKey };
}

/**
 * Adds a fact and answers from when on the line of the user may differ: the event before the fact, whose missing
 * logout may be decided otherwise, unless it was a logout. null when nothing changes (a duplicate).
 */
export function addFact(facts: UserFacts, fact: LineFact): Instant | null {
  const rival = facts.byKey.get(fact.dedupKey);
  let from = fact.occurredAt;
  if (rival) {
    if (isSame(fact, rival)) {
      const found = foundOf(fact);
      return found && mergeFound(facts, rival, found);
    }
    if (!wins(fact, rival)) return null;
    const index = indexOf(facts.ordered, rival);
    from = Math.min(from, facts.ordered[index - 1]?.occurredAt ?? rival.occurredAt);
    facts.ordered.splice(index, 1);
  }
  facts.byKey.set(fact.dedupKey, fact);
  const index = insertionIndex(facts.ordered, fact);
  facts.ordered.splice(index, 0, fact);
  const before = facts.ordered[index - 1];
  return before && before.eventType !== 'LOGOUT' ? Math.min(from, before.occurredAt) : from;
}

/**
 * Gives a fact the break type that was found for it, and answers from when on the line may differ: null when nothing
 * changes, 'unknown' when a fact with this key is not here.
 */
export function addBreakType(
  facts: UserFacts,
  fact: Pick<LineFact, 'dedupKey' | 'contentHash'>,
  found: FoundBreakType,
): Instant | null | 'unknown' {
  const known = facts.byKey.get(fact.dedupKey);
  if (!known) return 'unknown';
  // Of several contents with one key another one holds: what this one says counts nowhere.
  return contentKey(known) === contentKey(fact) ? mergeFound(facts, known, found) : null;
}

function mergeFound(facts: UserFacts, known: LineFact, found: FoundBreakType): Instant | null {
  const merged = withFoundBreakType(known, found);
  if (merged === known) return null;
  facts.ordered[indexOf(facts.ordered, known)] = merged;
  facts.byKey.set(known.dedupKey, merged);
  return known.breakType === merged.breakType ? null : known.occurredAt;
}

/** Forgets facts before an instant, but for the last event before it and the last that bears a status. */
export function dropFactsBefore(facts: UserFacts, at: Instant): void {
  let keepFrom = firstAfter(facts.ordered, at - 1) - 1;
  const kept: LineFact[] = [];
  if (keepFrom > 0) {
    let bearing = keepFrom;
    while (bearing > 0 && facts.ordered[bearing]!.eventType === 'HEARTBEAT') bearing--;
    if (bearing < keepFrom) kept.push(facts.ordered[bearing]!);
  } else keepFrom = 0;
  const dropped = facts.ordered.splice(0, keepFrom, ...kept);
  if (dropped.length === 0) return;
  // Of a long past little is left: fewer keys are set again than there are to delete.
  facts.byKey.clear();
  for (const fact of facts.ordered) facts.byKey.set(fact.dedupKey, fact);
}

function insertionIndex(ordered: readonly LineFact[], fact: LineFact): number {
  let index = ordered.length;
  while (index > 0 && compareFacts(ordered[index - 1]!, fact) > 0) index--;
  return index;
}

function indexOf(ordered: readonly LineFact[], fact: LineFact): number {
  let index = firstAfter(ordered, fact.occurredAt - 1);
  while (ordered[index] !== fact) index++;
  return index;
}

const isSame = (a: LineFact, b: LineFact): boolean =>
  a.contentHash === b.contentHash && a.occurredAt === b.occurredAt;
