import { describe, expect, it } from 'vitest';
import type { LiveItem } from './live-state.ts';
import { teamNamesOf } from './team-names.ts';

const items = (...teams: (string | null)[]) => teams.map((team) => ({ team }) as LiveItem);

describe('teamNamesOf', () => {
  it('has the teams of the directory and of the rows, by the alphabet', () => {
    expect(teamNamesOf(['Sales'], items('Care', 'Sales'), null)).toEqual({
      names: ['Care', 'Sales'],
      withoutTeam: false,
    });
    expect(teamNamesOf([], items(null), null)).toEqual({ names: [], withoutTeam: true });
  });

  it('is the same object as long as nothing differs', () => {
    const former = teamNamesOf(['Sales'], items('Care'), null);
    expect(teamNamesOf(['Sales'], items('Care', 'Sales', 'Care'), former)).toBe(former);
    expect(teamNamesOf(['Sales'], items('Care', null), former)).not.toBe(former);
    expect(teamNamesOf(['Sales'], items('New'), former)).not.toBe(former);
  });
});
