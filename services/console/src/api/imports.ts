import type { Command, Outcome } from '@adherence/domain/configuration/command.ts';
import { decide } from '@adherence/domain/configuration/decide.ts';
import { z } from 'zod';
import { commandOf as configurationCommandOf, withoutNames } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { teamsOf } from '../http/principal-tables.ts';
import { json, type Route, route } from '../http/route.ts';
import { collected, importLimitBytes, importTypes, type RejectedLine, readLines } from '../imports/lines.ts';
import { everyLine, peopleColumns, readPeopleLines, withinTeams } from '../imports/people-import.ts';
import {
  type ImportedDocument,
  readScheduleLines,
  rejectedByOwner,
  scheduleColumns,
} from '../imports/schedule-import.ts';
import { tablesOf } from './document-routes.ts';
import { commandOf, outcomeUnknown } from './schedules.ts';

const importView = z.object({
  /** Lines that were taken. */
  accepted: z.int(),
  /** Every other line, with what is wrong with it. */
  rejected: z.array(
    z.object({ line: z.int(), errors: z.array(z.object({ path: z.string(), message: z.string() })) }),
  ),
});
const answers = { 200: { description: 'Good lines are taken, bad ones reported', schema: importView } };

/** Many people, or schedules, at once. */
export const importRoutes = (env: Environment): Route[] => [
  route({
    method: 'post',
    path: '/people/import',
    tag: 'people',
    summary: `Import people from a JSON array, NDJSON, or CSV with ${peopleColumns.known.join(',')}`,
    access: ['planner'],
    teams: 'narrowed',
    rawBody: importTypes,
    bodyLimitBytes: importLimitBytes,
    answers,
    handle: async ({ tenant, headers, bytes, principal, now }) => {
      const read = readLines(headers, await bytes(), peopleColumns);
      const { people: all, rejected } = readPeopleLines(read.lines, tenant);
      const teams = teamsOf(principal);
      const { people, beyond } = withinTeams(all, tablesOf(env, tenant.tenantId), teams);
      const commands = people.map(({ personId, document, ifMatch }) =>
        configurationCommandOf(
          env,
          { tenantId: tenant.tenantId, entity: 'person', id: personId, action: 'put', document },
          principal,
          now,
          ifMatch,
        ),
      );
      const outcomes = await writeAll(env, commands);
      const refused = people.flatMap(({ lines }, index) => {
        const outcome = outcomes[index]!;
        if (outcome.ok) return [];
        return everyLine(lines, teams ? withoutNames(outcome.errors) : outcome.errors);
      });
      const total = read.lines.length + read.rejected.length;
      return report(total, [...read.rejected, ...rejected, ...beyond, ...refused]);
    },
  }),
  route({
    method: 'post',
    path: '/schedules/import',
    tag: 'schedules',
    summary: `Import schedules from a JSON array, NDJSON, or CSV with ${scheduleColumns.known.join(',')}`,
    access: ['planner'],
    teams: 'narrowed',
    rawBody: importTypes,
    bodyLimitBytes: importLimitBytes,
    answers,
    handle: async ({ tenant, headers, bytes, principal, now }) => {
      const read = readLines(headers, await bytes(), scheduleColumns);
      const { documents, rejected } = readScheduleLines(read.lines, tenant);
      const byPerson = [...Map.groupBy(documents, ({ personId }) => personId)];
      const commands = byPerson.map(([personId, own]) =>
        commandOf(env, tenant, personId, principal, now, own.map(recordOf)),
      );
      const outcomes = commands.length === 0 ? [] : await sendAll(env, commands);
      const refused = outcomes.flatMap(({ results }, index) => {
        const own = byPerson[index]![1];
        return results.flatMap((result, i) => rejectedByOwner(own[i]!, result));
      });
      const total = read.lines.length + read.rejected.length;
      return report(total, [...read.rejected, ...rejected, ...refused]);
    },
  }),
];

/** Commands under way at once. */
const writtenAtOnce = 1000;

/**
 * In the order of the lines. Only what changes nothing is judged here: a line may need what the one before it does,
 * such as an external user that another person gives up.
 */
async function writeAll(env: Environment, commands: readonly Command[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let i = 0; i < commands.length; i += writtenAtOnce) {
    const part = commands.slice(i, i + writtenAtOnce).map((command) => {
      const outcome = decide(env.configuration.state(), command, 0);
      return outcome.ok && outcome.change === null ? outcome : env.configuration.append(command);
    });
    outcomes.push(...(await Promise.all(part)));
  }
  return outcomes;
}

async function sendAll(env: Environment, commands: Parameters<Environment['schedules']['send']>[0]) {
  try {
    return await env.schedules.send(commands);
  } catch (error) {
    throw outcomeUnknown(error);
  }
}

const recordOf = ({ shiftDate, activities }: ImportedDocument) => ({
  shiftDate,
  ifMatch: null,
  remove: false,
  activities: activities.map(({ activityId, start, end }) => ({ activityId, start, end })),
});

function report(total: number, rejected: readonly RejectedLine[]): Response {
  const lines = collected(rejected);
  return json(200, { accepted: total - lines.length, rejected: lines });
}
