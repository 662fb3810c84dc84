/**
 * Facts of one external user as an ordered set: duplicates resolved, order total, whatever the order of arrival
 * (domain.md, "Which event").
 */
import type { LineFact } from '../model.ts';

/** Removes duplicates and sorts; the result is the same for every order and repetition of the input. */
export const orderFacts = <F extends LineFact>(facts: Iterable<F>): F[] =>
  [...distinctFacts(facts).values()].sort(compareFacts);

/** One fact for each dedup key, in any order. */
export function distinctFacts<F extends LineFact>(facts: Iterable<F>): Map<string, F> {
  const winners = new Map<string, F>();
  for (const fact of facts) {
    const rival = winners.get(fact.dedupKey);
    if (!rival || wins(fact, rival)) winners.set(fact.dedupKey, fact);
  }
  return winners;
}

/** With the same key the lower content hash wins; of the same content the earliest receipt is kept. */
export function wins(fact: LineFact, rival: LineFact): boolean {
  if (fact.contentHash !== rival.contentHash) return fact.contentHash < rival.contentHash;
  if (fact.receivedAt !== rival.receivedAt) return fact.receivedAt < rival.receivedAt;
  return fact.occurredAt < rival.occurredAt;
}

/** Order of the events of one user: (occurredAt, sequence or -1, dedup key). */
export function compareFacts(a: Ordered, b: Ordered): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt - b.occurredAt;
  const sequenceA = a.sequence ?? -1;
  const sequenceB = b.sequence ?? -1;
  if (sequenceA !== sequenceB) return sequenceA - sequenceB;
  return a.dedupKey < b.dedupKey ? -1 : a.dedupKey > b.dedupKey ? 1 : 0;
}

type Ordered = Pick<LineFact, 'occurredAt' | 'sequence' | 'dedupKey'>;

/** Index of the first fact with `occurredAt > at` in ordered facts. */
export function firstAfter(facts: readonly LineFact[], at: number): number {
  let low = 0;
  let high = facts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (facts[middle]!.occurredAt <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Does the event carry a status of its own? A heartbeat only proves life. */
export const bearsStatus = (fact: LineFact): boolean => fact.eventType !== 'HEARTBEAT';
