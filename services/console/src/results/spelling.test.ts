import type { Person } from '@adherence/domain/configuration/entities.ts';
import { describe, expect, it } from 'vitest';
import { createSpellings, distanceWithin } from './spelling.ts';

const person = (name: string, ...ids: string[]): Person => ({
  name,
  team: null,
  planningUnitId: 'default',
  externalUsers: ids.map((externalUserId) => ({
    integrationId: 'odigo',
    externalUserId,
    validFrom: null,
    validTo: null,
  })),
});

const suggest = createSpellings([
  ['ada', person('Ada Lovelace', 'ada.lovelace@centre.example')],
  ['chloe', person('Chloé Dupont')],
  ['al', person('Al')],
  ['louis', person('Louis Martin')],
  ['ines', person('de la Tour, Inès')],
  ['anna', person('Anna-Maria Keller')],
]);
const idsFor = (text: string) => suggest(text, 3).map(({ personId, distance }) => [personId, distance]);

describe('spellings', () => {
  it.each([
    ['ADA.Lovelace@centre.example', [['ada', 0]]],
    ['ada.lovelace @centre.example', [['ada', 0]]],
    ['ada.lovelase@centre.example', [['ada', 1]]],
    ['alovelace@elsewhere.example', [['ada', 2]]],
    ['chloe.dupont@centre.example', [['chloe', 0]]],
    ['grace.hopper@centre.example', []],
    ['bl', []],
    // As logins are made of names: never as sure as the name itself.
    ['l.martin@centre.example', [['louis', 2]]],
    ['MARTINL', [['louis', 2]]],
    ['louism', [['louis', 2]]],
    ['martin.louis', [['louis', 1]]],
    ['a.keller', [['anna', 2]]],
    ['anna.keller', [['anna', 1]]],
    ['ines.delatour', [['ines', 1]]],
    ['itour', [['ines', 2]]],
    ['k.martin', []],
  ])('%s', (text, expected) => {
    expect(idsFor(text)).toEqual(expected);
  });

  it('finds equal spellings, and logins made of a name, among very many', () => {
    const many = createSpellings(
      Array.from({ length: 30_000 }, (_, i) => [`p${i}`, person(`Person ${i}`)] as const),
    );
    for (const login of ['person.123', '123_person']) {
      expect(many(login, 3).map(({ personId }) => personId)).toEqual(['p123']);
    }
  });

  it.each([
    ['kitten', 'sitting', 3],
    ['kitten', 'kitten', 0],
    ['kitten', 'kiten', 1],
    ['ab', 'ac', 3],
  ])('distance of %s and %s', (a, b, distance) => {
    expect(distanceWithin(a, b, 2)).toBe(distance);
  });
});
