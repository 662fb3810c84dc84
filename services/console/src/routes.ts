/** Every route of the API. */
import { z } from 'zod';
import { activityRoutes } from './api/activities.ts';
import { adherenceRoutes } from './api/adherence.ts';
import { adherenceDaysRoutes } from './api/adherence-days.ts';
import { breakDetailTestRoutes } from './api/break-detail-test.ts';
import { changeRoutes } from './api/changes.ts';
import { closedPeriodRoutes } from './api/closed-periods.ts';
import { configurationRoutes } from './api/configuration.ts';
import { erasureRoutes } from './api/erasures.ts';
import { exceptionRoutes } from './api/exceptions.ts';
import { firstNotificationRoutes } from './api/first-notification.ts';
import { importRoutes } from './api/imports.ts';
import { integrationHealthRoutes } from './api/integration-health.ts';
import { integrationRoutes } from './api/integrations.ts';
import { liveRoutes } from './api/live.ts';
import { matchRoutes } from './api/matches.ts';
import { personRoutes } from './api/people.ts';
import { personDayRoutes } from './api/person-day.ts';
import { pipelineRoutes } from './api/pipeline.ts';
import { planningUnitRoutes } from './api/planning-units.ts';
import { recomputationRoutes } from './api/recomputations.ts';
import { rejectedRoutes } from './api/rejected.ts';
import { reportRoutes } from './api/reports.ts';
import { resultChangeRoutes } from './api/result-changes.ts';
import { retentionRoutes } from './api/retention.ts';
import { scheduleRoutes } from './api/schedules.ts';
import { sessionRoutes } from './api/session.ts';
import { settingsRoutes } from './api/settings.ts';
import { statusMappingRoutes } from './api/status-mappings.ts';
import { tenantRoutes } from './api/tenants.ts';
import { timelineRoutes } from './api/timeline.ts';
import { tokenRoutes } from './api/tokens.ts';
import { unmappedUserRoutes } from './api/unmapped-users.ts';
import { urlTokenRoutes } from './api/url-tokens.ts';
import { whatIfRoutes } from './api/what-if.ts';
import type { Environment } from './environment.ts';
import type { Authentication } from './http/authenticate.ts';
import { openApiOf } from './http/openapi.ts';
import { json, type Route, route } from './http/route.ts';

export function allRoutes(env: Environment, authentication: Authentication): Route[] {
  const routes = [
    // Before /people/{id}, of which an import is none.
    ...importRoutes(env),
    ...sessionRoutes(env, authentication),
    ...tenantRoutes(env),
    ...tokenRoutes(env),
    ...planningUnitRoutes(env),
    ...activityRoutes(env),
    ...personRoutes(env),
    ...erasureRoutes(env),
    ...integrationRoutes(env),
    ...breakDetailTestRoutes(env),
    ...urlTokenRoutes(env),
    ...integrationHealthRoutes(env),
    ...firstNotificationRoutes(env),
    ...statusMappingRoutes(env),
    ...unmappedUserRoutes(env),
    ...matchRoutes(env),
    ...settingsRoutes(env),
    ...retentionRoutes(env),
    ...scheduleRoutes(env),
    ...exceptionRoutes(env),
    ...configurationRoutes(env),
    ...changeRoutes(env),
    ...recomputationRoutes(env),
    ...closedPeriodRoutes(env),
    ...resultChangeRoutes(env),
    ...rejectedRoutes(env),
    ...pipelineRoutes(env),
    ...adherenceRoutes(env),
    ...adherenceDaysRoutes(env),
    ...timelineRoutes(env),
    ...whatIfRoutes(env),
    ...personDayRoutes(env),
    ...reportRoutes(env),
    ...liveRoutes(env),
  ];
  return [...routes, openApiRoute(routes)];
}

function openApiRoute(routes: readonly Route[]): Route {
  let document: object | null = null;
  return route({
    method: 'get',
    path: '/openapi.json',
    tag: 'description',
    summary: 'This description, in OpenAPI 3.1',
    access: 'public',
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.object({}) } },
    handle: () => {
      document ??= openApiOf(routes);
      return json(200, document);
    },
  });
}
