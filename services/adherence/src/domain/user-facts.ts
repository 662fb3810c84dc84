/** Facts of one external user in memory: an ordered set that grows one fact at a time. */
import { compareFacts, firstAfter, orderFacts, wins } from '@adherence/domain/compute/facts.ts';
import type { Instant, LineFact } from '@adherence/domain/model.ts';

export interface UserFacts {
  /** Ordered, without duplicates; read by `compute`. */
  readonly ordered: LineFact[];
  readonly byKey: Map<string, LineFact>;
}

export function userFacts(facts: Iterable<LineFact> = []): UserFacts {
  const ordered = orderFacts(facts);
  return { ordered, byKey: new Map(ordered.map((fact) => [fact.dedupKey, fact])) };
}

/**
 * Adds a fact and answers from when on the line of the user may differ: the event before the fact, whose missing
 * logout may be decided otherwise. null when nothing changes (a duplicate).
 */
export function addFact(facts: UserFacts, fact: LineFact): Instant | null {
  const rival = facts.byKey.get(fact.dedupKey);
  let from = fact.occurredAt;
  if (rival) {
    if (!wins(fact, rival) || isSame(fact, rival)) return null;
    const index = indexOf(facts.ordered, rival);
    from = Math.min(from, facts.ordered[index - 1]?.occurredAt ?? rival.occurredAt);
    facts.ordered.splice(index, 1);
  }
  facts.byKey.set(fact.dedupKey, fact);
  const index = insertionIndex(facts.ordered, fact);
  facts.ordered.splice(index, 0, fact);
  return Math.min(from, facts.ordered[index - 1]?.occurredAt ?? from);
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
  for (const fact of dropped) if (!kept.includes(fact)) facts.byKey.delete(fact.dedupKey);
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
