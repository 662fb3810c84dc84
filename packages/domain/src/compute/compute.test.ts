import { describe, expect, it } from 'vitest';
import { instantOf } from '../calendar.ts';
import type { GraceMode, Interval, LineFact, ScheduledActivity } from '../model.ts';
import { type Feed, userKey } from './actual.ts';
import { cellsOf, sumAmounts } from './cells.ts';
import { compute } from './compute.ts';
import { orderFacts } from './facts.ts';
import { personDays } from './person-days.ts';
import { compileRules, defaultMatches, defaultSettings, type MatchRule, type Rules } from './rules.ts';

/** The acceptance examples of domain.md, and single rules that they leave out. */
const day = '2026-11-18';
const at = (time: string): number => Date.parse(`${day}T${time}Z`);
const minutes = (ms: number): number => ms / 60_000;

interface Scenario {
  readonly scheduled?: readonly (readonly [activityId: string, start: string, end: string])[];
  /** [time, status or LOGOUT or HEARTBEAT or LOGIN, break type] */
  readonly events?: readonly (readonly [time: string, status: string, breakType?: string])[];
  readonly buffer?: number;
  readonly graceMode?: GraceMode;
  readonly matches?: readonly MatchRule[];
  readonly feed?: Feed;
  readonly exceptions?: readonly Interval[];
  readonly asOf?: string;
}

const activityTypes = new Map([
  ['calls', 'Presence'],
  ['waiting', 'Presence'],
  ['talking', 'Presence'],
  ['lunch', 'Break'],
  ['short-break', 'Break'],
  ['vacation', 'Vacation'],
  ['illness', 'Illness'],
] as const);

const mappings = new Map([
  ['CALLS', 'calls'],
  ['WAITING', 'waiting'],
  ['TALKING', 'talking'],
  ['BREAK\u0000lunch', 'lunch'],
  ['BREAK', 'short-break'],
  ['ILL', 'illness'],
]);

function rulesOf({ matches, buffer = 0, graceMode = 'forgive' }: Scenario): Rules {
  return compileRules({
    activityTypes,
    statusMappings: new Map([
      ['odigo', new Map([...mappings].map(([key, value]) => [key, [{ validFrom: null, value }]]))],
    ]),
    matches: matches ? [{ validFrom: null, value: matches }] : [],
    settings: [
      {
        validFrom: null,
        value: {
          ...defaultSettings,
          graceMode,
          bufferSeconds: { notPresent: buffer, wrongActivity: buffer, notScheduled: buffer },
        },
      },
    ],
  });
}

function run(scenario: Scenario) {
  const { scheduled = [], events = [], exceptions = [], feed, asOf = '23:00:00' } = scenario;
  const rules = rulesOf(scenario);
  const facts = events.map(([time, status, breakType], i): LineFact => {
    const special = status === 'LOGOUT' || status === 'HEARTBEAT' || status === 'LOGIN';
    return {
      integrationId: 'odigo',
      externalUserId: 'u',
      eventType: special ? status : 'STATUS',
      status: special ? null : status,
      breakType: breakType ?? null,
      occurredAt: at(time),
      sequence: null,
      dedupKey: `${i}`,
      contentHash: '',
      receivedAt: at(time),
    };
  });
  const activities: ScheduledActivity[] = scheduled.map(([activityId, start, end]) => ({
    activityId,
    start: at(start),
    end: at(end),
  }));
  const { segments } = compute(
    {
      externalUsers: [{ integrationId: 'odigo', externalUserId: 'u', validFrom: null, validTo: null }],
      facts: new Map([[userKey('odigo', 'u'), orderFacts(facts)]]),
      feeds: new Map(feed ? [['odigo', feed]] : []),
      schedules: activities.length > 0 ? [{ shiftDate: day, activities }] : [],
      exceptions,
    },
    rules,
    { from: at('00:00:00'), to: at(asOf), asOf: at(asOf), carry: null },
  );
  const total = sumAmounts(cellsOf(segments, rules.activityType));
  return { segments, total };
}

const adherence = ({ total }: ReturnType<typeof run>): number =>
  total.inMs / (total.scheduledMs - total.noDataMs);

describe('acceptance examples', () => {
  it('1: late by ten minutes, stays ten minutes longer', () => {
    const result = run({
      scheduled: [['calls', '10:00:00', '11:00:00']],
      events: [
        ['10:10:00', 'CALLS'],
        ['11:10:00', 'LOGOUT'],
      ],
    });
    expect(minutes(result.total.inMs)).toBe(50);
    expect(minutes(result.total.notPresentMs)).toBe(10);
    expect(minutes(result.total.notScheduledMs)).toBe(10);
    expect(adherence(result)).toBeCloseTo(0.8333, 4);
    expect(result.total.workedMs / result.total.scheduledMs).toBe(1);
  });

  it('2: eight hours, half an hour late', () => {
    const result = run({
      scheduled: [['calls', '09:00:00', '17:00:00']],
      events: [
        ['09:30:00', 'CALLS'],
        ['17:30:00', 'LOGOUT'],
      ],
    });
    expect(adherence(result)).toBe(0.9375);
    expect(result.total.workedMs).toBe(result.total.scheduledMs);
  });

  it.each([
    ['without a match', defaultMatches, 30, 0],
    ['with Offline -> Lunch', [...defaultMatches, { actual: 'offline', scheduled: 'activity:lunch' }], 0, 30],
  ])('3: logs out for lunch, %s', (_, matches, out, inside) => {
    const { total } = run({
      scheduled: [['lunch', '12:00:00', '12:30:00']],
      events: [
        ['11:00:00', 'CALLS'],
        ['12:00:00', 'LOGOUT'],
        ['12:30:00', 'CALLS'],
        ['13:00:00', 'LOGOUT'],
      ],
      matches,
    });
    expect([minutes(total.notPresentMs), minutes(total.inMs)]).toEqual([out, inside]);
  });

  it.each([
    ['forgive', '10:04:59', 0],
    ['retroactive', '10:04:59', 0],
    ['alarm_only', '10:04:59', 299],
    ['forgive', '10:05:01', 1],
    ['retroactive', '10:05:01', 301],
    ['alarm_only', '10:05:01', 301],
  ] as const)('4: buffer of 300 s, %s, back at %s', (graceMode, back, seconds) => {
    const { total } = run({
      scheduled: [['calls', '10:00:00', '11:00:00']],
      events: [
        [back, 'CALLS'],
        ['11:00:00', 'LOGOUT'],
      ],
      buffer: 300,
      graceMode,
    });
    expect(total.notPresentMs / 1000).toBe(seconds);
    expect(total.rawNotPresentMs).toBe(at(back) - at('10:00:00'));
  });

  it('5: statuses mapped to one activity or to several matched ones give the same score', () => {
    const events = [
      ['10:00:00', 'WAITING'],
      ['10:20:00', 'TALKING'],
      ['10:50:00', 'BREAK'],
    ] as const;
    const scheduled = [['calls', '10:00:00', '11:00:00']] as const;
    const one = run({ scheduled, events: events.map(([t, s]) => [t, s === 'BREAK' ? s : 'CALLS'] as const) });
    const several = run({
      scheduled,
      events,
      matches: ['waiting', 'talking'].map((id) => ({
        actual: `activity:${id}`,
        scheduled: 'activity:calls',
      })),
    });
    expect(several.total).toEqual(one.total);
    expect(minutes(one.total.inMs)).toBe(50);
  });

  it('6: a break of unknown type counts as the fallback', () => {
    const { segments } = run({
      events: [
        ['10:00:00', 'BREAK', 'lunch'],
        ['10:30:00', 'BREAK', 'yoga'],
        ['10:40:00', 'LOGOUT'],
      ],
    });
    expect(segments.map(({ actual }) => actual.activityId)).toEqual([null, 'lunch', 'short-break', null]);
  });

  it('7: a silent feed lowers coverage, not adherence', () => {
    const { total } = run({
      scheduled: [['calls', '14:00:00', '15:00:00']],
      events: [
        ['14:00:00', 'CALLS'],
        ['15:00:00', 'LOGOUT'],
      ],
      feed: {
        thresholdMs: 600_000,
        gaps: [{ from: at('14:07:00'), to: at('14:25:00') }],
        last: at('15:00:00'),
        heard: at('15:00:00'),
      },
      asOf: '15:05:00',
    });
    expect(minutes(total.noDataMs)).toBe(18);
    expect(total.inMs).toBe(total.scheduledMs - total.noDataMs);
  });

  it.each([
    ['spring', '2026-03-28', '2026-03-29', 7],
    ['autumn', '2026-10-24', '2026-10-25', 9],
  ])('8: a night shift over the clock change of %s', (_, evening, morning, hours) => {
    const local = (date: string, time: string) =>
      instantOf('Europe/Paris', Date.parse(`${date}T${time}Z`)).instant;
    const [start, end] = [local(evening, '22:00:00'), local(morning, '06:00:00')];
    const rules = rulesOf({});
    const { segments } = compute(
      {
        externalUsers: [{ integrationId: 'odigo', externalUserId: 'u', validFrom: null, validTo: null }],
        facts: new Map(),
        feeds: new Map(),
        schedules: [{ shiftDate: evening, activities: [{ activityId: 'calls', start, end }] }],
        exceptions: [],
      },
      rules,
      { from: start - 3_600_000, to: end + 3_600_000, asOf: end + 3_600_000, carry: null },
    );
    const days = personDays(segments, rules.activityType, 'Europe/Paris', start, end);
    expect(sumAmounts(days.map(({ totals }) => totals)).scheduledMs).toBe(hours * 3_600_000);
    expect(days.map(({ day, totals }) => [day, totals.scheduledMs / 3_600_000])).toEqual([
      [evening, 2],
      [morning, hours - 2],
    ]);
    const onDate = days.flatMap(({ cells }) => cells).filter(({ shiftDate }) => shiftDate === evening);
    expect(sumAmounts(onDate).scheduledMs).toBe(hours * 3_600_000);
  });

  it('10: signed in on vacation is not scheduled and leaves the score alone', () => {
    const { total } = run({
      scheduled: [['vacation', '08:00:00', '16:00:00']],
      events: [
        ['09:00:00', 'CALLS'],
        ['09:20:00', 'LOGOUT'],
      ],
    });
    expect(total).toMatchObject({ scheduledMs: 0, inMs: 0, notScheduledMs: 20 * 60_000 });
  });
});

describe('single rules', () => {
  it('keeps vacation and illness in adherence without counting them', () => {
    const { segments, total } = run({
      scheduled: [['vacation', '08:00:00', '16:00:00']],
      events: [
        ['08:00:00', 'ILL'],
        ['16:00:00', 'LOGOUT'],
      ],
    });
    expect(segments[1]).toMatchObject({ state: 'IN_ADHERENCE', countedAs: null });
    expect(total.scheduledMs).toBe(0);
  });

  it('goes on with the status before when a heartbeat follows an estimated logout', () => {
    const { segments } = run({
      scheduled: [['calls', '08:00:00', '10:00:00']],
      events: [
        ['09:00:00', 'CALLS'],
        ['12:00:00', 'HEARTBEAT'],
      ],
      asOf: '12:10:00',
    });
    expect(segments.slice(-2).map(({ actual }) => [actual.kind, actual.estimated])).toEqual([
      ['offline', true],
      ['activity', false],
    ]);
  });

  it('shows a sign-in without a status as the activity present', () => {
    const { segments } = run({ events: [['09:00:00', 'LOGIN']], asOf: '09:10:00' });
    expect(segments.at(-1)).toMatchObject({
      actual: { activityId: 'present', externalStatus: null },
      state: 'NOT_SCHEDULED',
    });
  });

  it('keeps excluded time out of the schedule and out of the work', () => {
    const { total } = run({
      scheduled: [['calls', '10:00:00', '11:00:00']],
      events: [['10:00:00', 'CALLS']],
      exceptions: [{ from: at('10:15:00'), to: at('10:30:00') }],
      asOf: '11:00:00',
    });
    expect(total).toMatchObject({
      scheduledMs: 45 * 60_000,
      inMs: 45 * 60_000,
      excludedMs: 15 * 60_000,
      workedMs: 45 * 60_000,
    });
  });

  it('lets an episode cross a change of scheduled activity', () => {
    const { segments } = run({
      scheduled: [
        ['calls', '10:00:00', '10:03:00'],
        ['lunch', '10:03:00', '11:00:00'],
      ],
      buffer: 300,
      asOf: '11:00:00',
    });
    expect(segments.filter(({ inBuffer }) => inBuffer).at(-1)?.to).toBe(at('10:05:00'));
  });
});
