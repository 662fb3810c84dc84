/** Rows of people in memory whose stored rows are behind, and the final buckets that change with them. */
import { bucketOf, cellsOf } from '@adherence/domain/compute/cells.ts';
import { finalUntil } from '@adherence/domain/compute/live.ts';
import { type Rules, rulesOf, rulesVersion } from '@adherence/domain/compute/rules.ts';
import { clipSegments } from '@adherence/domain/compute/segments.ts';
import { closedPeriodOf } from '@adherence/domain/configuration/closed-periods.ts';
import type { Instant, Segment } from '@adherence/domain/model.ts';
import type { ChangedCell, ResultChange } from '@adherence/store/result-changes.ts';
import { dayCell } from '@adherence/store/rows.ts';
import { changedCells } from '../domain/changed-cells.ts';
import { advance, inputsOf, type Person } from '../domain/person.ts';
import { feedsOf } from '../feeds/feeds.ts';
import type { Owner } from '../owner.ts';
import { type Partition, queueRebuild, versionOffset } from '../partition.ts';
import { causesOfDay } from '../recompute/causes.ts';
import { type ComputedDay, computedDays } from './results.ts';
import { isFinal, type Written, type WrittenDay } from './written.ts';

export interface Advanced {
  readonly tenantId: string;
  readonly rows: readonly ComputedDay[];
  readonly changes: readonly ResultChange[];
}

/** With `everybody` of all, so that their asOf moves on. */
export function advancePeople(owner: Owner, partition: Partition, everybody: boolean): Advanced[] {
  const advanced: Advanced[] = [];
  for (const person of partition.people.values()) {
    const isBehind = Number.isFinite(person.changedFrom) || Number.isFinite(person.unstoredFrom);
    const written = partition.written.get(person.key);
    // Nothing is stored of who was not compared with what is stored: it is about to be computed again.
    if ((!everybody && !isBehind) || !written || written.pending) continue;
    advanced.push(advanceOne(owner, partition, person, written));
  }
  return advanced;
}

function advanceOne(owner: Owner, partition: Partition, person: Person, written: Written): Advanced {
  const { tenantId, personId } = person;
  const tables = owner.configuration.state().tenants.get(tenantId);
  if (!tables) return { tenantId, rows: [], changes: [] };
  const rules = rulesOf(tables.rules);
  const feeds = feedsOf(owner, tenantId, new Set(person.externalUsers.map((u) => u.integrationId)));
  advance(person, rules, feeds, owner.clock.now());
  const until = finalUntil(inputsOf(person, feeds), rules, person, person.computedTo);
  const changedFrom = person.unstoredFrom;
  const from = Math.min(changedFrom, firstFinalFrom(partition, person, written, until));
  const version = { offset: versionOffset(partition), configurationOffset: owner.configuration.offset() };
  const rows: ComputedDay[] = [];
  const changes: ResultChange[] = [];
  for (const day of computedDays(person, rules, person.segments, { from }, until, version)) {
    const known = written.days.get(day.day);
    if (closedPeriodOf(tables, personId, day.day) !== null) {
      const cells = changedBetween(written.segments, person.segments, rules, changedFrom, day, day.to);
      const { causes } = written;
      if (cells.length > 0)
        queueRebuild(partition, { tenantId, personId, from: day.from, to: day.to, causes });
      continue;
    }
    rows.push(day);
    written.days.set(day.day, day);
    if (!known || known.finalUntil <= Math.max(changedFrom, known.from)) continue;
    const cells = changedBetween(
      written.segments,
      person.segments,
      rules,
      changedFrom,
      day,
      known.finalUntil,
    );
    if (cells.length > 0) changes.push(changeOf(person, written, known, day, cells));
  }
  written.segments = person.segments;
  written.causes = [];
  person.unstoredFrom = Number.POSITIVE_INFINITY;
  return { tenantId, rows, changes };
}

/**
 * Start of the first day of the window that is final as a whole now and is not stored as such; Infinity when none.
 * Earlier ones are computed again for it: what was undecided so long may have been decided otherwise.
 */
function firstFinalFrom(partition: Partition, person: Person, written: Written, until: Instant): Instant {
  const { tenantId, personId } = person;
  let first = Number.POSITIVE_INFINITY;
  for (const [name, day] of written.days) {
    if (isFinal(day)) {
      if (day.to <= person.windowStart) written.days.delete(name);
    } else if (until >= day.to) {
      if (day.from >= person.windowStart) {
        first = Math.min(first, day.from);
        continue;
      }
      // It is kept again if it still is not final, and not if it is older than what is kept of the tenant.
      written.days.delete(name);
      queueRebuild(partition, { tenantId, personId, from: day.from, to: day.to });
    }
  }
  return first;
}

function changedBetween(
  before: readonly Segment[],
  after: readonly Segment[],
  { activityType }: Rules,
  from: Instant,
  day: WrittenDay,
  until: Instant,
): ChangedCell[] {
  const start = Math.max(day.from, Number.isFinite(from) ? bucketOf(from) : day.to);
  const end = Math.min(day.to, until);
  if (start >= end) return [];
  const cells = (segments: readonly Segment[]) =>
    cellsOf(clipSegments(segments, start, end), activityType).map(dayCell);
  return changedCells(cells(before), cells(after), Number.POSITIVE_INFINITY);
}

const changeOf = (
  { tenantId, personId, computedTo }: Person,
  { causes }: Written,
  known: WrittenDay,
  { day, version, from, to }: ComputedDay,
  cells: readonly ChangedCell[],
): ResultChange => ({
  tenantId,
  personId,
  day,
  beforeVersion: known.version,
  version,
  recordedAt: computedTo,
  closedPeriod: '',
  rulesBefore: known.rulesVersion,
  rulesAfter: rulesVersion,
  causes: causesOfDay(causes, { from, to }),
  cells,
});
