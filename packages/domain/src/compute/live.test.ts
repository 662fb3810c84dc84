import { describe, expect, it } from 'vitest';
import type { LineFact, State } from '../model.ts';
import { type Feed, userKey } from './actual.ts';
import { cellsOf, sumAmounts } from './cells.ts';
import { compute, type PersonInputs } from './compute.ts';
import { finalUntil, liveState, nextChange } from './live.ts';
import { compileRules, defaultMatches, defaultSettings } from './rules.ts';

const hour = 3_600_000;
const rules = compileRules({
  activityTypes: new Map([['calls', 'Presence']]),
  statusMappings: new Map(),
  matches: [{ validFrom: null, value: defaultMatches }],
  settings: [{ validFrom: null, value: defaultSettings }],
});

/** Calls from 10 to 12, lunch to 13, nothing, calls from 14 to 15. */
const inputs: PersonInputs = {
  externalUsers: [{ integrationId: 'i', externalUserId: 'u', validFrom: null, validTo: null }],
  facts: new Map(),
  feeds: new Map(),
  schedules: [
    {
      shiftDate: '1970-01-01',
      activities: [
        { activityId: 'calls', start: 10 * hour, end: 12 * hour },
        { activityId: 'lunch', start: 12 * hour, end: 13 * hour },
        { activityId: 'calls', start: 14 * hour, end: 15 * hour },
      ],
    },
  ],
  exceptions: [],
};

function nextAt(asOf: number) {
  const { segments, end } = compute(inputs, rules, { from: 0, to: asOf, asOf, carry: null });
  return liveState(inputs, rules, segments, end, asOf)?.nextScheduled;
}

describe('the next scheduled change', () => {
  it.each([
    ['before the shift: its first activity', 9, { at: 10 * hour, activityId: 'calls' }],
    ['inside: what follows', 11, { at: 12 * hour, activityId: 'lunch' }],
    ['before a hole: nothing', 12.5, { at: 13 * hour, activityId: null }],
    ['in the hole: what comes after it', 13.5, { at: 14 * hour, activityId: 'calls' }],
    ['last activity: the end of the shift', 14.5, { at: 15 * hour, activityId: null }],
    ['after the shift: none', 16, null],
  ])('%s', (_, asOf, expected) => {
    expect(nextAt(asOf * hour)).toEqual(expected);
  });
});

describe('the next change without a new event', () => {
  const none = Number.POSITIVE_INFINITY;
  const at = (hours: number): LineFact => ({
    ...{ integrationId: 'i', externalUserId: 'u', eventType: 'STATUS', status: 'READY', breakType: null },
    ...{ occurredAt: hours * hour, sequence: null, dedupKey: `${hours}`, contentHash: '', receivedAt: 0 },
  });
  const feed = (over: Partial<Feed>) =>
    new Map([['i', { thresholdMs: 2 * hour, gaps: [], last: null, heard: null, ...over }]]);
  const user = inputs.externalUsers[0]!;
  const changing = compileRules({
    activityTypes: new Map([['calls', 'Presence']]),
    statusMappings: new Map([['i', new Map([['READY', [{ validFrom: 30 * hour, value: 'calls' }]]])]]),
    matches: [{ validFrom: 40 * hour, value: [] }],
    settings: [
      {
        validFrom: null,
        value: { ...defaultSettings, bufferSeconds: { notPresent: 900, wrongActivity: 0, notScheduled: 0 } },
      },
    ],
  });

  it.each<[string, Partial<PersonInputs>, readonly (readonly [asOf: number, next: number])[]]>([
    [
      'borders of activities, and the end of a buffer',
      {},
      [
        [9, 10],
        [10, 10],
        [10.001, 10.25],
        [11, 12],
        [12.5, 13],
        [13.5, 14],
        [14.5, 15],
        [16, 40],
        [41, none],
      ],
    ],
    [
      'exceptions',
      { schedules: [], exceptions: [{ from: 5 * hour, to: 6 * hour }] },
      [
        [4, 5],
        [5, 5],
        [5.5, 6],
        [6.5, 40],
      ],
    ],
    [
      'from when and until when an external user is the person’s',
      { schedules: [], externalUsers: [{ ...user, validFrom: 5 * hour, validTo: 7 * hour }] },
      [
        [4, 5],
        [6, 7],
        [8, 40],
      ],
    ],
    [
      'an event whose time is ahead, the end of the longest status, and what a status is mapped to',
      { schedules: [], facts: new Map([[userKey('i', 'u'), [at(10), at(29)]]]) },
      [
        [9, 10],
        [10, 10],
        [11, 22],
        [28, 29],
        [29.5, 30],
        [30.5, 40],
      ],
    ],
    [
      'a silence at the live end',
      { schedules: [], feeds: feed({ last: 10 * hour, heard: 10 * hour }) },
      [
        [11, 12],
        [12, 12],
        [13, 40],
      ],
    ],
    [
      'a silence that a clock which is ahead has ended: once it is one, and when it is over',
      { schedules: [], feeds: feed({ gaps: [{ from: 10 * hour, to: 12.05 * hour }], heard: 12.05 * hour }) },
      [
        [11.99, 12],
        [12, 12],
        [12.01, 12.05],
        [12.05, 12.05],
        [12.06, 40],
      ],
    ],
  ])('%s', (_, over, expected) => {
    const of = { ...inputs, ...over };
    const found = expected.map(([hours]) => {
      const asOf = hours * hour;
      const { segments, end } = compute(of, changing, { from: 0, to: asOf, asOf, carry: null });
      return [hours, nextChange(of, changing, liveState(of, changing, segments, end, asOf), asOf) / hour];
    });
    expect(found).toEqual(expected);
  });
});

describe('up to when buckets are final', () => {
  const minute = hour / 60;
  const fact = (eventType: LineFact['eventType'], at: number): LineFact => ({
    integrationId: 'i',
    externalUserId: 'u',
    eventType,
    status: eventType === 'STATUS' ? 'READY' : null,
    breakType: null,
    occurredAt: at * hour,
    sequence: null,
    dedupKey: `${at}`,
    contentHash: '',
    receivedAt: at * hour,
  });
  const inputsWith = (events: readonly LineFact[], feed?: Partial<Feed>): PersonInputs => ({
    ...inputs,
    facts: new Map([[userKey('i', 'u'), [...events]]]),
    feeds: feed
      ? new Map([['i', { thresholdMs: hour, gaps: [], last: null, heard: feed.last ?? null, ...feed }]])
      : new Map(),
  });
  const nothing = { segments: [], end: null };
  const untilOf = (of: PersonInputs, asOf: number) => finalUntil(of, rules, nothing, asOf * hour) / hour;
  const loggedOut = [fact('STATUS', 10), fact('LOGOUT', 15)];

  it('is 15 minutes ago, by whole buckets', () => {
    expect(untilOf(inputsWith(loggedOut), 20)).toBe(19.75);
    expect(finalUntil(inputsWith(loggedOut), rules, nothing, 20 * hour - 1)).toBe(19.5 * hour);
  });

  it('is where a running status may yet be found to have ended: at its longest, or at the end of the shift', () => {
    // The shift ends at 15, which is told an hour later; the longest is twelve hours.
    expect(untilOf(inputsWith([fact('STATUS', 10)]), 15.9)).toBe(15);
    expect(untilOf(inputsWith([fact('STATUS', 10), fact('HEARTBEAT', 14)]), 15.9)).toBe(15);
    expect(untilOf(inputsWith([fact('STATUS', 10)]), 16)).toBe(15.75);
    expect(untilOf(inputsWith([fact('HEARTBEAT', 10)]), 15.9)).toBe(15.5);
  });

  it('no deadline counts that would end what has ended before', () => {
    // Ended at 3 on the next day, after twelve hours; the shift of that day ends at 15, to be told at 16.
    const schedules = [
      { shiftDate: '1970-01-02', activities: [{ activityId: 'calls', start: 38 * hour, end: 39 * hour }] },
    ];
    expect(untilOf({ ...inputsWith([fact('STATUS', 15)]), schedules }, 39.75)).toBe(39.5);
  });

  it('a feed has passed what has been heard of it, whether or not a silence is told', () => {
    const after = (heard: number | null, asOf: number, more: Partial<Feed> = {}) =>
      untilOf(inputsWith(loggedOut, { heard: heard === null ? null : heard * hour, ...more }), asOf);
    expect(after(13, 16, { thresholdMs: 10 * minute })).toBe(13);
    expect(after(16, 20, { last: 16 * hour })).toBe(16);
    expect(after(16.2, 20)).toBe(16);
    expect(after(30, 20)).toBe(19.75);
    expect(after(null, 20)).toBe(0);
    // What comes from the future makes a gap around asOf.
    expect(after(21, 20, { gaps: [{ from: 18 * hour, to: 21 * hour }], last: 21 * hour })).toBe(18);
  });

  it('is the start of an episode that may yet count as a whole', () => {
    const retroactive = compileRules({
      activityTypes: new Map(),
      statusMappings: new Map(),
      matches: [],
      settings: [
        {
          validFrom: null,
          value: {
            ...defaultSettings,
            graceMode: 'retroactive',
            bufferSeconds: { notPresent: 7_200, wrongActivity: 0, notScheduled: 7_200 },
          },
        },
      ],
    });
    const endingWith = (state: State, since: number) => ({
      segments: [],
      end: { state, since: since * hour },
    });
    const at = (state: 'NOT_PRESENT' | 'NOT_SCHEDULED' | 'IN_ADHERENCE', since: number, asOf: number) =>
      finalUntil(inputsWith(loggedOut), retroactive, endingWith(state, since), asOf * hour) / hour;
    expect(at('NOT_PRESENT', 18, 20)).toBe(18);
    expect(at('NOT_PRESENT', 17.5, 20)).toBe(19.75);
    expect(at('NOT_SCHEDULED', 18, 20)).toBe(19.75);
    expect(at('IN_ADHERENCE', 18, 20)).toBe(19.75);
    expect(finalUntil(inputsWith(loggedOut), rules, endingWith('NOT_PRESENT', 18), 20 * hour)).toBe(
      19.75 * hour,
    );
  });

  describe('an episode that may yet prove to have ended inside its retroactive buffer', () => {
    const retroactive = compileRules({
      activityTypes: new Map([
        ['calls', 'Presence'],
        ['lunch', 'Break'],
      ]),
      statusMappings: new Map([['i', new Map([['LUNCH', [{ validFrom: null, value: 'lunch' }]]])]]),
      matches: [{ validFrom: null, value: defaultMatches }],
      settings: [
        {
          validFrom: null,
          value: {
            ...defaultSettings,
            graceMode: 'retroactive',
            bufferSeconds: { notPresent: 0, wrongActivity: 1_200, notScheduled: 0 },
          },
        },
      ],
    });
    const bucketAt = (of: PersonInputs, bucket: number, asOf: number) => {
      const computed = compute(of, retroactive, { from: 0, to: asOf, asOf, carry: null });
      const cells = cellsOf(computed.segments, retroactive.activityType, bucket, bucket + 15 * 60_000);
      return {
        outMinutes: sumAmounts(cells).wrongActivityMs / 60_000,
        final: finalUntil(of, retroactive, computed, asOf) >= bucket + 15 * 60_000,
      };
    };
    const at = (hours: number, minutes: number) => hours * hour + minutes * 60_000;
    const status = (name: string, time: number): LineFact => ({
      ...fact('STATUS', time / hour),
      occurredAt: time,
      status: name,
    });
    const calls = (shiftDate: string, start: number, end: number) => ({
      shiftDate,
      activities: [{ activityId: 'calls', start, end }],
    });

    it('at the end of a shift after which no logout came', () => {
      const of = {
        ...inputsWith([status('READY', at(9, 0)), status('LUNCH', at(16, 46))]),
        schedules: [calls('1970-01-01', at(9, 0), at(17, 0)), calls('1970-01-02', at(17, 0), at(23, 0))],
      };
      expect(bucketAt(of, at(16, 45), at(17, 30))).toEqual({ outMinutes: 14, final: false });
      expect(bucketAt(of, at(16, 45), at(17, 59))).toEqual({ outMinutes: 14, final: false });
      expect(bucketAt(of, at(16, 45), at(18, 0))).toEqual({ outMinutes: 0, final: true });
      expect(bucketAt(of, at(16, 30), at(17, 30))).toEqual({ outMinutes: 0, final: true });
    });

    it('where the feed was heard last', () => {
      const last = at(14, 0);
      const of = {
        ...inputsWith([status('READY', at(9, 0)), status('LUNCH', at(13, 34))], {
          thresholdMs: 40 * 60_000,
          last,
        }),
        schedules: [calls('1970-01-01', at(9, 0), at(17, 0))],
      };
      expect(bucketAt(of, at(13, 30), at(14, 39))).toEqual({ outMinutes: 11, final: true });
      const later = {
        ...of,
        facts: new Map([[userKey('i', 'u'), [status('READY', at(9, 0)), status('LUNCH', at(13, 44))]]]),
      };
      expect(bucketAt(later, at(13, 30), at(14, 39))).toEqual({ outMinutes: 1, final: false });
      expect(bucketAt(later, at(13, 30), at(14, 40))).toEqual({ outMinutes: 0, final: false });
    });

    it('before anything that is computed, as far back as such an episode may have begun', () => {
      const of = inputsWith([fact('STATUS', 10)]);
      expect(finalUntil(of, retroactive, { segments: [], end: null }, 15.9 * hour)).toBe(at(14, 30));
    });
  });
});
