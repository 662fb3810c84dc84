/**
 * What administrators change while the load runs, as a pure function of the seed. Every validFrom is given, so that
 * nothing depends on when it is written. Two lanes work side by side; each in its own order, on entities of its own.
 */
import { type Random, randomOf } from '@adherence/demo/random.ts';
import type { ApiRequest } from './api-request.ts';
import { type ChaosStep, chaosOf } from './chaos.ts';
import {
  type Agent,
  type Assignment,
  type Centre,
  type ExternalUser,
  integrations,
  personDocument,
  type Shift,
  settingsOf,
  units,
} from './contact-centre.ts';

export interface Change {
  readonly lane: 'people and rules' | 'schedules';
  /** Part of the load that has been accepted by then, 0 to 1. */
  readonly at: number;
  readonly what: string;
  /** Written one after the other. */
  readonly requests: readonly ApiRequest[];
}

export function changesOf(seed: number, centre: Centre): Change[] {
  return [...peopleAndRules(seed, centre), ...schedules(seed, centre)].toSorted((a, b) => a.at - b.at);
}

/** The request that writes a shift; the initial ones are imported. */
export const scheduleRequest = ({ personId, shiftDate, activities }: Shift): ApiRequest => ({
  method: 'PUT',
  path: `/schedules/${personId}/${shiftDate}`,
  body: {
    activities: activities.map(({ activityId, start, end }) => ({
      activityId,
      start: iso(start),
      end: iso(end),
    })),
  },
});

interface Desk {
  readonly random: Random;
  readonly centre: Centre;
  readonly people: Map<string, Pick<Agent, 'personId' | 'team' | 'planningUnitId'>>;
  readonly assignments: Map<string, readonly Assignment[]>;
  readonly exceptions: Map<string, ApiRequest>;
}

const leastChanges = 18;
const mostChanges = 34;
/** As a part of the load: about as long as it takes until the partitions of a killed owner have another one. */
const takeOverTime = 0.12;

function peopleAndRules(seed: number, centre: Centre): Change[] {
  const random = randomOf('faults', seed, 'changes');
  const desk: Desk = {
    random,
    centre,
    people: new Map(centre.agents.map((agent) => [agent.personId, agent])),
    assignments: new Map(
      centre.agents.map(({ personId, users }) => [
        personId,
        users.map((user) => ({ ...user, validFrom: null, validTo: null })),
      ]),
    ),
    exceptions: new Map(),
  };
  const changes: Change[] = [];
  const count = random.whole(leastChanges, mostChanges);
  const lastWide = lastWideAt(seed, random);
  for (let n = 0; n < count; n++) {
    const at = 0.02 + (0.93 * (n + random.next())) / count;
    // Each kind once, then any.
    const kind = n < kinds.length ? kinds[n]! : random.pick(kinds);
    if (kind.isWide && at > lastWide) continue;
    changes.push({ lane, at, what: kind.what, requests: kind.write(desk) });
  }
  changes.push({ lane, at: lastWide, what: 'the last settings', requests: settings(desk) });
  return changes.filter(({ requests }) => requests.length > 0);
}
const lane = 'people and rules';

/**
 * What concerns everybody computes everybody again, and so would heal what an earlier take-over broke. The last such
 * change comes while the partitions of an adherence instance change hands.
 */
function lastWideAt(seed: number, random: Random): number {
  const handOvers = chaosOf(seed).filter(({ kind, at }) => kind === 'adherence' && at > 0.4);
  return random.pick(handOvers as [ChaosStep, ...ChaosStep[]]).at + random.next() * takeOverTime;
}

interface ChangeKind {
  readonly what: string;
  /** It concerns everybody, or all of an integration. */
  readonly isWide?: true;
  /** Nothing when there is nothing to change. */
  readonly write: (desk: Desk) => readonly ApiRequest[];
}

const kinds: readonly [ChangeKind, ...ChangeKind[]] = [
  {
    what: 'a status is mapped',
    isWide: true,
    write: (desk) => [mapping(desk, desk.random.pick(['TRAINING', 'OUTBOUND']), null, null)],
  },
  { what: 'a user is mapped', write: mapStranger },
  { what: 'a user is handed over', write: handOver },
  {
    what: 'a status is remapped from a day on',
    isWide: true,
    write: (desk) => [mapping(desk, anyStatus(desk), null, anyTime(desk))],
  },
  { what: 'a user is handed over', write: handOver },
  { what: 'settings', isWide: true, write: settings },
  { what: 'a user moves', write: moveUser },
  { what: 'an exception', write: exception },
  {
    what: 'a status is remapped for ever',
    isWide: true,
    write: (desk) => [mapping(desk, anyStatus(desk), null, null)],
  },
  { what: 'a user is taken away', write: takeUser },
  { what: 'a break type is mapped', isWide: true, write: breakMapping },
  { what: 'matches', isWide: true, write: matches },
  { what: 'a person changes the unit', write: changeUnit },
  { what: 'a person changes the team', write: changeTeam },
  { what: 'an exception is changed', write: changeException },
  { what: 'a break type is unmapped', isWide: true, write: unmapBreak },
];

const iso = (at: number): string => new Date(at).toISOString();

function mapping(desk: Desk, status: string, breakType: string | null, validFrom: string | null): ApiRequest {
  return {
    method: 'POST',
    path: `/integrations/${desk.random.pick(integrations).id}/status-mappings`,
    body: {
      status,
      breakType,
      activityId: desk.random.pick(['calls', 'mail', 'meeting', 'lunch']),
      validFrom,
    },
  };
}

const anyStatus = ({ random }: Desk): string =>
  random.pick(['AVAILABLE', 'TALKING', 'WRAPUP', 'BACKOFFICE', 'BREAK', 'TRAINING', 'OUTBOUND']);

function breakMapping(desk: Desk): ApiRequest[] {
  const validFrom = desk.random.chance(0.5) ? anyTime(desk) : null;
  return [mapping(desk, 'BREAK', desk.random.pick(['smoke', 'coach', 'lunch']), validFrom)];
}

function unmapBreak({ random }: Desk): ApiRequest[] {
  // Mapped at the start, so that there always is something to delete.
  const { id } = random.pick(integrations);
  const address = `/integrations/${id}/status-mappings`;
  const body = { status: 'BREAK', breakType: 'smoke', activityId: 'lunch', validFrom: null };
  return [
    { method: 'POST', path: address, body },
    { method: 'DELETE', path: `${address}?status=BREAK&breakType=smoke`, body: null },
  ];
}

/** Within the three days, to the second. */
function anyTime({ random, centre }: Desk): string {
  const first = Date.parse(`${centre.dates[0]}T04:00:00Z`);
  return iso(first + random.whole(0, 56 * 3_600) * 1_000);
}

function putPerson({ people, assignments }: Desk, personId: string): ApiRequest {
  const body = personDocument(people.get(personId)!, assignments.get(personId)!);
  return { method: 'PUT', path: `/people/${personId}`, body };
}

const anyPerson = ({ random, centre }: Desk): string =>
  random.pick(centre.agents as unknown as readonly [Agent, ...Agent[]]).personId;

function mapStranger(desk: Desk): ApiRequest[] {
  const { random, centre, assignments } = desk;
  const taken = [...assignments.values()].flat();
  const free = centre.strangers.find((user) => !taken.some((other) => isSame(user, other)));
  if (!free) return [];
  const personId = anyPerson(desk);
  const validFrom = random.chance(0.5) ? anyTime(desk) : null;
  assignments.set(personId, [...assignments.get(personId)!, { ...free, validFrom, validTo: null }]);
  return [putPerson(desk, personId)];
}

const isSame = (a: ExternalUser, b: ExternalUser): boolean =>
  a.integrationId === b.integrationId && a.externalUserId === b.externalUserId;

/** Someone whose assignment is open at its end, and someone else. */
function twoPeople(desk: Desk): { from: string; to: string; assignment: Assignment } | null {
  const { random, assignments } = desk;
  const open = [...assignments].flatMap(([personId, list]) =>
    list.filter(({ validTo }) => validTo === null).map((assignment) => ({ personId, assignment })),
  );
  if (open.length === 0) return null;
  const { personId: from, assignment } = random.pick(open as [(typeof open)[0], ...typeof open]);
  const to = anyPerson(desk);
  return to === from ? null : { from, to, assignment };
}

function handOver(desk: Desk): ApiRequest[] {
  const pair = twoPeople(desk);
  if (!pair) return [];
  const { from, to, assignment } = pair;
  const at = anyTime(desk);
  if (assignment.validFrom !== null && assignment.validFrom >= at) return [];
  replace(desk, from, assignment, [{ ...assignment, validTo: at }]);
  desk.assignments.set(to, [...desk.assignments.get(to)!, { ...assignment, validFrom: at }]);
  return [putPerson(desk, from), putPerson(desk, to)];
}

function moveUser(desk: Desk): ApiRequest[] {
  const pair = twoPeople(desk);
  if (!pair) return [];
  const { from, to, assignment } = pair;
  replace(desk, from, assignment, []);
  desk.assignments.set(to, [...desk.assignments.get(to)!, assignment]);
  return [putPerson(desk, from), putPerson(desk, to)];
}

/** Of someone who works without a schedule, if there is one: nothing may remain of it. */
function takeUser(desk: Desk): ApiRequest[] {
  const { random, centre, assignments } = desk;
  const planned = new Set(centre.shifts.map(({ personId }) => personId));
  const unplanned = [...assignments].filter(([personId, list]) => list.length > 0 && !planned.has(personId));
  if (unplanned.length > 0) {
    const [personId] = random.pick(unplanned as [(typeof unplanned)[0], ...typeof unplanned]);
    assignments.set(personId, []);
    return [putPerson(desk, personId)];
  }
  const pair = twoPeople(desk);
  if (!pair) return [];
  replace(desk, pair.from, pair.assignment, []);
  return [putPerson(desk, pair.from)];
}

function replace({ assignments }: Desk, personId: string, old: Assignment, by: readonly Assignment[]): void {
  assignments.set(
    personId,
    assignments.get(personId)!.flatMap((each) => (each === old ? by : [each])),
  );
}

function changeUnit(desk: Desk): ApiRequest[] {
  const personId = anyPerson(desk);
  desk.people.set(personId, { ...desk.people.get(personId)!, planningUnitId: desk.random.pick(units).id });
  return [putPerson(desk, personId)];
}

function changeTeam(desk: Desk): ApiRequest[] {
  const personId = anyPerson(desk);
  desk.people.set(personId, {
    ...desk.people.get(personId)!,
    team: desk.random.pick(['red', 'green', 'blue']),
  });
  return [putPerson(desk, personId)];
}

function settings(desk: Desk): ApiRequest[] {
  const { random } = desk;
  const bufferSeconds = {
    notPresent: random.whole(0, 600),
    wrongActivity: random.whole(0, 300),
    notScheduled: random.whole(0, 120),
  };
  const graceMode = random.pick(['forgive', 'retroactive', 'alarm_only']);
  const validFrom = random.chance(0.7) ? anyTime(desk) : null;
  return [{ method: 'PUT', path: '/settings', body: settingsOf(bufferSeconds, graceMode, validFrom) }];
}

function matches(desk: Desk): ApiRequest[] {
  const { random } = desk;
  const rules = [
    { actual: 'type:Presence', scheduled: 'type:Presence' },
    ...(random.chance(0.5) ? [{ actual: 'type:Break', scheduled: 'type:Break' }] : []),
    ...(random.chance(0.5) ? [{ actual: 'offline', scheduled: 'activity:lunch' }] : []),
    ...(random.chance(0.5) ? [{ actual: 'activity:mail', scheduled: 'activity:meeting' }] : []),
  ];
  const validFrom = random.chance(0.5) ? anyTime(desk) : null;
  return [{ method: 'PUT', path: '/matches', body: { rules, validFrom } }];
}

function exception(desk: Desk): ApiRequest[] {
  const { random, exceptions } = desk;
  const from = anyTime(desk);
  const to = iso(Date.parse(from) + random.whole(20, 300) * 60_000);
  const whom = random.chance(0.4)
    ? { teams: [random.pick(['red', 'green', 'blue'])] }
    : { personIds: [anyPerson(desk), anyPerson(desk)] };
  const path = `/exceptions/x${exceptions.size}`;
  const request: ApiRequest = { method: 'PUT', path, body: { ...whom, from, to, reason: 'System outage' } };
  exceptions.set(path, request);
  return [request];
}

/** Moved by an hour, or deleted. */
function changeException(desk: Desk): ApiRequest[] {
  const { random, exceptions } = desk;
  const existing = [...exceptions.values()].filter(({ method }) => method === 'PUT');
  if (existing.length === 0) return [];
  const { path, body } = random.pick(existing as [ApiRequest, ...ApiRequest[]]);
  const { to, ...rest } = body as { readonly to: string };
  const request: ApiRequest = random.chance(0.4)
    ? { method: 'DELETE', path, body: null }
    : { method: 'PUT', path, body: { ...rest, to: iso(Date.parse(to) + 3_600_000) } };
  exceptions.set(path, request);
  return [request];
}

/** Shifts get other activities, become days off, are deleted and come back. */
function schedules(seed: number, { shifts }: Centre): Change[] {
  const random = randomOf('faults', seed, 'schedules');
  const some = shifts.filter(() => random.chance(0.25)).slice(0, 30);
  const edits = some.flatMap((shift) => {
    const kind = random.pick(['other activities', 'shorter', 'day off', 'deleted']);
    const edit = { what: `a schedule: ${kind}`, request: editOf(random, shift, kind) };
    return random.chance(0.3)
      ? [edit, { what: 'a schedule: back', request: scheduleRequest(shift) }]
      : [edit];
  });
  return edits.map(({ what, request }, index) => ({
    lane: 'schedules',
    at: 0.02 + (0.93 * (index + random.next())) / edits.length,
    what,
    requests: [request],
  }));
}

function editOf(random: Random, shift: Shift, kind: string): ApiRequest {
  const put = (activities: Shift['activities']) => scheduleRequest({ ...shift, activities });
  const { activities } = shift;
  switch (kind) {
    case 'other activities':
      return put(
        activities.map((a) =>
          random.chance(0.4) ? { ...a, activityId: random.pick(['calls', 'mail', 'meeting']) } : a,
        ),
      );
    case 'shorter':
      return put(activities.slice(0, Math.max(1, activities.length - random.whole(1, 3))));
    case 'day off':
      return put([]);
    default:
      return { method: 'DELETE', path: scheduleRequest(shift).path, body: null };
  }
}
