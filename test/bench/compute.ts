/** The one computation by itself: a person's 13 months at once, a live event early and late in a year, memory held. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  advance,
  inputsOf,
  type Person,
  rollWindow,
  takeFact,
  windowStartAt,
} from '@adherence/adherence/domain/person.ts';
import { userFacts } from '@adherence/adherence/domain/user-facts.ts';
import { computedDays } from '@adherence/adherence/settle/results.ts';
import { userKey } from '@adherence/domain/compute/actual.ts';
import { compute } from '@adherence/domain/compute/compute.ts';
import { finalUntil } from '@adherence/domain/compute/live.ts';
import { personDays } from '@adherence/domain/compute/person-days.ts';
import { compileRules } from '@adherence/domain/compute/rules.ts';
import type { ActivityType, LineFact, ScheduleDocument } from '@adherence/domain/model.ts';
import { activities, externalUserOf, integrationId, statuses, tenantId, timeZone } from './centre.ts';
import { quantile, type Row, type Section } from './report.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
const firstDay = Date.parse('2025-01-01T00:00:00Z');
const eventsPerDay = 177;
const shiftHours = 10;
const daysPlanned = 28;

const rules = compileRules({
  activityTypes: new Map(activities as readonly (readonly [string, ActivityType])[]),
  statusMappings: new Map([
    [integrationId, new Map(statuses.map(([status, value]) => [status, [{ validFrom: null, value }]]))],
  ]),
  matches: [],
  settings: [],
});
const noFeeds = new Map();

export async function benchCompute(): Promise<Section[]> {
  return [wholeHistory(), liveEvent(), memoryHeld()];
}

function wholeHistory(): Section {
  const rows: Row[] = [];
  for (const days of [30, 395]) {
    const facts = Array.from({ length: days }, (_, day) => factsOf(0, day)).flat();
    const inputs = {
      externalUsers,
      facts: new Map([[userKey(integrationId, externalUserOf(0)), facts]]),
      feeds: noFeeds,
      schedules: Array.from({ length: days }, (_, day) => scheduleOf(day)),
      exceptions: [],
    };
    const [from, asOf] = [firstDay, firstDay + days * dayMs];
    const range = { from, to: asOf, asOf, carry: null };
    const { segments } = compute(inputs, rules, range);
    rows.push({
      range: `${days} days`,
      events: facts.length,
      segments: segments.length,
      'compute ms': medianMs(() => compute(inputs, rules, range)),
      'days and cells ms': medianMs(() => personDays(segments, rules.activityType, timeZone, from, asOf)),
    });
  }
  return { title: 'compute: all of one person at once', rows, notes: ['Medians of 20 after 5.'] };
}

const medianMs = (work: () => unknown): number =>
  median(Array.from({ length: 25 }, () => tookUs(work) / 1000).slice(5));

/** Day by day as the owner of the person does it: take, advance, store, roll the window. */
function liveEvent(): Section {
  liveDays(0, 30);
  const years = [1, 2, 3, 4, 5].map((n) => liveDays(n, 365));
  const rowOf = (day: number): Row => {
    const costs = years.map((year) => year[day - 1]!);
    const of = (part: (cost: DayCost) => readonly number[]) => median(costs.flatMap(part));
    return {
      day,
      'µs an event': of(({ all }) => all),
      'first 20 of the day': of(({ all }) => all.slice(0, 20)),
      'last 20 of the day': of(({ all }) => all.slice(-20)),
      'µs a row of results': of(({ rowUs }) => [rowUs]),
      'KB a row': of(({ rowKb }) => [rowKb]),
    };
  };
  return {
    title: 'compute: a live event, by the day of the year',
    rows: [1, 2, 365].map(rowOf),
    notes: [
      `Medians. ${eventsPerDay} events a day; ${daysPlanned} days of schedules ahead. A row of results is one whole day of a person, as JSON, at the end of the day.`,
    ],
  };
}

interface DayCost {
  /** Microseconds, event by event. */
  readonly all: readonly number[];
  readonly rowUs: number;
  readonly rowKb: number;
}

function liveDays(n: number, days: number): DayCost[] {
  const person = newPerson(n);
  for (let day = 0; day < daysPlanned; day++) putSchedule(person, day);
  return Array.from({ length: days }, (_, day) => {
    putSchedule(person, day + daysPlanned);
    const all = factsOf(n, day).map((fact) =>
      tookUs(() => {
        takeFact(person, fact);
        advance(person, rules, noFeeds, fact.occurredAt + 300);
      }),
    );
    const from = firstDay + day * dayMs;
    let text = '';
    const rowUs = tookUs(() => {
      const inputs = inputsOf(person, noFeeds);
      const version = { offset: day, configurationOffset: 0 };
      const until = finalUntil(inputs, rules, person, person.computedTo);
      const days = computedDays(person, rules, person.segments, { from }, until, version);
      text = JSON.stringify(days.map(({ row }) => row));
    });
    person.unstoredFrom = Number.POSITIVE_INFINITY;
    rollWindow(person, from + dayMs);
    return { all, rowUs, rowKb: text.length / 1000 };
  });
}

function tookUs(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return (performance.now() - startedAt) * 1000;
}

/** What else runs on the machine interrupts a few, so the median is what it takes. */
const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

function memoryHeld(): Section {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const people = 1_000;
  const heapBytes = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heapBytes();
  const held = Array.from({ length: people }, (_, n) => {
    const person = newPerson(n);
    for (let day = 0; day < daysPlanned; day++) putSchedule(person, day);
    for (const fact of [...factsOf(n, 0), ...factsOf(n, 1)]) takeFact(person, fact);
    advance(person, rules, noFeeds, firstDay + 2 * dayMs);
    return person;
  });
  const kb = (heapBytes() - before) / people / 1000;
  const { segments, facts } = held[0]!;
  const events = [...facts.values()][0]!.ordered.length;
  return {
    title: 'compute: memory of a person held by its owner, at the end of a day',
    rows: [{ held: 'yesterday and today', events, segments: segments.length, 'KB a person': kb }],
  };
}

const externalUsers = [
  { integrationId, externalUserId: externalUserOf(0), validFrom: null, validTo: null },
] as const;

function newPerson(n: number): Person {
  const windowStart = windowStartAt(timeZone, firstDay + 6 * hourMs);
  const key = userKey(integrationId, externalUserOf(n));
  return {
    key: `${tenantId}|${n}`,
    tenantId,
    personId: String(n),
    timeZone,
    calendar: timeZone,
    externalUsers: [{ ...externalUsers[0], externalUserId: externalUserOf(n) }],
    exceptions: [],
    facts: new Map([[key, userFacts()]]),
    schedules: new Map(),
    windowStart,
    before: null,
    segments: [],
    end: null,
    computedTo: windowStart,
    changedFrom: windowStart,
    unstoredFrom: Number.POSITIVE_INFINITY,
    live: null,
    dueAt: 0,
  };
}

function putSchedule(person: Person, day: number): void {
  const document = scheduleOf(day);
  person.schedules.set(document.shiftDate, document);
}

function scheduleOf(day: number): ScheduleDocument {
  const start = firstDay + day * dayMs + 8 * hourMs;
  const shares = [
    ['calls', 0, 0.3],
    ['pause', 0.3, 0.35],
    ['calls', 0.35, 0.7],
    ['meeting', 0.7, 0.8],
    ['calls', 0.8, 1],
  ] as const;
  return {
    shiftDate: new Date(start).toISOString().slice(0, 10),
    activities: shares.map(([activityId, from, to]) => ({
      activityId,
      start: start + from * shiftHours * hourMs,
      end: start + to * shiftHours * hourMs,
    })),
  };
}

/** A shift's events; the last one logs out. */
function factsOf(n: number, day: number): LineFact[] {
  const start = firstDay + day * dayMs + 8 * hourMs + n * 1_000;
  return Array.from({ length: eventsPerDay }, (_, k) => {
    const isLast = k === eventsPerDay - 1;
    const occurredAt = Math.floor(start + (k / eventsPerDay) * shiftHours * hourMs);
    return {
      integrationId,
      externalUserId: externalUserOf(n),
      eventType: isLast ? 'LOGOUT' : 'STATUS',
      status: isLast ? null : statuses[k % statuses.length]![0],
      breakType: null,
      occurredAt,
      sequence: null,
      dedupKey: `${n}-${day}-${k}`.padStart(32, '0'),
      contentHash: '0123456789abcdef0123456789abcdef',
      receivedAt: occurredAt + 200,
    };
  });
}
