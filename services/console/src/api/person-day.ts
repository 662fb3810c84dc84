import { noAmounts } from '@adherence/domain/compute/cells.ts';
import { idSchema } from '@adherence/domain/configuration/entities.ts';
import { holdsAt, type TenantTables, timeZoneOf } from '@adherence/domain/configuration/tables.ts';
import type { Amounts, Interval } from '@adherence/domain/model.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantQuery, instantView, isoText } from '../http/instant.ts';
import { invalid, notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { type PersonEventRow, personEvents } from '../queries/person-events.ts';
import { amountsView, viewOfAmounts } from '../results/amounts.ts';
import { computeAdherence } from '../results/computed.ts';
import { askSignal } from '../results/known-tables.ts';
import { readingRoles } from './document-routes.ts';

const eventView = z.object({
  integrationId: z.string(),
  externalUserId: z.string(),
  occurredAt: instantView,
  receivedAt: instantView,
  eventType: z.string(),
  status: z.string().nullable(),
  breakType: z.string().nullable(),
  sequence: z.int().nullable(),
  /** What was remarkable when it was read, such as a time that was missing. */
  flags: z.array(z.string()).readonly(),
  source: z.object({ partition: z.int(), offset: z.int() }),
});
const eventsView = z.object({ items: z.array(eventView), truncated: z.boolean() });
const previewView = z.object({ before: z.object(amountsView), after: z.object(amountsView) });

const dayMs = 24 * 60 * 60_000;
const maxDays = 31;
const maxEvents = 5_000;
const params = z.strictObject({ id: idSchema });

/** What stands behind a person's day: the events as they came, and what an exception would make of it. */
export const personDayRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/people/{id}/events',
    tag: 'results',
    summary: "Events of a person's external users in a range, as they were read",
    access: readingRoles,
    teams: 'narrowed',
    params,
    query: z.strictObject({ from: instantQuery, to: instantQuery }),
    answers: { 200: { description: 'Events in order of time', schema: eventsView } },
    handle: async ({ tenant, params: { id }, query }) => {
      const person = tenant.people.get(id)?.document;
      if (!person) throw notFound();
      requireRange(query, '');
      const { externalUsers } = person;
      if (externalUsers.length === 0) return json(200, { items: [], truncated: false });
      const { text, parameters } = personEvents(tenant.tenantId, externalUsers, query, maxEvents + 1);
      const rows = await env.database.query<PersonEventRow>(text, parameters);
      const own = rows.filter((row) =>
        externalUsers.some(
          (user) =>
            user.integrationId === row.integration &&
            user.externalUserId === row.external_user &&
            holdsAt(user, row.occurred_at),
        ),
      );
      return json(200, { items: own.slice(0, maxEvents).map(viewOf), truncated: rows.length > maxEvents });
    },
  }),
  route({
    method: 'get',
    path: '/people/{id}/exception-preview',
    tag: 'results',
    summary: "A person's totals over a range as they are, and as they would be with one exception more",
    access: ['planner'],
    teams: 'narrowed',
    params,
    query: z.strictObject({
      from: instantQuery,
      to: instantQuery,
      exceptionFrom: instantQuery,
      exceptionTo: instantQuery,
    }),
    answers: {
      200: { description: 'Both totals; nothing is stored', schema: previewView },
      503: { description: 'Too much is being computed; see Retry-After' },
    },
    handle: async ({ tenant, params: { id }, query, signal, now }) => {
      const person = tenant.people.get(id)?.document;
      if (!person) throw notFound();
      requireRange(query, '');
      requireRange({ from: query.exceptionFrom, to: query.exceptionTo }, 'exception');
      const range = { from: query.from, to: Math.max(query.from, Math.min(query.to, now)) };
      const selected = { personId: id, person, timeZone: timeZoneOf(tenant, person) };
      const group = { key: id, people: [selected], timeZone: selected.timeZone, ownDays: true };
      const totals = (tables: TenantTables) =>
        env.calculator.ask(tenant.tenantId, askSignal(env, signal), async (run): Promise<Amounts> => {
          const asked = { ...range, granularity: 'total', shiftDate: false } as const;
          const known = { knownAt: null, asOf: now };
          const { rows } = await computeAdherence(run, tables, [group], asked, known);
          return rows[0]?.amounts ?? noAmounts;
        });
      const exception = { from: query.exceptionFrom, to: query.exceptionTo };
      const [before, after] = await Promise.all([
        totals(tenant),
        totals(withException(tenant, id, exception)),
      ]);
      return json(200, { before: viewOfAmounts(before), after: viewOfAmounts(after) });
    },
  }),
];

function requireRange({ from, to }: Interval, name: string): void {
  const path = name === '' ? 'to' : `${name}To`;
  if (from >= to) throw invalid({ path, message: 'must be after from' });
  if (to - from > maxDays * dayMs) {
    throw invalid({ path, message: `must be within ${maxDays} days of from` });
  }
}

/** Under an id that none can have, so that it takes nobody's place. */
function withException(tables: TenantTables, personId: string, { from, to }: Interval): TenantTables {
  const document = { personIds: [personId], from, to, reason: '' };
  const stored = { document, offset: -1, writtenBy: '', writtenAt: 0, deleted: false };
  return { ...tables, exceptions: new Map([...tables.exceptions, [' preview', stored]]) };
}

const viewOf = (row: PersonEventRow): z.output<typeof eventView> => ({
  integrationId: row.integration,
  externalUserId: row.external_user,
  occurredAt: isoText(row.occurred_at),
  receivedAt: isoText(row.received_at),
  eventType: row.event_type,
  status: row.status,
  breakType: row.break_type,
  sequence: row.sequence,
  flags: row.flags,
  source: { partition: row.source_partition, offset: row.source_offset },
});
