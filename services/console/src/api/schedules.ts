import { idSchema } from '@adherence/domain/configuration/entities.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { ScheduledActivity } from '@adherence/domain/model.ts';
import { DeadlineError } from '@adherence/runtime/errors.ts';
import type { ScheduleSet } from '@adherence/schemas/records.ts';
import { z } from 'zod';
import { writerOf } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { etagOf } from '../http/etag.ts';
import { hasText } from '../http/has-text.ts';
import { dateText, isoText } from '../http/instant.ts';
import { decodeCursor, encodeCursor, pageQuery, pageSchema } from '../http/page.ts';
import { HttpProblem, invalid, notFound } from '../http/problem.ts';
import { json, noContent, type Principal, type Route, route } from '../http/route.ts';
import { newId } from '../http/tokens.ts';
import { type ScheduleRow, schedulesOf } from '../queries/schedules.ts';
import { selectionQuery, selectPeople } from '../results/selection.ts';
import type { ScheduleOutcome, ScheduleResult } from '../schedules/commands.ts';
import { readSlots, scheduleInput, scheduleView, scheduleZone } from '../schedules/documents.ts';
import { localTimeRule } from '../schedules/local-time.ts';
import { readingRoles } from './document-routes.ts';

const tag = 'schedules';
const params = z.strictObject({ personId: idSchema, shiftDate: dateText });
const path = '/schedules/{personId}/{shiftDate}';
const firstDate = '1970-01-01';
const lastDate = '2199-12-31';

/** The schedule of a person and a shift date, replaced as a whole. */
export const scheduleRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/schedules',
    tag,
    summary: 'List schedules by person and shift date',
    access: readingRoles,
    teams: 'narrowed',
    query: z.strictObject({
      ...pageQuery,
      ...selectionQuery,
      from: dateText.default(firstDate),
      to: dateText.default(lastDate),
      search: z.string().max(200).optional().meta({ description: 'In names, ids and teams of people' }),
    }),
    answers: {
      200: { description: 'A page', schema: pageSchema(scheduleView.extend({ etag: z.string() })) },
    },
    handle: async ({ tenant, query }) => {
      const { limit, cursor, from, to, search } = query;
      const people = selectPeople(tenant, query).flatMap(({ personId, person: { name, team } }) =>
        search === undefined || hasText(search, [personId, name, team]) ? [personId] : [],
      );
      const [afterPerson = '', afterDate = ''] = cursor ? decodeCursor(cursor).split('|') : [];
      if (cursor && !dateText.safeParse(afterDate).success)
        throw invalid({ path: 'cursor', message: 'is none of ours' });
      const after = cursor ? { personId: afterPerson, shiftDate: afterDate } : null;
      const rows: ScheduleRow[] = [];
      // Parts are in the order of ids, so that a page is full, or the last, before the next part is asked.
      const ids = people.filter((id) => after === null || id >= after.personId).sort();
      for (let i = 0; i < ids.length && rows.length <= limit; i += peopleAtOnce) {
        const wanted = limit + 1 - rows.length;
        const sql = schedulesOf(tenant.tenantId, ids.slice(i, i + peopleAtOnce), from, to, after, wanted);
        rows.push(...(await env.database.query<ScheduleRow>(sql.text, sql.parameters)));
      }
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      const items = rows.slice(0, limit).map((row) => ({ ...viewOf(row), etag: etagOf(row.last_offset) }));
      return json(200, { items, nextCursor: last ? encodeCursor(`${last.person}|${last.date}`) : null });
    },
  }),
  route({
    method: 'get',
    path,
    tag,
    summary: 'Read the schedule of a person and a shift date',
    access: readingRoles,
    teams: 'narrowed',
    params,
    answers: { 200: { description: 'The schedule, with an ETag', schema: scheduleView } },
    handle: async ({ tenant, params: { personId, shiftDate } }) => {
      if (!tenant.people.has(personId)) throw notFound();
      const sql = schedulesOf(tenant.tenantId, [personId], shiftDate, shiftDate, null, 1);
      const [row] = await env.database.query<ScheduleRow>(sql.text, sql.parameters);
      if (!row) throw notFound();
      return json(200, viewOf(row), { etag: etagOf(row.last_offset) });
    },
  }),
  route({
    method: 'put',
    path,
    tag,
    summary: `Create or replace the schedule of a person and a shift date; no activities = day off. ${localTimeRule}`,
    access: ['planner'],
    teams: 'narrowed',
    params,
    body: scheduleInput,
    answers: {
      200: { description: 'Replaced, or unchanged', schema: scheduleView },
      201: { description: 'Created', schema: scheduleView },
    },
    handle: async ({ tenant, params: { personId, shiftDate }, body, headers, principal, now }) => {
      const zone = scheduleZone(tenant, personId);
      if (zone === null) throw notFound();
      if ((body.personId ?? personId) !== personId || (body.shiftDate ?? shiftDate) !== shiftDate) {
        throw invalid({
          path: '',
          message: 'personId and shiftDate must be those of the address, or absent',
        });
      }
      const { activities, faults } = readSlots(body.activities, zone);
      if (faults.length > 0) throw invalid(...faults);
      const command = commandOf(env, tenant, personId, principal, now, [
        { shiftDate, ifMatch: ifMatchOf(headers), remove: false, activities },
      ]);
      const result = accepted(await outcomeOf(env, command));
      return json(result.created ? 201 : 200, view(personId, shiftDate, activities), { etag: result.etag! });
    },
  }),
  route({
    method: 'delete',
    path,
    tag,
    summary: 'Delete the schedule of a person and a shift date',
    access: ['planner'],
    teams: 'narrowed',
    params,
    answers: { 204: { description: 'Deleted' } },
    handle: async ({ tenant, params: { personId, shiftDate }, headers, principal, now }) => {
      if (!tenant.people.has(personId)) throw notFound();
      const command = commandOf(env, tenant, personId, principal, now, [
        { shiftDate, ifMatch: ifMatchOf(headers), remove: true, activities: [] },
      ]);
      if (accepted(await outcomeOf(env, command)).unchanged) throw notFound();
      return noContent();
    },
  }),
];

const peopleAtOnce = 500;

export function commandOf(
  env: Environment,
  tenant: TenantTables,
  personId: string,
  principal: Principal | null,
  writtenAt: number,
  documents: ScheduleSet['documents'],
): ScheduleSet {
  return {
    tenantId: tenant.tenantId,
    personId,
    commandId: newId('s', env.random),
    documents,
    configurationOffset: env.configuration.offset(),
    writtenBy: writerOf(principal),
    writtenAt,
  };
}

async function outcomeOf(env: Environment, command: ScheduleSet): Promise<ScheduleOutcome> {
  try {
    const [outcome] = await env.schedules.send([command]);
    return outcome!;
  } catch (error) {
    throw outcomeUnknown(error);
  }
}

/** Without an outcome in time the truth is that nobody knows. */
export function outcomeUnknown(error: unknown): unknown {
  if (!(error instanceof DeadlineError)) return error;
  const detail =
    'The outcome is not known yet; it may still take effect. The request may be repeated as it is.';
  return new HttpProblem(503, detail, [], { 'retry-after': '5' });
}

function accepted({ results }: ScheduleOutcome): ScheduleResult {
  const result = results[0]!;
  if (result.ok) return result;
  if (result.problem === 'stale') {
    throw new HttpProblem(412, 'It was changed since it was read; nothing is overwritten.', result.errors);
  }
  throw invalid(...result.errors);
}

/** As the owner compares it: the tag as text, or `*`. */
function ifMatchOf(headers: Headers): string | null {
  if (headers.has('if-none-match')) {
    throw invalid({ path: 'If-None-Match', message: 'is not possible for schedules' });
  }
  return headers.get('if-match')?.trim().replace(/^W\//, '') || null;
}

const viewOf = (row: ScheduleRow): z.output<typeof scheduleView> =>
  view(
    row.person,
    row.date,
    row.activity_ids.map((activityId, i) => ({ activityId, start: row.starts[i]!, end: row.ends[i]! })),
  );

const view = (
  personId: string,
  shiftDate: string,
  activities: readonly ScheduledActivity[],
): z.output<typeof scheduleView> => ({
  personId,
  shiftDate,
  activities: activities.map(({ activityId, start, end }) => ({
    activityId,
    start: isoText(start),
    end: isoText(end),
  })),
});
