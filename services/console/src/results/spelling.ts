/** Which people may be meant by an external user id that belongs to nobody: the nearest spellings. */
import type { Person } from '@adherence/domain/configuration/entities.ts';

export interface Suggestion {
  readonly personId: string;
  readonly name: string;
  /** The external user id or the name that is close. */
  readonly spelling: string;
  /** 0 = the same but for case, accents, spaces and punctuation. */
  readonly distance: number;
}

const maxDistance = 2;

/** At most `limit`, nearest first. */
export function createSpellings(people: Iterable<readonly [string, Person]>) {
  const known = new Map<string, { personId: string; name: string; spelling: string }[]>();
  for (const [personId, { name, externalUsers }] of people) {
    for (const spelling of new Set([name, ...externalUsers.map((user) => user.externalUserId)])) {
      for (const plain of new Set([plainOf(spelling), plainOf(withoutDomain(spelling))])) {
        if (plain === '') continue;
        const same = known.get(plain) ?? [];
        if (same.length < maxOfOneSpelling) same.push({ personId, name, spelling });
        known.set(plain, same);
      }
    }
  }
  return (externalUserId: string, limit: number): Suggestion[] => {
    const found = new Map<string, Suggestion>();
    for (const plain of new Set([plainOf(externalUserId), plainOf(withoutDomain(externalUserId))])) {
      for (const [other, people] of near(plain, known)) {
        const distance = distanceWithin(plain, other, maxDistance);
        for (const person of people) {
          const best = found.get(person.personId);
          if (distance <= maxDistance && (!best || distance < best.distance)) {
            found.set(person.personId, { ...person, distance });
          }
        }
      }
    }
    return [...found.values()]
      .sort((a, b) => a.distance - b.distance || (a.personId < b.personId ? -1 : 1))
      .slice(0, limit);
  };
}

/** People of one spelling that are told of; more of them would not help to choose. */
const maxOfOneSpelling = 5;
/** Past this many spellings only equal ones are looked for: comparing all would hold up everybody else. */
const maxCompared = 20_000;

function near<T>(plain: string, known: ReadonlyMap<string, T>): Iterable<readonly [string, T]> {
  if (known.size <= maxCompared) return known;
  const same = known.get(plain);
  return same ? [[plain, same] as const] : [];
}

const plainOf = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}@]/gu, '');

const withoutDomain = (text: string): string => text.split('@', 1)[0]!;

/** Levenshtein distance; anything above the limit is `limit + 1`. Short texts must agree better. */
export function distanceWithin(a: string, b: string, limit: number): number {
  const allowed = Math.min(limit, Math.floor(Math.min(a.length, b.length) / 3));
  if (Math.abs(a.length - b.length) > allowed) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swap, previous[j]! + 1, row[j - 1]! + 1));
    }
    if (Math.min(...row) > allowed) return limit + 1;
    previous = row;
  }
  return previous[b.length]! <= allowed ? previous[b.length]! : limit + 1;
}
