import type { State } from '@adherence/domain/model.ts';
import { describe, expect, it } from 'vitest';
import { boardRows, filterOf, inScope, isFiltered, toggledStates } from './board-view.ts';
import type { LiveItem } from './live-state.ts';
import { summaryOf } from './summary.ts';

let counter = 0;

function item(name: string, state: State, changes: Partial<LiveItem> = {}): LiveItem {
  return {
    personId: name.toLowerCase(),
    name,
    team: 'Sales',
    planningUnitId: 'paris',
    scheduledActivityId: 'calls',
    scheduledUntil: 10_000,
    nextScheduled: null,
    actual: {
      kind: 'activity',
      activityId: 'calls',
      externalStatus: 'TALKING',
      breakType: null,
      estimated: false,
    },
    state,
    since: ++counter,
    inBuffer: false,
    bufferEndsAt: null,
    ...changes,
  };
}

const filter = (query: string) => filterOf(new URLSearchParams(query));
const textOf = ({ name }: LiveItem) => name.toLowerCase();
const shown = (items: LiveItem[], query: string) =>
  boardRows(items, filter(query), textOf).map((row) =>
    row.kind === 'group' ? `# ${row.key}` : row.item.name,
  );

const ada = item('Ada', 'IN_ADHERENCE');
const bob = item('Bob', 'NOT_PRESENT');
const cem = item('Cem', 'WRONG_ACTIVITY', { team: 'Support', planningUnitId: 'lyon' });
const dag = item('Dag', 'NOT_PRESENT', { inBuffer: true });
const eva = item('Eva', 'NOT_SCHEDULED', { team: null });
const fay = item('Fay', 'NO_DATA', { team: 'Support', scheduledUntil: 500 });
const all = [ada, bob, cem, dag, eva, fay];

describe('boardRows', () => {
  it('groups by team, those without one last, most urgent first inside', () => {
    expect(shown(all, '')).toEqual([
      '# Sales',
      'Bob',
      'Dag',
      'Ada',
      '# Support',
      'Cem',
      'Fay',
      '# null',
      'Eva',
    ]);
  });

  it('can do without groups, and sort otherwise', () => {
    expect(shown(all, 'group=none')).toEqual(['Bob', 'Cem', 'Eva', 'Fay', 'Dag', 'Ada']);
    expect(shown(all, 'group=none&sort=name')).toEqual(['Ada', 'Bob', 'Cem', 'Dag', 'Eva', 'Fay']);
    expect(shown(all, 'group=none&sort=since')).toEqual(['Ada', 'Bob', 'Cem', 'Dag', 'Eva', 'Fay']);
    expect(shown(all, 'group=none&sort=scheduled')[0]).toBe('Fay');
  });

  it('searches, whatever the case', () => {
    expect(shown(all, 'group=none&q=%20BO')).toEqual(['Bob']);
  });

  it('out of adherence only leaves out those in buffer and those without data', () => {
    expect(shown(all, 'group=none&out=1')).toEqual(['Bob', 'Cem', 'Eva']);
  });

  it('shows the states that were chosen', () => {
    expect(shown(all, 'group=none&state=inBuffer,noData')).toEqual(['Fay', 'Dag']);
  });

  it('groups by planning unit, by its name', () => {
    const names: Record<string, string> = { paris: 'Zurich', lyon: 'Lyon' };
    const rows = boardRows(all, filter('group=unit'), textOf, (id) => names[id] ?? id);
    expect(rows.flatMap((row) => (row.kind === 'group' ? row.key : []))).toEqual(['lyon', 'paris']);
  });

  it('an activity is scheduled or done; those who are offline can be found too', () => {
    const gil = item('Gil', 'WRONG_ACTIVITY', {
      scheduledActivityId: 'lunch',
      actual: { kind: 'offline', activityId: null, externalStatus: null, breakType: null, estimated: false },
    });
    expect(shown([...all, gil], 'group=none&activity=lunch')).toEqual(['Gil']);
    expect(shown([...all, gil], 'group=none&activity=offline')).toEqual(['Gil']);
    expect(shown([...all, gil], 'group=none&activity=calls')).toHaveLength(all.length);
  });

  it('chosen people narrow the counts too', () => {
    const chosen = filter('people=ada,gone');
    expect(all.filter((each) => inScope(each, chosen)).map(({ name }) => name)).toEqual(['Ada']);
  });

  it('a team keeps its whole count under the other filters', () => {
    const [team] = boardRows(all, filter('state=notPresent'), textOf);
    expect(team).toMatchObject({ kind: 'group', key: 'Sales', items: [ada, bob, dag] });
  });
});

describe('filterOf', () => {
  it('leaves out what an old link says and nobody knows', () => {
    const old = filter('state=onFire,notPresent&sort=colour&group=none');
    expect([...old.states]).toEqual(['notPresent']);
    expect(old).toMatchObject({ sort: 'urgency', grouping: 'none', team: null });
  });

  it('narrows by team and unit; an empty team means people without one', () => {
    const names = (query: string) =>
      all.filter((each) => inScope(each, filter(query))).map(({ name }) => name);
    expect(names('team=Support')).toEqual(['Cem', 'Fay']);
    expect(names('team=')).toEqual(['Eva']);
    expect(names('unit=lyon')).toEqual(['Cem']);
    expect(names('team=Gone')).toEqual([]);
  });

  it('knows whether anything is filtered; sorting and grouping are no filters', () => {
    expect(isFiltered(filter('sort=name&group=none'))).toBe(false);
    for (const query of ['activity=calls', 'people=a', 'q=a', 'team=', 'unit=x', 'state=noData', 'out=1']) {
      expect(isFiltered(filter(query)), query).toBe(true);
    }
  });

  it('switches one state on and off', () => {
    expect(toggledStates(new Set(), 'noData')).toBe('noData');
    expect(toggledStates(new Set(['noData', 'inBuffer']), 'noData')).toBe('inBuffer');
    expect(toggledStates(new Set(['noData']), 'noData')).toBeNull();
  });
});

describe('summaryOf', () => {
  const typeOf = (id: string) => (id === 'vacation' ? 'Vacation' : 'Presence');

  it('counts everybody once; in buffer is in, no data and not scheduled are outside of the score', () => {
    const { counts, headcount } = summaryOf(all, typeOf);
    expect(counts).toEqual({
      inAdherence: 1,
      inBuffer: 1,
      notPresent: 1,
      wrongActivity: 1,
      notScheduled: 1,
      noData: 1,
      excluded: 0,
    });
    expect(headcount).toBe(2 / 4);
  });

  it('is null, not 0 or 100, when nobody counts', () => {
    expect(summaryOf([eva, fay], typeOf).headcount).toBeNull();
    expect(summaryOf([], typeOf).headcount).toBeNull();
  });

  it('vacation in adherence is no time that counts', () => {
    const away = item('Gil', 'IN_ADHERENCE', { scheduledActivityId: 'vacation' });
    expect(summaryOf([away, bob], typeOf)).toMatchObject({ headcount: 0, counts: { inAdherence: 1 } });
  });
});
