/**
 * Taking a batch: into memory and onto the lists of what is to be stored. Nothing is durable yet, nothing is
 * committed; the live board learns of it at once.
 */
import { addDays } from '@adherence/domain/calendar.ts';
import { userKey } from '@adherence/domain/compute/actual.ts';
import { closedSince } from '@adherence/domain/configuration/closed-periods.ts';
import { isErased } from '@adherence/domain/configuration/erased.ts';
import { policyReachMs } from '@adherence/domain/configuration/person-configuration.ts';
import { externalUserIndexKey } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { scheduleLookbackDays } from '@adherence/domain/schedule-limits.ts';
import type { InMessage } from '@adherence/runtime/broker/broker.ts';
import type {
  ActivityEvent,
  BreakDetail,
  FeedMarks,
  RecomputationAsked,
  ScheduleSet,
} from '@adherence/schemas/records.ts';
import { externalUserKey, personKey, topics } from '@adherence/schemas/topics.ts';
import { loadSchedules } from '@adherence/store/load.ts';
import type { Cause } from '@adherence/store/result-changes.ts';
import { breakDetailRow, factRow, lineFactOf } from '@adherence/store/rows.ts';
import { joinedCauses } from '../domain/changed-cells.ts';
import { type HeldDocument, judgeSchedules, neighbourDays } from '../domain/judge-schedules.ts';
import { type Person, type Taken, takeBreakType, takeFact } from '../domain/person.ts';
import { configurationOf, type Owner, usersOf } from '../owner.ts';
import {
  mergeAsk,
  type Partition,
  partitionOfPerson,
  queueRebuildToCome,
  type Request,
} from '../partition.ts';
import { lateEvent, scheduleCause } from '../recompute/causes.ts';
import { showNewcomers } from './newcomers.ts';

export interface Decoded {
  readonly message: InMessage;
  readonly name: string;
  readonly record: unknown;
}

/** Takes the records of one partition in order; answers the people whose live state may differ. */
export async function takeRecords(
  owner: Owner,
  partition: Partition,
  records: readonly Decoded[],
  /** The board waits for them. */
  isLive: boolean,
): Promise<Set<Person>> {
  const touched = new Set<Person>();
  const commands: { command: ScheduleSet; offset: number }[] = [];
  await owner.configuration.waitFor(newestConfiguration(records));
  if (isLive) {
    const events = records.filter(({ name }) => name === 'ActivityEvent');
    const users = events.map(({ record }) => record as ActivityEvent);
    await showNewcomers(owner, partition, users);
  }
  for (const { message, name, record } of records) {
    const { offset } = message;
    if (name === 'ActivityEvent') takeEvent(owner, partition, record as ActivityEvent, offset, touched);
    else if (name === 'BreakDetail')
      takeBreakDetail(owner, partition, record as BreakDetail, offset, touched);
    else if (name === 'FeedMarks') takeMarks(partition, record as FeedMarks);
    else if (name === 'RecomputationAsked') takeAsk(owner, partition, record as RecomputationAsked, message);
    else if (name === 'ScheduleSet') commands.push({ command: record as ScheduleSet, offset });
  }
  if (commands.length > 0) await takeSchedules(owner, partition, commands, touched);
  partition.unsettled.messages += records.length;
  const last = records.at(-1);
  if (last) partition.position = last.message.offset + 1;
  return touched;
}

/** The tables must be at least as new as those that any record was made with. */
function newestConfiguration(records: readonly Decoded[]): number {
  let newest = 0;
  for (const { record } of records) {
    const { configurationOffset } = record as { configurationOffset?: number };
    if (configurationOffset !== undefined && configurationOffset > newest) newest = configurationOffset;
  }
  return newest;
}

function takeEvent(
  owner: Owner,
  partition: Partition,
  event: ActivityEvent,
  offset: number,
  touched: Set<Person>,
): void {
  const { tenantId, integrationId, dedupKey, receivedAt, replayedAt, flags } = event;
  const { unsettled } = partition;
  if (wasErased(owner, event, receivedAt)) {
    unsettled.received.push([event.sourcePartition, event.sourceOffset, tenantId, integrationId, 'erased']);
    return;
  }
  unsettled.facts.push(factRow(event));
  unsettled.received.push([event.sourcePartition, event.sourceOffset, tenantId, integrationId, 'stored']);
  const fact = lineFactOf(event);
  takeInput(owner, partition, event, touched, {
    take: (person) => takeFact(person, fact),
    offset,
    cause: lateEvent(offset, dedupKey, replayedAt ?? receivedAt, spanOf(event)),
    // One that was clamped stands for another instant than its twin that was not.
    isBounded: !flags.includes('time-in-future') && !flags.includes('time-missing'),
  });
}

function wasErased(
  { configuration }: Owner,
  { tenantId, integrationId, externalUserId, occurredAt }: ActivityEvent | BreakDetail,
  receivedAt: Instant,
): boolean {
  const tables = configuration.state().tenants.get(tenantId);
  return tables !== undefined && isErased(tables, integrationId, externalUserId, occurredAt, receivedAt);
}

/** The answer of a look-up changes what its fact says, as if it had been known from the start. */
function takeBreakDetail(
  owner: Owner,
  partition: Partition,
  detail: BreakDetail,
  offset: number,
  touched: Set<Person>,
): void {
  // Of one that comes later than the erasure it is the event's own time that decides.
  if (wasErased(owner, detail, detail.occurredAt)) return;
  partition.unsettled.breakDetails.push(breakDetailRow(detail));
  takeInput(owner, partition, detail, touched, {
    take: (person) => takeBreakType(person, detail, detail),
    offset,
    cause: { ...lateEvent(offset, detail.dedupKey, detail.foundAt, spanOf(detail)), reason: 'break type' },
    isBounded: true,
  });
}

/**
 * Brings what was told of an external user to the people it may be one of. All whose memory could not take the whole of
 * it are computed again from what will be stored.
 */
function takeInput(
  owner: Owner,
  partition: Partition,
  { tenantId, integrationId, externalUserId, occurredAt }: ActivityEvent | BreakDetail,
  touched: Set<Person>,
  { take, offset, cause, isBounded }: Input,
): void {
  partition.seenUsers.add(externalUserKey(tenantId, integrationId, externalUserId));
  const tables = owner.configuration.state().tenants.get(tenantId);
  const assignments = tables?.personsByExternalUser.get(externalUserIndexKey(integrationId, externalUserId));
  if (!assignments) return;
  for (const personId of new Set(assignments.map((assignment) => assignment.personId))) {
    if (partitionOfPerson(tenantId, personId) !== partition.number) {
      mergeAsk(partition.unsettled.foreign, {
        tenantId,
        personId,
        from: occurredAt,
        to: isBounded ? occurredAt + 1 : null,
        reason: 'event of another partition',
      });
      continue;
    }
    const key = personKey(tenantId, personId);
    const person = partition.people.get(key);
    const taken = person ? take(person) : 'older';
    if (person && taken !== 'older') {
      touched.add(person);
      noteCause(partition, key, cause, occurredAt);
    }
    const to = isBounded ? occurredAt + 1 : null;
    // Of a newcomer there is only what the board needs; memory has no part in what closed periods are frozen from.
    const isOfClosed = closedSince(tables!, personId, cause.at, { from: occurredAt, to }).length > 0;
    if (taken !== 'taken' || isOfClosed || !partition.written.has(key)) {
      const users = [userKey(integrationId, externalUserId)];
      const request = requestOf(cause, { tenantId, personId }, offset, { from: occurredAt, to });
      partition.unsettled.requests.push(request);
      queueRebuildToCome(partition, { ...request, requests: [request], causes: [cause], users });
    }
  }
}

interface Input {
  readonly offset: number;
  /** Answers how the memory of a person took it. */
  readonly take: (person: Person) => Taken;
  readonly cause: Cause;
  /** It changes nothing before it occurred, and what follows only as far as it reaches. */
  readonly isBounded: boolean;
}

/** What is put off is recorded before the offset that it came with is committed. */
const requestOf = (
  { reason, at }: Cause,
  person: { readonly tenantId: string; readonly personId: string },
  offset: number,
  span: Pick<Request, 'from' | 'to'>,
): Request => ({
  ...person,
  ...span,
  askedOn: topics.activityEvents.name,
  askOffset: offset,
  reason,
  recomputationId: '',
  configurationOffset: 0,
  askedAt: at,
});

const spanOf = ({ occurredAt }: Pick<ActivityEvent, 'occurredAt'>) => ({
  from: occurredAt,
  to: occurredAt + 1,
});

/** Kept where it may change what was final. */
function noteCause(partition: Partition, key: string, cause: Cause, from: Instant): void {
  const written = partition.written.get(key);
  if (!written) return;
  for (const { finalUntil } of written.days.values()) {
    if (from >= finalUntil) continue;
    written.causes = joinedCauses(written.causes, [cause]);
    return;
  }
}

function takeMarks(partition: Partition, { tenantId, integrationId, marks }: FeedMarks): void {
  for (const { second, least, greatest } of marks) {
    partition.unsettled.marks.push({ tenantId, integrationId, second, least, greatest });
  }
}

function takeAsk(
  owner: Owner,
  partition: Partition,
  ask: RecomputationAsked,
  { offset, timestamp }: InMessage,
): void {
  const { tenantId, personId, from, reason, recomputationId, configurationOffset } = ask;
  // What reaches to the time of asking is open: it goes on.
  const to = ask.to < timestamp - openWithinMs ? ask.to : null;
  const request = {
    tenantId,
    personId,
    askedOn: topics.activityEvents.name,
    askOffset: offset,
    from,
    to,
    reason,
    recomputationId: recomputationId ?? '',
    configurationOffset,
    askedAt: timestamp,
  };
  partition.unsettled.requests.push(request);
  const users = usersOf(owner, tenantId, personId);
  queueRebuildToCome(partition, { tenantId, personId, from, to, requests: [request], users });
}
const openWithinMs = 24 * 60 * 60_000;

async function takeSchedules(
  owner: Owner,
  partition: Partition,
  commands: readonly { command: ScheduleSet; offset: number }[],
  touched: Set<Person>,
): Promise<void> {
  // What a settling stores while we read is forgotten by then, and may be missing in what we read.
  const judgedBefore = new Map(partition.judged);
  const stored = await loadHeld(owner, commands);
  for (const { command, offset } of commands) {
    const key = personKey(command.tenantId, command.personId);
    const held = new Map(stored.get(key));
    for (const document of command.documents) {
      for (let days = -neighbourDays; days <= neighbourDays; days++) {
        const shiftDate = addDays(document.shiftDate, days);
        const name = judgedKey(key, shiftDate);
        const judged = partition.judged.get(name) ?? judgedBefore.get(name);
        if (judged) held.set(shiftDate, judged);
      }
    }
    takeSchedule(owner, partition, command, offset, held, touched);
  }
}

export const judgedKey = (key: string, shiftDate: string): string => `${key}|${shiftDate}`;

/**
 * Documents around those of the commands as they stood before the first of them, so that a command that is read
 * again after a crash is judged as it was the first time.
 */
async function loadHeld(
  owner: Owner,
  commands: readonly { command: ScheduleSet; offset: number }[],
): Promise<Map<string, Map<string, HeldDocument>>> {
  const byKey = new Map<string, Map<string, HeldDocument>>();
  const before = commands[0]!.offset;
  const tenants = Map.groupBy(commands, ({ command }) => command.tenantId);
  for (const [tenantId, ofTenant] of tenants) {
    const dates = ofTenant
      .flatMap(({ command }) => command.documents.map(({ shiftDate }) => shiftDate))
      .sort();
    const people = [...new Set(ofTenant.map(({ command }) => command.personId))];
    const documents = await loadSchedules(
      owner.db,
      tenantId,
      people,
      addDays(dates[0]!, -neighbourDays),
      addDays(dates.at(-1)!, neighbourDays),
      before,
    );
    for (const [personId, list] of documents) {
      byKey.set(personKey(tenantId, personId), new Map(list.map((d) => [d.shiftDate, d])));
    }
  }
  return byKey;
}

function takeSchedule(
  owner: Owner,
  partition: Partition,
  command: ScheduleSet,
  offset: number,
  held: ReadonlyMap<string, HeldDocument>,
  touched: Set<Person>,
): void {
  const { tenantId, personId, commandId } = command;
  const configuration = configurationOf(owner, tenantId, personId);
  const exists = (activityId: string) => {
    const activity = configuration?.tables.activities.get(activityId);
    return activity !== undefined && !activity.deleted;
  };
  const results = judgeSchedules(command, offset, held, exists, configuration?.timeZone ?? 'UTC');
  partition.unsettled.outcomes.push({ commandId, tenantId, personId, results });
  const key = personKey(tenantId, personId);
  for (const [i, result] of results.entries()) {
    if (!result.ok || result.unchanged) continue;
    const { shiftDate, remove, activities } = command.documents[i]!;
    partition.unsettled.schedules.push([
      tenantId,
      personId,
      shiftDate,
      offset,
      remove ? 1 : 0,
      activities.map(({ activityId }) => activityId),
      activities.map(({ start }) => start),
      activities.map(({ end }) => end),
      commandId,
      command.writtenBy,
      command.writtenAt,
    ]);
    const document: HeldDocument = { shiftDate, offset, removed: remove, activities };
    const before = partition.judged.get(judgedKey(key, shiftDate)) ?? held.get(shiftDate);
    partition.judged.set(judgedKey(key, shiftDate), document);
    const from = changedFrom(before, document);
    const cause = scheduleCause(offset, shiftDate, command.writtenBy, command.writtenAt);
    const person = partition.people.get(key);
    const reach = configuration ? policyReachMs(configuration.rules) : 0;
    const to = changedTo(before, document);
    const isInMemory = person !== undefined && from - reach >= person.windowStart;
    if (person) putSchedule(person, document);
    if (isInMemory) {
      person.changedFrom = Math.min(person.changedFrom, from - reach);
      touched.add(person);
      noteCause(partition, key, cause, from - reach);
    }
    const isOfClosed =
      configuration && closedSince(configuration.tables, personId, cause.at, { from, to }).length > 0;
    if (Number.isFinite(from) && (!isInMemory || isOfClosed)) {
      const request = requestOf(cause, { tenantId, personId }, offset, { from, to });
      partition.unsettled.requests.push(request);
      queueRebuildToCome(partition, { ...request, requests: [request], causes: [cause] });
    }
  }
}

/** Documents before the memory of a person are left to the store. */
function putSchedule(person: Person, document: HeldDocument): void {
  const oldest = addDays(new Date(person.windowStart).toISOString().slice(0, 10), -scheduleLookbackDays);
  if (document.shiftDate < oldest) return;
  if (document.removed) person.schedules.delete(document.shiftDate);
  else person.schedules.set(document.shiftDate, document);
}

function changedFrom(before: HeldDocument | undefined, after: HeldDocument): Instant {
  return Math.min(
    before?.activities[0]?.start ?? Number.POSITIVE_INFINITY,
    after.activities[0]?.start ?? Number.POSITIVE_INFINITY,
  );
}

function changedTo(before: HeldDocument | undefined, after: HeldDocument): Instant {
  return Math.max(before?.activities.at(-1)?.end ?? 0, after.activities.at(-1)?.end ?? 0);
}
