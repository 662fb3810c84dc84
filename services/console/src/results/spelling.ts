/** Which people may be meant by an external user id that belongs to nobody: the nearest spellings. */
import type { Person } from '@adherence/domain/configuration/entities.ts';

export interface Suggestion {
  readonly personId: string;
  readonly name: string;
  /** The external user id or the name that is close. */
  readonly spelling: string;
  /**
   * 0 = the same but for case, accents, spaces and punctuation; else letters that differ, 1 for a name in another
   * order and 2 for one that an initial stands for.
   */
  readonly distance: number;
}

const maxDistance = 2;

/** At most `limit`, nearest first. */
export function createSpellings(people: Iterable<readonly [string, Person]>) {
  const known = new Map<string, Spelt[]>();
  const logins = new Map<string, Suggestion[]>();
  for (const [personId, { name, externalUsers }] of people) {
    for (const spelling of new Set([name, ...externalUsers.map((user) => user.externalUserId)])) {
      const spelt = { personId, name, spelling };
      for (const plain of plainsOf(spelling)) keep(known, plain, spelt);
    }
    for (const [login, distance] of loginsOf(name)) {
      keep(logins, login, { personId, name, spelling: name, distance });
    }
  }
  return (externalUserId: string, limit: number): Suggestion[] => {
    const found = new Map<string, Suggestion>();
    const add = (suggestion: Suggestion) => {
      const best = found.get(suggestion.personId);
      if (!best || suggestion.distance < best.distance) found.set(suggestion.personId, suggestion);
    };
    for (const plain of plainsOf(externalUserId)) {
      for (const [other, people] of near(plain, known)) {
        const distance = distanceWithin(plain, other, maxDistance);
        if (distance > maxDistance) continue;
        for (const person of people) add({ ...person, distance });
      }
      for (const suggestion of logins.get(plain) ?? []) add(suggestion);
    }
    return [...found.values()]
      .sort((a, b) => a.distance - b.distance || (a.personId < b.personId ? -1 : 1))
      .slice(0, limit);
  };
}

type Spelt = Omit<Suggestion, 'distance'>;

function keep<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const same = lists.get(key) ?? [];
  if (same.length < maxOfOneSpelling) same.push(value);
  lists.set(key, same);
}

/** What logins are commonly made of a name, with its distance: for Anna Maria Keller akeller, kellera, keller.anna ... */
function loginsOf(name: string): (readonly [string, number])[] {
  const [before = '', after = ''] = name.split(',', 2);
  const [first = '', ...rest] = wordsOf(`${after} ${before}`);
  return [...new Set([rest.join(''), rest.at(-1) ?? ''])].flatMap((last) =>
    last === ''
      ? []
      : [
          [`${first}${last}`, 1] as const,
          [`${last}${first}`, 1] as const,
          [`${first[0]}${last}`, 2] as const,
          [`${last}${first[0]}`, 2] as const,
          [`${first}${last[0]}`, 2] as const,
        ],
  );
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

/** Most logins and many names are ASCII, for which properties of Unicode would cost ten times as much. */
const plainOf = (text: string): string =>
  isAscii.test(text)
    ? text.toLowerCase().replaceAll(/[^a-z\d@]/g, '')
    : unmarked(text).replaceAll(/[^\p{Letter}\p{Number}@]/gu, '');

const isAscii = /^[\0-\x7f]*$/;
const unmarked = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/\p{Mn}/gu, '');

const wordsOf = (text: string): string[] =>
  (isAscii.test(text)
    ? text.toLowerCase().match(/[a-z\d]+/g)
    : unmarked(text).match(/[\p{Letter}\p{Number}]+/gu)) ?? [];

/** With and without what follows the @. */
function plainsOf(text: string): string[] {
  const whole = plainOf(text);
  const local = whole.split('@', 1)[0]!;
  return [...new Set([whole, local])].filter((plain) => plain !== '');
}

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
