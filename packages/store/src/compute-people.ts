/**
 * People computed from what is stored, for whoever asks without owning them: explanations, numbers as they were known,
 * what-if. Reads as much around the range as decides what is in it, and no more.
 */
import { addDays } from '@adherence/domain/calendar.ts';
import { type Feed, userKey } from '@adherence/domain/compute/actual.ts';
import {
  type Carry,
  compute,
  type PersonInputs,
  type SegmentReason,
} from '@adherence/domain/compute/compute.ts';
import { orderFacts } from '@adherence/domain/compute/facts.ts';
import { reachesBack } from '@adherence/domain/compute/reaches-back.ts';
import type { Rules } from '@adherence/domain/compute/rules.ts';
import { policyReachMs } from '@adherence/domain/configuration/person-configuration.ts';
import type { FeedThreshold } from '@adherence/domain/configuration/tables.ts';
import type { ExternalUserAssignment, Instant, Interval, Segment } from '@adherence/domain/model.ts';
import { scheduleLookbackDays } from '@adherence/domain/schedule-limits.ts';
import { loadFeeds, loadGapsKnownAt, loadSchedules, type ReadDatabase, type StoredSchedule } from './load.ts';
import { type Lines, loadLines } from './load-lines.ts';
import type { StoreView } from './queries.ts';

export interface PersonToCompute {
  readonly personId: string;
  readonly externalUsers: readonly ExternalUserAssignment[];
  readonly exceptions: readonly Interval[];
}

export interface Question extends Interval {
  readonly tenantId: string;
  /** Nothing is computed past it. */
  readonly asOf: Instant;
  /** Only what had been recorded by then; null = all that is stored. */
  readonly knownAt: Instant | null;
  /** One result for each: the same inputs under different rules. */
  readonly rules: readonly Rules[];
  /** With the reasons of segments, and where facts and schedules come from. */
  readonly withReasons: boolean;
}

export interface ComputedPerson {
  readonly personId: string;
  readonly inputs: PersonInputs;
  /** Documents as they are stored, those in `inputs` among them. */
  readonly schedules: readonly StoredSchedule[];
  readonly results: readonly ComputedRange[];
}

export interface ComputedRange {
  /** From before the range to after it; as long as anything in the range depends on. */
  readonly segments: readonly Segment[];
  /** One for each segment, or none. */
  readonly reasons: readonly SegmentReason[];
  /** State at asOf; null when that lies so far behind the range that nothing in it depends on it. */
  readonly end: Carry | null;
}

/** Episodes that are in no buffer any more began at least so long ago: the longest buffer that can be set. */
const longestBufferMs = 24 * 60 * 60_000;
const dayMs = 24 * 60 * 60_000;

/** In the order in which they are done. Rejects as the database does. */
export async function* computePeople(
  db: ReadDatabase,
  question: Question,
  people: readonly PersonToCompute[],
  feeds: ReadonlyMap<string, Feed>,
): AsyncGenerator<ComputedPerson> {
  const { tenantId, from, to, asOf, knownAt, rules, withReasons } = question;
  const computeTo = Math.min(asOf, to + longestBufferMs);
  const reachMs = Math.max(...rules.map(policyReachMs));
  const until = Math.min(asOf, computeTo + reachMs);
  const view: StoreView = { knownAt, until, withSources: withReasons };
  let open = people;
  // Most episodes that reach into a range began within a day before it; the others are read further back.
  for (let lookBackDays = 1; open.length > 0; lookBackDays *= 4) {
    const loadFrom = Math.min(from, asOf) - lookBackDays * dayMs;
    const users = open.flatMap(({ externalUsers }) => externalUsers);
    const [lines, documents] = await Promise.all([
      loadLines(db, tenantId, users, loadFrom, view),
      loadSchedules(
        db,
        tenantId,
        open.map(({ personId }) => personId),
        addDays(dateOf(loadFrom), -scheduleLookbackDays),
        addDays(dateOf(until), scheduleLookbackDays),
        null,
        view,
      ),
    ]);
    const again: PersonToCompute[] = [];
    for (const person of open) {
      const schedules = documents.get(person.personId) ?? [];
      const inputs = inputsOf(person, lines, schedules, feeds);
      const results = rules.map((ofVariant) => {
        const reasons: SegmentReason[] = [];
        const range = { from: loadFrom, to: computeTo, asOf, carry: null };
        const { segments, end } = compute(inputs, ofVariant, range, withReasons ? reasons : null);
        return { segments, reasons, end: computeTo === asOf ? end : null };
      });
      if (results.some(({ segments }) => reachesBack(inputs, segments, from))) again.push(person);
      else yield { personId: person.personId, inputs, schedules, results };
    }
    open = again;
  }
}

const dateOf = (at: Instant): string => new Date(at).toISOString().slice(0, 10);

function inputsOf(
  { externalUsers, exceptions }: PersonToCompute,
  lines: Lines,
  schedules: readonly StoredSchedule[],
  feeds: ReadonlyMap<string, Feed>,
): PersonInputs {
  const facts = new Map(
    externalUsers.map(({ integrationId, externalUserId }) => {
      const key = userKey(integrationId, externalUserId);
      return [key, orderFacts(lines.get(key) ?? [])];
    }),
  );
  return { externalUsers, facts, feeds, schedules: schedules.filter(({ removed }) => !removed), exceptions };
}

/** Silences of integrations, as their people were told them, or as they were known at an instant. */
export async function readFeeds(
  db: ReadDatabase,
  tenantId: string,
  integrations: readonly FeedThreshold[],
  knownAt: Instant | null,
): Promise<Map<string, Feed>> {
  const feeds = new Map<string, Feed>();
  if (knownAt === null) {
    const told = await loadFeeds(
      db,
      tenantId,
      integrations.map(({ integrationId }) => integrationId),
    );
    for (const { integrationId, thresholdMs, gaps, openFrom, last } of told) {
      if (thresholdMs > 0) feeds.set(integrationId, { thresholdMs, gaps, last: openFrom, heard: last });
    }
    return feeds;
  }
  for (const { integrationId, thresholdMs } of integrations) {
    const { gaps, last } = await loadGapsKnownAt(db, tenantId, integrationId, thresholdMs, knownAt);
    feeds.set(integrationId, { thresholdMs, gaps, last, heard: last });
  }
  return feeds;
}
