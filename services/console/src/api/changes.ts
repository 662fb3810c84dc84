import { type Change, entityKinds } from '@adherence/domain/configuration/command.ts';
import { idSchema, type Person } from '@adherence/domain/configuration/entities.ts';
import { isOfTeams, isOnlyOfTeams } from '@adherence/domain/configuration/narrow.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { z } from 'zod';
import { olderChanges } from '../configuration/older-changes.ts';
import { shownDocument } from '../configuration/shown-document.ts';
import { writerName } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { hasText } from '../http/has-text.ts';
import { dateText, instantView, isoText } from '../http/instant.ts';
import { decodeCursor, encodeCursor, pageQuery, pageSchema } from '../http/page.ts';
import { teamsOf } from '../http/principal-tables.ts';
import { invalid } from '../http/problem.ts';
import { json, type Route, type RouteRequest, route } from '../http/route.ts';
import type { ScheduleVersionCursor } from '../queries/schedule-changes.ts';
import { readScheduleChanges, type ScheduleChange, scheduleCursorOf } from '../results/schedule-changes.ts';
import { readingRoles } from './document-routes.ts';

const entities = [...entityKinds, 'schedule'] as const;
const changeView = z.object({
  entity: z.enum(entities),
  id: z.string(),
  change: z.enum(['created', 'replaced', 'deleted']),
  writtenBy: z.string(),
  writtenByName: z.string().nullable(),
  writtenAt: instantView,
  before: z.unknown(),
  after: z.unknown(),
  /** Tells one change from all others of its entity; `causedBy` of GET /result-changes. */
  offset: z.int(),
  /** Address of the final numbers that it changed; null for what changes no numbers. */
  resultChanges: z.string().nullable(),
});
type ChangeView = z.output<typeof changeView>;

const query = z.strictObject({
  ...pageQuery,
  entity: z.enum(entities).optional(),
  id: z
    .string()
    .max(700)
    .optional()
    .meta({ description: 'Of the entity; of a schedule its person and shift date, as in ada/2026-01-05' }),
  search: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'In ids, in names before and after, and in the name of the token that wrote' }),
});
type Asked = Pick<RouteRequest<unknown, z.output<typeof query>, unknown>, 'tenant' | 'principal' | 'query'>;

/** Who changed what, when, before and after. */
export const changeRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/changes',
    tag: 'changes',
    summary: 'Every change of the configuration and of schedules, newest first; secrets are never shown',
    access: readingRoles,
    teams: 'narrowed',
    query,
    answers: { 200: { description: 'A page', schema: pageSchema(changeView) } },
    handle: async (request) => {
      const { tenant, query: asked } = request;
      const cursor = cursorOf(asked.cursor);
      const [ofConfiguration, ofSchedules] = await Promise.all([
        configurationChanges(env, request, cursor.before),
        scheduleChanges(env, request, cursor.schedule),
      ]);
      const items: ChangeView[] = [];
      let next = cursor;
      const nameOf = (writtenBy: string) => writerName(tenant, writtenBy);
      let [c, s] = [0, 0];
      while (items.length < asked.limit && c + s < ofConfiguration.length + ofSchedules.length) {
        const [change, schedule] = [ofConfiguration[c], ofSchedules[s]];
        if (change && (!schedule || change.writtenAt >= schedule.writtenAt)) {
          items.push(viewOf(change, nameOf));
          next = { ...next, before: change.offset };
          c += 1;
        } else {
          items.push(scheduleView(schedule!, nameOf));
          next = { ...next, schedule: scheduleCursorOf(schedule!) };
          s += 1;
        }
      }
      const more = c + s < ofConfiguration.length + ofSchedules.length;
      return json(200, { items, nextCursor: more ? encodeCursor(JSON.stringify(next)) : null });
    },
  }),
];

async function configurationChanges(
  env: Environment,
  { tenant, principal, query: { limit, entity, id, search } }: Asked,
  before: number,
): Promise<readonly Change[]> {
  if (entity === 'schedule') return [];
  const teams = teamsOf(principal);
  const keeps = (change: Change) =>
    (entity === undefined || change.entity === entity) &&
    (id === undefined || displayId(change) === id) &&
    (search === undefined ||
      hasText(search, [displayId(change), nameIn(change.before), nameIn(change.after)]) ||
      hasText(search, [writerName(tenant, change.writtenBy) ?? change.writtenBy])) &&
    (!teams || isSeenBy(teams, tenant, change));
  const { tenantId } = tenant;
  const newest = env.journal.newest(tenantId, before, limit + 1, keeps);
  const keptFrom = env.journal.keptFrom(tenantId, entity);
  const kept = newest.filter(({ offset }) => offset >= keptFrom);
  if (kept.length > limit || keptFrom === 0) return kept;
  const older = Math.min(before, keptFrom);
  return [...kept, ...(await olderChanges(env, tenantId, older, limit + 1 - kept.length, keeps))];
}

async function scheduleChanges(
  env: Environment,
  { tenant, principal, query: { limit, entity, id, search } }: Asked,
  after: ScheduleVersionCursor | null,
): Promise<readonly ScheduleChange[]> {
  if (entity !== undefined && entity !== 'schedule') return [];
  const document = id === undefined ? null : /^([A-Za-z0-9][\w.-]{0,63})\/(\d{4}-\d{2}-\d{2})$/.exec(id);
  if (id !== undefined && (!document || !dateText.safeParse(document[2]).success)) return [];
  const { tenantId, people } = tenant;
  const seen = teamsOf(principal) ? [...people.keys()] : null;
  const personIds = document ? [document[1]!].filter((each) => !seen || people.has(each)) : seen;
  const date = document?.[2] ?? null;
  const anyOf = search === undefined ? [{ personIds, writers: null }] : found(tenant, search, personIds);
  const some = anyOf.filter(({ personIds: of, writers }) => of?.length !== 0 && writers?.length !== 0);
  return readScheduleChanges(env.database, { tenantId, anyOf: some, date, after, limit: limit + 1 });
}

/** Schedules of people who are called so, and those that such a token wrote. */
function found({ people, tokens }: TenantTables, search: string, personIds: readonly string[] | null) {
  const called = (id: string) => hasText(search, [id, people.get(id)?.document.name]);
  const written = [...tokens].filter(([, { document }]) => hasText(search, [document.name]));
  return [
    { personIds: (personIds ?? [...people.keys()]).filter(called), writers: null },
    { personIds, writers: written.map(([id]) => `token:${id}`) },
  ];
}

const nameIn = (document: object | null): string | null =>
  document !== null && 'name' in document ? String(document.name) : null;

interface Cursor {
  /** Offset of the last change of the configuration that was shown. */
  readonly before: number;
  readonly schedule: ScheduleVersionCursor | null;
}

const cursorSchema = z.strictObject({
  before: z.int().nullable(),
  schedule: z.tuple([z.int(), idSchema, dateText, z.int().min(0)]).nullable(),
});

function cursorOf(cursor: string | undefined): Cursor {
  if (cursor === undefined) return { before: Number.POSITIVE_INFINITY, schedule: null };
  const parsed = cursorSchema.safeParse(parseCursor(decodeCursor(cursor)));
  if (!parsed.success) throw invalid({ path: 'cursor', message: 'is none of ours' });
  // JSON has no infinity: none of the configuration was shown yet.
  return { ...parsed.data, before: parsed.data.before ?? Number.POSITIVE_INFINITY };
}

function parseCursor(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

type NameOf = (writtenBy: string) => string | null;

const viewOf = (change: Change, nameOf: NameOf): ChangeView => ({
  entity: change.entity,
  id: displayId(change),
  change: kindOf(change),
  writtenBy: change.writtenBy,
  writtenByName: nameOf(change.writtenBy),
  writtenAt: isoText(change.writtenAt),
  before: shownDocument(change.entity, change.before),
  after: shownDocument(change.entity, change.after),
  offset: change.offset,
  resultChanges: numberless.has(change.entity) ? null : `/api/v1/result-changes?causedBy=${change.offset}`,
});

const scheduleView = (change: ScheduleChange, nameOf: NameOf): ChangeView => ({
  entity: 'schedule',
  id: `${change.person}/${change.date}`,
  change: kindOf(change),
  writtenBy: change.writtenBy,
  writtenByName: nameOf(change.writtenBy),
  writtenAt: isoText(change.writtenAt),
  before: change.before,
  after: change.after,
  offset: change.offset,
  resultChanges: null,
});

const numberless: ReadonlySet<Change['entity']> = new Set(['tenant', 'token', 'urlToken', 'erasure']);

/** The parts of a status mapping's id are separated by a character that is not for reading. */
const displayId = ({ id }: Change): string => id.replaceAll('\u0000', '/');

/** Changes of people and exceptions of other teams are hidden, and those of tokens. */
function isSeenBy(teams: readonly string[], { people }: TenantTables, change: Change): boolean {
  switch (change.entity) {
    case 'person':
      return isOfAnyTeam(change.before, teams) && isOfAnyTeam(change.after, teams);
    case 'exception':
      return [change.before, change.after].every((each) => !each || isOnlyOfTeams(each, people, teams));
    case 'recomputation':
      return change.after?.personIds?.every((personId) => people.has(personId)) === true;
    case 'tenant':
    case 'token':
    case 'urlToken':
    case 'erasure':
      return false;
    default:
      return true;
  }
}

const isOfAnyTeam = (person: Person | null, teams: readonly string[]): boolean =>
  person === null || isOfTeams(person, teams);

function kindOf({ before, after }: Pick<Change | ScheduleChange, 'before' | 'after'>): ChangeView['change'] {
  if (after === null) return 'deleted';
  return before === null ? 'created' : 'replaced';
}
