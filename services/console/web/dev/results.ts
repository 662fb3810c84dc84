/** What the console's API would answer for the made-up centre, by the domain's own computation. */
import { dayEnd, dayStart, localDateOf } from '@adherence/domain/calendar.ts';
import { userKey } from '@adherence/domain/compute/actual.ts';
import { bucketMs, cellsOf, sumAmounts } from '@adherence/domain/compute/cells.ts';
import { type Computed, compute, type PersonInputs } from '@adherence/domain/compute/compute.ts';
import { liveState } from '@adherence/domain/compute/live.ts';
import { appendSegments, clipSegments } from '@adherence/domain/compute/segments.ts';
import type { Amounts, Instant, Segment } from '@adherence/domain/model.ts';
import type { AdherenceRow, LiveItemJson } from '../src/api/types.ts';
import { type FixturePerson, integrationId, rules, tenant } from './centre.ts';

const feed = { thresholdMs: 3_600_000, gaps: [], last: null, heard: null };
const isoText = (at: Instant) => new Date(at).toISOString();
const isoOrNull = (at: Instant | null) => (at === null ? null : isoText(at));

export interface PersonResult {
  readonly person: FixturePerson;
  readonly segments: readonly Segment[];
  readonly live: LiveItemJson | null;
}

/** A person as of an instant; nothing later is known. */
export function resultOf(person: FixturePerson, asOf: Instant): PersonResult {
  const inputs: PersonInputs = {
    externalUsers: person.externalUsers,
    facts: new Map(
      person.externalUsers.map(({ externalUserId }) => [
        userKey(integrationId, externalUserId),
        person.facts.filter(({ occurredAt }) => occurredAt <= asOf),
      ]),
    ),
    feeds: person.externalUsers.length > 0 ? new Map() : new Map([[integrationId, feed]]),
    schedules: person.schedules,
    exceptions: [],
  };
  const from = dayStart(person.timeZone, person.schedules[0]!.shiftDate);
  const computed = compute(inputs, rules, { from, to: asOf, asOf, carry: null });
  const segments: Segment[] = [];
  appendSegments(segments, computed.segments);
  return { person, segments, live: liveItem(person, inputs, computed, asOf) };
}

function liveItem(
  { id, name, team, planningUnitId }: FixturePerson,
  inputs: PersonInputs,
  { segments, end }: Computed,
  asOf: Instant,
): LiveItemJson | null {
  const live = liveState(inputs, rules, segments, end, asOf);
  if (!live || live.state === null) return null;
  return {
    personId: id,
    name,
    team,
    planningUnitId,
    scheduledActivityId: live.scheduledActivityId,
    scheduledUntil: isoOrNull(live.scheduledUntil),
    nextScheduled: live.nextScheduled && { ...live.nextScheduled, at: isoText(live.nextScheduled.at) },
    actual: live.actual,
    state: live.state,
    since: isoText(live.since),
    inBuffer: live.inBuffer,
    bufferEndsAt: isoOrNull(live.bufferEndsAt),
  };
}

/** GET /people/{id}/timeline */
export const timelineOf = ({ segments }: PersonResult, from: Instant, to: Instant, asOf: Instant) => ({
  asOf: isoText(asOf),
  segments: clipSegments(segments, from, to).map(({ shiftDate: _, ...segment }) => ({
    ...segment,
    from: isoText(segment.from),
    to: isoText(segment.to),
  })),
});

export interface AdherenceQuery {
  readonly from: Instant;
  readonly to: Instant;
  readonly granularity: string;
  readonly groupBy: string;
  readonly byShift: boolean;
}

const bucketSizes: Readonly<Record<string, number>> = {
  '15m': bucketMs,
  '30m': 2 * bucketMs,
  '1h': 4 * bucketMs,
};

/** GET /adherence, for people who were already chosen. */
export function adherenceOf(
  results: readonly PersonResult[],
  { from, to, granularity, groupBy, byShift }: AdherenceQuery,
  asOf: Instant,
): AdherenceRow[] {
  const groups = new Map<string, { row: Omit<AdherenceRow, keyof Sums>; amounts: Amounts[] }>();
  for (const { person, segments } of results) {
    const key = keyOf(person, groupBy);
    for (const cell of cellsOf(segments, rules.activityType, from, to)) {
      const zone = groupBy === 'tenant' ? tenant.timeZone : person.timeZone;
      const date = byShift && cell.shiftDate ? cell.shiftDate : localDateOf(zone, cell.bucket);
      const size = bucketSizes[granularity];
      const start = size
        ? Math.floor(cell.bucket / size) * size
        : granularity === 'day'
          ? dayStart(zone, date)
          : from;
      const end = size ? start + size : granularity === 'day' ? dayEnd(zone, date) : to;
      const id = `${start}|${Object.values(key)[0] ?? ''}`;
      const group = groups.get(id) ?? {
        row: { from: isoText(start), to: isoText(end), ...key, final: end + bucketMs <= asOf },
        amounts: [],
      };
      group.amounts.push(cell);
      groups.set(id, group);
    }
  }
  return [...groups.values()]
    .map(({ row, amounts }) => ({ ...row, ...sumsOf(sumAmounts(amounts)) }))
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
}

type Sums = ReturnType<typeof sumsOf>;

function sumsOf(amounts: Amounts) {
  const { rawInMs, rawNotPresentMs, rawWrongActivityMs, ...graced } = amounts;
  const { scheduledMs, noDataMs, inMs, workedMs } = graced;
  const ratio = (a: number, b: number) => (b === 0 ? null : a / b);
  return {
    ...graced,
    raw: { inMs: rawInMs, notPresentMs: rawNotPresentMs, wrongActivityMs: rawWrongActivityMs },
    adherence: ratio(inMs, scheduledMs - noDataMs),
    coverage: ratio(scheduledMs - noDataMs, scheduledMs),
    conformance: ratio(workedMs, scheduledMs),
  };
}

function keyOf(person: FixturePerson, groupBy: string): Partial<AdherenceRow> {
  if (groupBy === 'person') return { personId: person.id };
  if (groupBy === 'team') return { team: person.team };
  return groupBy === 'planningUnit' ? { planningUnitId: person.planningUnitId } : {};
}

/** GET /schedules: the documents of shift dates in `[from, to]`. */
export const schedulesOf = ({ id, schedules }: FixturePerson, from: string, to: string) =>
  schedules
    .filter(({ shiftDate }) => from <= shiftDate && shiftDate <= to)
    .map(({ shiftDate, activities }) => ({
      personId: id,
      shiftDate,
      activities: activities.map(({ activityId, start, end }) => ({
        activityId,
        start: isoText(start),
        end: isoText(end),
      })),
    }));
