import { idSchema } from '@adherence/domain/configuration/entities.ts';
import { states } from '@adherence/domain/model.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantQuery, instantView, isoText } from '../http/instant.ts';
import { invalid, notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { actualView } from '../live/row.ts';
import { computedTo, type SegmentRow, segmentOf, segmentsIn } from '../queries/segments.ts';
import { timelineOf } from '../results/timeline.ts';
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
    }),
  ),
});

const maxRangeMs = 400 * 24 * 60 * 60_000;

/** What a person was scheduled for and did, and how it counted. */
export const timelineRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/people/{id}/timeline',
    tag: 'results',
    summary: "A person's time, segment by segment",
    access: readingRoles,
    teams: 'narrowed',
    params: z.strictObject({ id: idSchema }),
    query: z.strictObject({ from: instantQuery, to: instantQuery }),
    answers: { 200: { description: 'Segments without gaps, up to asOf', schema: timelineView } },
    handle: async ({ tenant, params: { id }, query: { from, to }, now }) => {
      const person = tenant.people.get(id)?.document;
      if (!person) throw notFound();
      if (from >= to) throw invalid({ path: 'to', message: 'must be after from' });
      if (to - from > maxRangeMs) throw invalid({ path: 'to', message: 'must be within 400 days of from' });
      const range = { from, to };
      const computedSql = computedTo(tenant.tenantId, id, range);
      const segmentsSql = segmentsIn(tenant.tenantId, [id], range);
      const [computed, rows] = await Promise.all([
        env.database.query<{ computed_to: number; latest_as_of: number }>(
          computedSql.text,
          computedSql.parameters,
        ),
        env.database.query<SegmentRow>(segmentsSql.text, segmentsSql.parameters),
      ]);
      // Where nothing is stored nothing has happened, up to now; where something is, up to what is computed.
      const until = Math.max(from, Math.min(to, computed[0]?.computed_to ?? now));
      const segments = timelineOf(rows.map(segmentOf), person.externalUsers, { from, to: until });
      return json(200, {
        asOf: isoText(computed[0]?.latest_as_of ?? now),
        segments: segments.map((segment) => ({
          ...segment,
          from: isoText(segment.from),
          to: isoText(segment.to),
        })),
      });
    },
  }),
];
