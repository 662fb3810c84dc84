import type { Environment } from '../environment.ts';
import { teamsOf } from '../http/principal-tables.ts';
import { HttpProblem } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';
import { answerImport, importView } from '../imports/answer.ts';
import { importLimitBytes, importTypes, readLines } from '../imports/lines.ts';
import { peopleColumns, readPeopleLines, withinTeams } from '../imports/people-import.ts';
import {
  type ImportedDocument,
  readScheduleLines,
  rejectedByOwner,
  scheduleColumns,
} from '../imports/schedule-import.ts';
import { writePeople } from '../imports/write-people.ts';
import { localTimeRule } from '../schedules/local-time.ts';
import { tablesOf } from './document-routes.ts';
import { commandOf, outcomeUnknown } from './schedules.ts';

const answers = {
  200: {
    description:
      'Good lines are taken, bad ones reported. With Accept: application/x-ndjson lines of {"progress": {lines, done}} come first.',
    schema: importView,
  },
};

const peopleRule =
  'A line of JSON is a whole person, as in a PUT. A CSV leaves what it has no column for as it is and adds its external users to those that are; a column that is there and empty clears.';

/** Many people, or schedules, at once. */
export const importRoutes = (env: Environment): Route[] => [
  route({
    method: 'post',
    path: '/people/import',
    tag: 'people',
    summary: `Import people from a JSON array, NDJSON, or CSV with ${peopleColumns.known.join(',')}. ${peopleRule}`,
    access: ['planner'],
    teams: 'narrowed',
    rawBody: importTypes,
    bodyLimitBytes: importLimitBytes,
    answers,
    handle: async ({ tenant, headers, bytes, principal, now }) => {
      const read = await readLines(headers, await bytes(), peopleColumns);
      const all = await readPeopleLines(read, tenant);
      const { people, beyond } = withinTeams(all.people, tablesOf(env, tenant.tenantId), teamsOf(principal));
      return answerImport(
        headers,
        {
          lines: read.lines.length + read.rejected.length,
          rejected: [...read.rejected, ...all.rejected, ...beyond],
          work: people,
          linesOf: ({ lines }) => lines.length,
          write: (part) => writePeople(env, tenant.tenantId, part, principal, now),
          atOnce: 5_000,
        },
        asProblem,
      );
    },
  }),
  route({
    method: 'post',
    path: '/schedules/import',
    tag: 'schedules',
    summary: `Import schedules from a JSON array, NDJSON, or CSV with ${scheduleColumns.known.join(',')}. ${localTimeRule}`,
    access: ['planner'],
    teams: 'narrowed',
    rawBody: importTypes,
    bodyLimitBytes: importLimitBytes,
    answers,
    handle: async ({ tenant, headers, bytes, principal, now }) => {
      const read = await readLines(headers, await bytes(), scheduleColumns);
      const { documents, rejected } = await readScheduleLines(read.lines, tenant);
      const byPerson = [...Map.groupBy(documents, ({ personId }) => personId)];
      return answerImport(
        headers,
        {
          lines: read.lines.length + read.rejected.length,
          rejected: [...read.rejected, ...rejected],
          work: byPerson,
          linesOf: ([, own]) => own.reduce((sum, { lines }) => sum + lines.length, 0),
          write: async (part, done) => {
            const outcomes = await sendAll(
              env,
              part.map(([personId, own]) =>
                commandOf(env, tenant, personId, principal, now, own.map(recordOf)),
              ),
              (index) => done(part[index]!),
            );
            return outcomes.flatMap(({ results }, index) => {
              const own = part[index]![1];
              return results.flatMap((result, i) => rejectedByOwner(own[i]!, result));
            });
          },
          atOnce: 10_000,
        },
        asProblem,
      );
    },
  }),
];

async function sendAll(env: Environment, ...send: Parameters<Environment['schedules']['send']>) {
  try {
    return await env.schedules.send(...send);
  } catch (error) {
    throw outcomeUnknown(error);
  }
}

/** The answer has begun: what went wrong is its last line. Lines taken so far stay; importing again is safe. */
const asProblem = (error: unknown): HttpProblem =>
  error instanceof HttpProblem
    ? error
    : new HttpProblem(503, 'The import stopped; what was taken stays. It may be repeated as it is.');

const recordOf = ({ shiftDate, activities }: ImportedDocument) => ({
  shiftDate,
  ifMatch: null,
  remove: false,
  activities: activities.map(({ activityId, start, end }) => ({ activityId, start, end })),
});
