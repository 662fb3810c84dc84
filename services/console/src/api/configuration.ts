import { type Change, entityKinds, type Outcome } from '@adherence/domain/configuration/command.ts';
import { z } from 'zod';
import { fileFormat, fileOf, fileSchema } from '../configuration/file.ts';
import { type FilePlan, planFile } from '../configuration/file-plan.ts';
import { shownDocument } from '../configuration/shown-document.ts';
import { commandWith } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { HttpProblem, invalid } from '../http/problem.ts';
import { json, type Route, type RouteRequest, route } from '../http/route.ts';
import { newId } from '../http/tokens.ts';
import { importLimitBytes } from '../imports/lines.ts';

const tag = 'configuration';
const query = z.strictObject({
  remove: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'true: what a section of the file does not list is deleted' }),
});
type Asked = Pick<
  RouteRequest<unknown, z.output<typeof query>, z.output<typeof fileSchema>>,
  'tenant' | 'query' | 'body' | 'now'
>;

const diffView = z.object({
  changes: z.array(
    z.object({
      entity: z.enum(entityKinds),
      id: z.string(),
      change: z.enum(['created', 'replaced', 'deleted']),
      before: z.unknown(),
      after: z.unknown(),
    }),
  ),
});
const importedView = z.object({ created: z.int(), replaced: z.int(), deleted: z.int() });

const writtenAtOnce = 5_000;

/** The configuration as one file: to be kept in git, compared, and brought back. */
export const configurationRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/configuration/export',
    tag,
    summary: 'The configuration as one file; passwords are in it as they are kept, sealed',
    access: [],
    answers: {
      200: {
        description: 'What POST /configuration/import takes',
        schema: z.looseObject({ format: z.literal(fileFormat) }),
      },
    },
    handle: ({ tenant, now }) => {
      const name = `${tenant.tenantId}-${new Date(now).toISOString().slice(0, 10)}.json`;
      return new Response(`${JSON.stringify(fileOf(tenant), null, 2)}\n`, {
        headers: {
          'content-type': 'application/json',
          'content-disposition': `attachment; filename="${name}"`,
        },
      });
    },
  }),
  route({
    method: 'post',
    path: '/configuration/diff',
    tag,
    summary: 'What an import of the file would change; changes nothing',
    access: [],
    query,
    body: fileSchema,
    bodyLimitBytes: importLimitBytes,
    answers: { 200: { description: 'The changes in the order of writing', schema: diffView } },
    handle: async (request) => {
      const { changes } = await planOf(env, request);
      return json(200, {
        changes: changes.map((change) => ({
          entity: change.entity,
          id: change.id.replaceAll('\u0000', '/'),
          change: kindOf(change),
          before: shownDocument(change.entity, change.before),
          after: shownDocument(change.entity, change.after),
        })),
      });
    },
  }),
  route({
    method: 'post',
    path: '/configuration/import',
    tag,
    summary: 'Import the configuration from one file: all of it, or with one bad entry none',
    access: [],
    query,
    body: fileSchema,
    bodyLimitBytes: importLimitBytes,
    answers: { 200: { description: 'What was written', schema: importedView } },
    handle: async (request) => {
      await env.configuration.catchUp();
      const { writes, changes } = await planOf(env, request);
      const importId = newId('c', env.random);
      const outcomes: Outcome[] = [];
      for (let i = 0; i < writes.length; i += writtenAtOnce) {
        const part = writes
          .slice(i, i + writtenAtOnce)
          .map(({ ifMatch, ...write }, index) =>
            commandWith(`${importId}-${i + index}`, write, request.principal, request.now, ifMatch),
          );
        outcomes.push(...(await env.configuration.appendAll(part)));
      }
      const refused = outcomes.flatMap((outcome, index) =>
        outcome.ok
          ? []
          : outcome.errors.map(({ message }) => ({
              path: '',
              message: `${writes[index]!.entity} ${writes[index]!.id}: ${message}`,
            })),
      );
      if (refused.length > 0) {
        throw new HttpProblem(
          409,
          'Something was changed meanwhile, and the rest is taken: import again.',
          refused,
        );
      }
      const count = (kind: string) => changes.filter((change) => kindOf(change) === kind).length;
      return json(200, { created: count('created'), replaced: count('replaced'), deleted: count('deleted') });
    },
  }),
];

async function planOf(env: Environment, { tenant, query: { remove }, body, now }: Asked): Promise<FilePlan> {
  const plan = await planFile(env, tenant, body, remove === 'true', now);
  if (plan.faults.length > 0) throw invalid(...plan.faults);
  return plan;
}

function kindOf({ before, after }: Change): 'created' | 'replaced' | 'deleted' {
  if (after === null) return 'deleted';
  return before === null ? 'created' : 'replaced';
}
