/**
 * Computing people again from what is stored: at take-over, for late events, changed configuration, schedules and
 * feeds. Facts taken meanwhile and not yet stored are merged in; facts are a set (architecture.md, "Recomputation
 * without a race").
 */
import { addDays, dayStart, localDateOf } from '@adherence/domain/calendar.ts';
import { userKey } from '@adherence/domain/compute/actual.ts';
import { compute, type PersonInputs } from '@adherence/domain/compute/compute.ts';
import { isUndecided, liveState, nextChange } from '@adherence/domain/compute/live.ts';
import { rulesOf } from '@adherence/domain/compute/rules.ts';
import { appendSegments, carryAt, clipSegments, isOut } from '@adherence/domain/compute/segments.ts';
import {
  type PersonConfiguration,
  policyReachMs,
} from '@adherence/domain/configuration/person-configuration.ts';
import { type TenantTables, timeZoneOf } from '@adherence/domain/configuration/tables.ts';
import type { Instant, LineFact, ScheduleDocument, Segment } from '@adherence/domain/model.ts';
import { personKey } from '@adherence/schemas/topics.ts';
import {
  type Lines,
  loadFirstFacts,
  loadFirstShiftDates,
  loadLines,
  loadSchedules,
  loadStoredResults,
} from '@adherence/store/load.ts';
import type { HeldDocument } from './domain/judge-schedules.ts';
import { type Person, scheduleLookbackDays, windowStartAt } from './domain/person.ts';
import { addFact, dropFactsBefore, type UserFacts, userFacts } from './domain/user-facts.ts';
import { feedReason, feedsOf, loadToldFeeds } from './feeds.ts';
import { configurationOf, type Owner } from './owner.ts';
import type { Partition, Rebuild } from './partition.ts';

const dayMs = 24 * 60 * 60_000;

/** A person computed again: what is in memory from now on, and all segments whose days are to be written. */
export interface Rebuilt {
  readonly person: Person;
  readonly partition: Partition;
  /** Rows from here on are to be written, from these segments. */
  readonly from: Instant;
  readonly segments: readonly Segment[];
  readonly inputs: PersonInputs;
  readonly configuration: PersonConfiguration;
}

/**
 * Computes people of one tenant again, each from where it was asked for, and puts them in the place of what was in
 * memory. People who are deleted meanwhile are dropped and not answered.
 */
export async function rebuildPeople(
  owner: Owner,
  tenantId: string,
  rebuilds: readonly Rebuild[],
): Promise<Rebuilt[]> {
  const { configuration } = owner;
  const tables = configuration.state().tenants.get(tenantId);
  if (!tables) return [];
  await refreshFeeds(owner, tenantId, rebuilds);
  const starts = await startsOf(owner, tenantId, tables, rebuilds);
  const rebuilt: Rebuilt[] = [];
  let open = rebuilds.filter(({ personId }) => configurationOf(owner, tenantId, personId) !== null);
  for (const { personId, partition } of rebuilds) {
    if (!configurationOf(owner, tenantId, personId)) partition.people.delete(personKey(tenantId, personId));
  }
  // Most episodes that reach into a range began within a day before it; the others are read further back.
  for (let lookBackDays = 1; open.length > 0; lookBackDays *= 4) {
    const loadFrom = (personId: string) => starts.get(personId)! - lookBackDays * dayMs;
    const earliest = Math.min(...open.map(({ personId }) => loadFrom(personId)));
    const users = open.flatMap(
      ({ personId }) => configurationOf(owner, tenantId, personId)?.externalUsers ?? [],
    );
    const lines = await loadLines(owner.db, tenantId, users, earliest);
    const documents = await loadSchedules(
      owner.db,
      tenantId,
      open.map(({ personId }) => personId),
      addDays(new Date(earliest).toISOString().slice(0, 10), -scheduleLookbackDays),
      '2199-12-31',
    );
    const again: Rebuild[] = [];
    for (const rebuild of open) {
      const { personId } = rebuild;
      const known = configurationOf(owner, tenantId, personId);
      if (!known) continue;
      const held = documents.get(personId) ?? [];
      const result = computePerson(
        owner,
        rebuild,
        known,
        lines,
        held,
        starts.get(personId)!,
        loadFrom(personId),
      );
      if (result) rebuilt.push(result);
      else again.push(rebuild);
    }
    open = again;
  }
  return rebuilt;
}

/** null when an episode that is still open at the start of the range began before what was loaded. */
function computePerson(
  owner: Owner,
  { partition, tenantId, personId }: Rebuild,
  configuration: PersonConfiguration,
  lines: Lines,
  held: readonly HeldDocument[],
  from: Instant,
  loadedFrom: Instant,
): Rebuilt | null {
  const { rules, timeZone, externalUsers, exceptions } = configuration;
  const asOf = owner.clock.now();
  const key = personKey(tenantId, personId);
  const current = partition.people.get(key);
  const facts = mergeFacts(externalUsers, lines, current);
  const schedules = mergeSchedules(partition, key, held, current);
  const inputs: PersonInputs = {
    externalUsers,
    facts: new Map([...facts].map(([user, { ordered }]) => [user, ordered])),
    feeds: feedsOf(owner, tenantId, new Set(externalUsers.map((user) => user.integrationId))),
    schedules: [...schedules.values()],
    exceptions,
  };
  const windowStart = Math.min(windowStartAt(timeZone, asOf), asOf);
  const start = Math.min(from, windowStart);
  const { segments, end } = compute(inputs, rules, { from: loadedFrom, to: asOf, asOf, carry: null });
  const reachesIn = segments[0] !== undefined && isOut(segments[0].state);
  const carry = carryAt(segments, start);
  if (reachesIn && carry && carry.since === loadedFrom && couldReachFurther(facts, loadedFrom)) return null;
  const writeFrom = carry && isUndecided(carry, rules, start) ? carry.since : start;
  const person: Person = {
    key,
    tenantId,
    personId,
    timeZone,
    externalUsers,
    exceptions,
    facts,
    schedules,
    windowStart,
    before: carryAt(segments, windowStart),
    segments: [],
    end,
    computedTo: asOf,
    changedFrom: Number.POSITIVE_INFINITY,
    unstoredFrom: Number.POSITIVE_INFINITY,
    live: liveState(inputs, rules, segments, end, asOf),
    dueAt: 0,
  };
  person.dueAt = nextChange(inputs, rules, person.live, asOf);
  appendSegments(person.segments, clipSegments(segments, windowStart, Number.POSITIVE_INFINITY));
  for (const userFactsOf of facts.values()) dropFactsBefore(userFactsOf, windowStart);
  partition.people.set(key, person);
  return { person, partition, from: writeFrom, segments, inputs, configuration };
}

/** Before the first event of everybody nothing can have begun. */
function couldReachFurther(facts: ReadonlyMap<string, UserFacts>, computeFrom: Instant): boolean {
  for (const { ordered } of facts.values())
    if (ordered[0] && ordered[0].occurredAt < computeFrom) return true;
  return false;
}

/** Stored facts and those in memory, as one ordered set per user that is assigned now. */
function mergeFacts(
  externalUsers: PersonConfiguration['externalUsers'],
  lines: Lines,
  current: Person | undefined,
): Map<string, UserFacts> {
  const facts = new Map<string, UserFacts>();
  for (const { integrationId, externalUserId } of externalUsers) {
    const user = userKey(integrationId, externalUserId);
    const merged = userFacts((lines.get(user) ?? []) as LineFact[]);
    for (const fact of current?.facts.get(user)?.ordered ?? []) addFact(merged, fact);
    facts.set(user, merged);
  }
  return facts;
}

function mergeSchedules(
  partition: Partition,
  key: string,
  held: readonly HeldDocument[],
  current: Person | undefined,
): Map<string, ScheduleDocument> {
  const newest = new Map(held.map((document) => [document.shiftDate, document]));
  for (const [judged, document] of partition.judged) {
    if (judged.startsWith(`${key}|`)) newest.set(document.shiftDate, document);
  }
  const schedules = new Map<string, ScheduleDocument>();
  for (const document of newest.values()) {
    if (!document.removed) schedules.set(document.shiftDate, document);
  }
  // Same object where nothing changed, so that memory is not doubled.
  for (const [shiftDate, document] of current?.schedules ?? []) {
    if (schedules.get(shiftDate) === undefined) continue;
    if ((document as HeldDocument).offset === newest.get(shiftDate)?.offset)
      schedules.set(shiftDate, document);
  }
  return schedules;
}

/**
 * Where each person is to be computed from: as asked and as far before as the missing-logout policy reaches, not before
 * its first input nor before what is kept; the window in memory at least, since that is replaced as a whole.
 */
async function startsOf(
  owner: Owner,
  tenantId: string,
  tables: TenantTables,
  rebuilds: readonly Rebuild[],
): Promise<Map<string, Instant>> {
  const now = owner.clock.now();
  const kept = now - owner.retentionMs;
  const reach = policyReachMs(rulesOf(tables.rules));
  const firsts = await firstDaysOf(
    owner,
    tenantId,
    rebuilds.filter(({ from }) => from <= kept).map(({ personId }) => personId),
  );
  return new Map(
    rebuilds.map(({ personId, from }) => {
      const person = tables.people.get(personId)?.document;
      const windowStart = person ? windowStartAt(timeZoneOf(tables, person), now) : now;
      const asked = Math.max(from, kept, firsts.get(personId) ?? kept);
      return [personId, Math.min(asked - reach, windowStart)];
    }),
  );
}

/** Start of the first day of each person that has any input, or any row of inputs that were there once. */
async function firstDaysOf(
  owner: Owner,
  tenantId: string,
  personIds: readonly string[],
): Promise<Map<string, Instant>> {
  const firstDays = new Map<string, Instant>();
  if (personIds.length === 0) return firstDays;
  const users = personIds.flatMap((id) => configurationOf(owner, tenantId, id)?.externalUsers ?? []);
  const firstFacts = await loadFirstFacts(owner.db, tenantId, users);
  const firstDates = await loadFirstShiftDates(owner.db, tenantId, personIds);
  const stored = await loadStoredResults(owner.db, tenantId, personIds);
  for (const personId of personIds) {
    const known = configurationOf(owner, tenantId, personId);
    if (!known) continue;
    const { timeZone, externalUsers } = known;
    const firstDate = firstDates.get(personId);
    const firstRow = stored.get(personId)?.firstDay;
    const facts = externalUsers.flatMap(
      ({ integrationId, externalUserId }) => firstFacts.get(userKey(integrationId, externalUserId)) ?? [],
    );
    firstDays.set(
      personId,
      Math.min(
        owner.clock.now(),
        ...facts.map((at) => dayStart(timeZone, localDateOf(timeZone, at))),
        ...(firstDate ? [dayStart(timeZone, addDays(firstDate, -1))] : []),
        ...(firstRow ? [dayStart(timeZone, firstRow)] : []),
      ),
    );
  }
  return firstDays;
}

/** Feeds never read, and those that a request says have changed. */
async function refreshFeeds(owner: Owner, tenantId: string, rebuilds: readonly Rebuild[]): Promise<void> {
  const integrations = new Set<string>();
  for (const { personId, requests } of rebuilds) {
    const changed = requests.some(({ reason }) => reason === feedReason);
    for (const { integrationId } of configurationOf(owner, tenantId, personId)?.externalUsers ?? []) {
      if (changed || !owner.feeds.has(`${tenantId}|${integrationId}`)) integrations.add(integrationId);
    }
  }
  if (integrations.size > 0) await loadToldFeeds(owner, tenantId, [...integrations]);
}
