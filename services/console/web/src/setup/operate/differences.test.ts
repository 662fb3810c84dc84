import { describe, expect, it } from 'vitest';
import { differences } from './differences.ts';

const textsOf = (before: object | null, after: object | null) =>
  differences({ before, after }).map(({ text }) => text);

describe('differences', () => {
  it('are told field by field, and what is equal is left out', () => {
    const before = { name: 'Anna', team: 'Care', externalUsers: [{ externalUserId: 'a' }] };
    const after = {
      name: 'Anna',
      team: null,
      externalUsers: [{ externalUserId: 'a' }, { externalUserId: 'b' }],
    };
    expect(textsOf(before, after)).toEqual(['team: Care → –', 'externalUsers[1].externalUserId: b']);
  });

  it('of what is new or gone are all its fields', () => {
    expect(textsOf(null, { name: 'Anna' })).toEqual(['name: Anna']);
    expect(textsOf({ name: 'Anna' }, null)).toEqual(['name: Anna → –']);
  });
});
