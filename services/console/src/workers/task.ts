/** What is computed beside the event loop, and how. A task is plain data, so that it can be sent to a worker. */
import type { Feed } from '@adherence/domain/compute/actual.ts';
import { finalUntil } from '@adherence/domain/compute/live.ts';
import { rulesOf } from '@adherence/domain/compute/rules.ts';
import { clipSegments } from '@adherence/domain/compute/segments.ts';
import type { Calendar } from '@adherence/domain/configuration/person-calendar.ts';
import type {
  ConcerningException,
  FeedThreshold,
  TenantRules,
} from '@adherence/domain/configuration/tables.ts';
import { type Explanation, explain } from '@adherence/domain/explain.ts';
import type { Amounts, Instant, Interval, Segment } from '@adherence/domain/model.ts';
import {
  computePeople,
  type PersonToCompute,
  type Question,
  readFeeds,
} from '@adherence/store/compute-people.ts';
import type { ReadDatabase, StoredSchedule } from '@adherence/store/load.ts';
import type { ReportRow } from '../queries/report.ts';
import { reportRowsOf } from '../results/report-rows.ts';
import { type AdherenceQuery, addSegments, createSums } from '../results/sums.ts';

/** What is read: the range, and as of when. */
export interface Asked {
  readonly tenantId: string;
  readonly range: Interval;
  readonly asOf: Instant;
  readonly knownAt: Instant | null;
}

export interface FeedsTask {
  readonly kind: 'feeds';
  readonly tenantId: string;
  readonly integrations: readonly FeedThreshold[];
  readonly knownAt: Instant | null;
}

/** The segments of one person, explained if that is asked for. */
export interface SegmentsTask extends Asked {
  readonly kind: 'segments';
  readonly person: PersonToCompute;
  readonly rules: TenantRules;
  readonly feeds: ReadonlyMap<string, Feed>;
  /** With explanations, for which the exceptions are those of the person. */
  readonly explain: { readonly exceptions: readonly ConcerningException[] } | null;
}

/** The amounts of people by period, one result for each of the rules. */
export interface SumsTask extends Asked {
  readonly kind: 'sums';
  readonly people: readonly PersonInZone[];
  readonly rules: readonly TenantRules[];
  readonly feeds: ReadonlyMap<string, Feed>;
  /** What was asked for as a whole, of which `range` may be a part. */
  readonly query: AdherenceQuery;
}

export interface PersonInZone extends PersonToCompute {
  /** Zone of the calendar by which the amounts are cut. */
  readonly timeZone: string;
  /** Tells which dates they are of. */
  readonly calendar: Calendar;
}

/** The amounts of people by activity. */
export interface ReportTask extends Asked {
  readonly kind: 'report';
  readonly people: readonly PersonToCompute[];
  readonly rules: TenantRules;
  readonly feeds: ReadonlyMap<string, Feed>;
}

export type Task = FeedsTask | SegmentsTask | SumsTask | ReportTask;

export interface ExplainedSegments {
  /** Cut wherever an explanation changes, if they are explained; clipped to the range. */
  readonly segments: readonly Segment[];
  /** One for each segment, or none. */
  readonly explanations: readonly Explanation[];
  readonly schedules: readonly StoredSchedule[];
}

export interface PersonSums {
  readonly personId: string;
  readonly finalUntil: Instant;
  /** For each of the rules: periods in which something counts. */
  readonly variants: readonly (readonly (Interval & { readonly amounts: Amounts })[])[];
}

export interface TaskAnswers {
  feeds: ReadonlyMap<string, Feed>;
  segments: ExplainedSegments;
  sums: readonly PersonSums[];
  report: readonly ReportRow[];
}
export type TaskAnswer<T extends Task> = TaskAnswers[T['kind']];

/** Thrown between two people when nobody waits for the answer any more. */
export class TaskCancelled extends Error {}

export async function runTask<T extends Task>(
  db: ReadDatabase,
  task: T,
  isCancelled: () => boolean,
): Promise<TaskAnswer<T>>;
export async function runTask(db: ReadDatabase, task: Task, isCancelled: () => boolean): Promise<unknown> {
  switch (task.kind) {
    case 'feeds':
      return readFeeds(db, task.tenantId, task.integrations, task.knownAt);
    case 'segments':
      return explainedSegments(db, task);
    case 'sums':
      return personSums(db, task, isCancelled);
    case 'report':
      return activityRows(db, task, isCancelled);
  }
}

const questionOf = ({ tenantId, range, asOf, knownAt }: Asked): Omit<Question, 'rules' | 'withReasons'> => ({
  tenantId,
  from: range.from,
  to: range.to,
  asOf,
  knownAt,
});

async function explainedSegments(db: ReadDatabase, task: SegmentsTask): Promise<ExplainedSegments> {
  const rules = rulesOf(task.rules);
  const question = { ...questionOf(task), rules: [rules], withReasons: task.explain !== null };
  const { from, to } = task.range;
  for await (const { results, schedules } of computePeople(db, question, [task.person], task.feeds)) {
    const { segments, reasons } = results[0]!;
    const clipped = clipSegments(segments, from, to);
    if (!task.explain) return { segments: clipped, explanations: [], schedules: [] };
    const whole = explain(segments, reasons, task.rules, rules, task.explain.exceptions);
    const explanations = whole
      .filter((explanation) => explanation.from < to && explanation.to > from)
      .map((explanation, i) => ({ ...explanation, from: clipped[i]!.from, to: clipped[i]!.to }));
    return { segments: clipped, explanations, schedules };
  }
  throw new Error('a person was asked for and not computed');
}

async function personSums(
  db: ReadDatabase,
  task: SumsTask,
  isCancelled: () => boolean,
): Promise<readonly PersonSums[]> {
  const rules = task.rules.map(rulesOf);
  const question = { ...questionOf(task), rules, withReasons: false };
  const part = { ...task.query, ...task.range };
  const calendars = new Map(task.people.map(({ personId, ...inZone }) => [personId, inZone]));
  const sums: PersonSums[] = [];
  for await (const { personId, inputs, results } of computePeople(db, question, task.people, task.feeds)) {
    if (isCancelled()) throw new TaskCancelled();
    const variants = results.map(({ segments }, i) => {
      const { timeZone, calendar } = calendars.get(personId)!;
      const ofPerson = createSums([{ key: personId, timeZone, calendar }], task.query);
      addSegments(ofPerson, 0, segments, rules[i]!.activityType, part);
      return ofPerson.rows().map(({ from, to, amounts }) => ({ from, to, amounts }));
    });
    const until = finalUntil(inputs, rules[0]!, results[0]!, task.asOf);
    sums.push({ personId, finalUntil: until, variants });
  }
  return sums;
}

async function activityRows(
  db: ReadDatabase,
  task: ReportTask,
  isCancelled: () => boolean,
): Promise<readonly ReportRow[]> {
  const rules = rulesOf(task.rules);
  const question = { ...questionOf(task), rules: [rules], withReasons: false };
  const rows: ReportRow[] = [];
  for await (const { personId, results } of computePeople(db, question, task.people, task.feeds)) {
    if (isCancelled()) throw new TaskCancelled();
    rows.push(...reportRowsOf(personId, results[0]!.segments, rules.activityType, task.range));
  }
  return rows;
}
