import { retentionDaysSchema, type Tenant } from '@adherence/domain/configuration/entities.ts';
import type { Stored } from '@adherence/domain/configuration/tables.ts';
import { z } from 'zod';
import { retentionFaults, withRetention } from '../configuration/retention.ts';
import { writePart } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { etagOf } from '../http/etag.ts';
import { invalid } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { readingRoles, tablesOf } from './document-routes.ts';

const tag = 'settings';
const path = '/retention';
const retentionInput = z.strictObject({ days: retentionDaysSchema.nullable() });
const retentionView = z.object({
  days: z.int().nullable().meta({ description: 'null: as long as the operator keeps data' }),
  mostDays: z
    .int()
    .nullable()
    .meta({ description: 'What the operator allows; null while no owner has told' }),
});

/** How long the tenant's data is kept: no longer than the operator allows. What a shorter time deletes is gone. */
export const retentionRoutes = (env: Environment): Route[] => {
  const answer = ({ document, offset }: Stored<Tenant>) =>
    json(
      200,
      { days: document.retentionDays ?? null, mostDays: env.health.retentionDays() },
      { etag: etagOf(offset) },
    );
  return [
    route({
      method: 'get',
      path,
      tag,
      summary: 'For how many days results are kept',
      access: readingRoles,
      teams: 'open',
      answers: { 200: { description: 'The setting, with an ETag', schema: retentionView } },
      handle: ({ tenant }) => answer(tenant.tenant),
    }),
    route({
      method: 'put',
      path,
      tag,
      summary: 'Set for how many days results are kept; what is older is deleted for good',
      access: [],
      body: retentionInput,
      answers: { 200: { description: 'Replaced, or unchanged', schema: retentionView } },
      handle: async (request) => {
        const { tenantId } = request.tenant;
        const { days } = request.body;
        const faults = retentionFaults(days, env.health.retentionDays(), 'days');
        if (faults.length > 0) throw invalid(...faults);
        await writePart(env, request, () => {
          const { document: stored, offset: current } = tablesOf(env, tenantId).tenant;
          const document = withRetention(stored, days);
          return { write: { tenantId, entity: 'tenant', id: tenantId, action: 'put', document }, current };
        });
        return answer(tablesOf(env, tenantId).tenant);
      },
    }),
  ];
};
