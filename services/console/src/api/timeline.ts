import { closedIntervals } from '@adherence/domain/configuration/closed-periods.ts';
import { idSchema } from '@adherence/domain/configuration/entities.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { type Instant, type Interval, states } from '@adherence/domain/model.ts';
import { z } from 'zod';
import { writerName } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { instantQuery, instantView, isoText } from '../http/instant.ts';
import { invalid, notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { actualView } from '../live/row.ts';
import { computedTo, type SegmentRow, segmentOf, segmentsIn } from '../queries/segments.ts';
import { computeTimeline } from '../results/computed.ts';
import {
  type ExplanationView,
  explainedPart,
  explanationsIn,
  explanationView,
} from '../results/explanation-view.ts';
import { asKnownAtQuery, askSignal, tablesKnownAt } from '../results/known-tables.ts';
import type { Known } from '../results/stretches.ts';
import { type ClosableSegment, type TimelineSegment, timelineOf, withClosed } from '../results/timeline.ts';
import { readingRoles } from './document-routes.ts';

const timelineView = z.object({
  asOf: instantView,
  segments: z.array(
    z.object({
      from: instantView,
      to: instantView,
      scheduledActivityId: z.string().nullable(),
      actual: actualView,
      state: z.enum(states).nullable(),
      inBuffer: z.boolean(),
      countedAs: z.enum(['in', 'out', 'noData', 'excluded']).nullable(),
      closed: z.literal(true).optional().meta({ description: 'In a closed period: it stands' }),
      why: z.array(explanationView).optional().meta({ description: 'With explain=true' }),
    }),
  ),
});

const dayMs = 24 * 60 * 60_000;
const maxRangeMs = 400 * dayMs;
/** An explanation is many times as long as what it explains. */
const maxExplainedMs = 31 * dayMs;

/** What a person was scheduled for and did, how it counted, and why. */
export const timelineRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/people/{id}/timeline',
    tag: 'results',
    summary:
      "A person's time, segment by segment; with the reasons of each, or as it was known at an instant",
    access: readingRoles,
    teams: 'narrowed',
    params: z.strictObject({ id: idSchema }),
    query: z.strictObject({
      from: instantQuery,
      to: instantQuery,
      explain: z.enum(['true', 'false']).default('false'),
      asKnownAt: asKnownAtQuery,
    }),
    answers: {
      200: { description: 'Segments without gaps, up to asOf', schema: timelineView },
      503: { description: 'Too much is being computed; see Retry-After' },
    },
    handle: async (request) => {
      const { tenant, params, query, signal, now } = request;
      const { id } = params;
      const { from, to, asKnownAt } = query;
      const explains = query.explain === 'true';
      if (from >= to) throw invalid({ path: 'to', message: 'must be after from' });
      if (to - from > maxRangeMs) throw invalid({ path: 'to', message: 'must be within 400 days of from' });
      if (explains && to - from > maxExplainedMs) {
        throw invalid({ path: 'to', message: 'must be within 31 days of from, to be explained' });
      }
      if (asKnownAt !== undefined) {
        const tables = await tablesKnownAt(env, request, asKnownAt);
        if (!tables?.people.has(id)) throw notFound();
        const range = { from, to: Math.max(from, Math.min(to, asKnownAt)) };
        const known = { knownAt: asKnownAt, asOf: asKnownAt };
        return computed(env, tables, id, range, known, explains, signal);
      }
      if (!tenant.people.has(id)) throw notFound();
      const stored = await readStored(env, tenant, id, { from, to }, now);
      if (!explains)
        return timelineAnswer(stored.asOf, withClosed(stored.segments, closedIntervals(tenant, id)));
      const range = { from, to: stored.until };
      return computed(env, tenant, id, range, { knownAt: null, asOf: stored.asOf }, explains, signal);
    },
  }),
];

interface StoredTimeline {
  readonly asOf: Instant;
  readonly until: Instant;
  readonly segments: readonly TimelineSegment[];
}

async function readStored(
  env: Environment,
  tenant: TenantTables,
  id: string,
  range: Interval,
  now: Instant,
): Promise<StoredTimeline> {
  const computedSql = computedTo(tenant.tenantId, id, range);
  const segmentsSql = segmentsIn(tenant.tenantId, [id], range);
  const [[row], rows] = await Promise.all([
    env.database.query<{ computed_to: number; latest_as_of: number }>(
      computedSql.text,
      computedSql.parameters,
    ),
    env.database.query<SegmentRow>(segmentsSql.text, segmentsSql.parameters),
  ]);
  // Where nothing is stored nothing has happened, up to now; where something is, up to what is computed.
  const until = Math.max(range.from, Math.min(range.to, row?.computed_to ?? now));
  const { externalUsers } = tenant.people.get(id)!.document;
  const segments = timelineOf(rows.map(segmentOf), externalUsers, { from: range.from, to: until });
  return { asOf: row?.latest_as_of ?? now, until, segments };
}

/** The same from the inputs, for what is not stored: reasons, and how it was known before. */
async function computed(
  env: Environment,
  tables: TenantTables,
  id: string,
  range: Interval,
  known: Known,
  explains: boolean,
  signal: AbortSignal,
): Promise<Response> {
  const stretches = await env.calculator.ask(tables.tenantId, askSignal(env, signal), (run) =>
    computeTimeline(run, tables, id, range, known, explains),
  );
  const pieces = stretches.flatMap(({ segments }) => segments);
  const whole = timelineOf(pieces, tables.people.get(id)!.document.externalUsers, range);
  const segments = withClosed(whole, closedIntervals(tables, id));
  if (!explains) return timelineAnswer(known.asOf, segments);
  const parts = stretches.flatMap(({ explanations, schedules, closedPeriodId }) => {
    const byShiftDate = new Map(schedules.map((document) => [document.shiftDate, document]));
    const nameOf = (writtenBy: string) => writerName(tables, writtenBy);
    return explanations.map((explanation) => explainedPart(explanation, byShiftDate, closedPeriodId, nameOf));
  });
  return timelineAnswer(
    known.asOf,
    segments.map((segment) => ({ ...segment, why: explanationsIn(parts, segment) })),
  );
}

const timelineAnswer = (
  asOf: Instant,
  segments: readonly (ClosableSegment & { readonly why?: readonly ExplanationView[] })[],
): Response =>
  json(200, {
    asOf: isoText(asOf),
    segments: segments.map((segment) => ({
      ...segment,
      from: isoText(segment.from),
      to: isoText(segment.to),
    })),
  });
