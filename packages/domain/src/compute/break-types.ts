/**
 * Break types that Odigo's web service told for facts that came without one. Answers are a set on the fact's identity
 * (tenant, integration, external user, dedup key, content hash): the one found first holds, among equals the lesser
 * break type, so the order in which they arrive changes nothing. A break type of the notification itself always holds.
 */
import type { Instant, LineFact } from '../model.ts';

export interface FoundBreakType {
  readonly breakType: string;
  readonly foundAt: Instant;
}

/** Key of a fact among those of one user. */
export const contentKey = ({ dedupKey, contentHash }: Pick<LineFact, 'dedupKey' | 'contentHash'>): string =>
  `${dedupKey}\u0000${contentHash}`;

/** The fact with the break type that was found; the same object when that changes nothing. */
export function withFoundBreakType(fact: LineFact, found: FoundBreakType): LineFact {
  if (!mayBeFound(fact)) return fact;
  const known = foundOf(fact);
  if (known && !holdsOver(found, known)) return fact;
  return { ...fact, breakType: found.breakType, breakTypeFoundAt: found.foundAt };
}

/** What was found for a fact; null when nothing was, or the notification told it. */
export const foundOf = ({ breakType, breakTypeFoundAt }: LineFact): FoundBreakType | null =>
  breakTypeFoundAt === undefined || breakType === null ? null : { breakType, foundAt: breakTypeFoundAt };

/** Only a status can have a break type, and only one that came without is looked up. */
export const mayBeFound = (fact: LineFact): boolean =>
  fact.eventType === 'STATUS' &&
  fact.status !== null &&
  (fact.breakType === null || fact.breakTypeFoundAt !== undefined);

const holdsOver = (found: FoundBreakType, known: FoundBreakType): boolean =>
  found.foundAt !== known.foundAt ? found.foundAt < known.foundAt : found.breakType < known.breakType;
