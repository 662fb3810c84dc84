/** Routes -> OpenAPI 3.1, from the schemas that validate them. */
import { z } from 'zod';
import { apiPath } from './mount.ts';
import type { Route } from './route.ts';

export function openApiOf(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = apiPath + route.path;
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'odigo-adherence',
      version: '1',
      description: 'Real-time adherence for contact centres on Odigo.',
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'adherence_session' },
      },
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
    },
  };
}

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
});

function operationOf(route: Route): object {
  const { summary, tag, access, answers } = route;
  const parameters = [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')];
  return {
    operationId: `${route.method}${route.path.replaceAll(/[^A-Za-z]+(\w)?/g, (_, c = '') => c.toUpperCase())}`,
    summary,
    tags: [tag],
    description: accessText(route),
    ...(access === 'public' ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...bodyOf(route),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { description, schema, type = 'application/json' }]) => [
          status,
          {
            description,
            ...(schema ? { content: { [type]: { schema: jsonSchema(schema, 'output') } } } : {}),
          },
        ]),
      ),
      default: {
        description: 'A problem, with every fault at once',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function accessText({ access, teams }: Route): string {
  if (access === 'public') return 'Needs no token.';
  if (access === 'operator') return 'Needs the operator token.';
  if (access === 'session') return 'Needs any token.';
  const limits = {
    narrowed: ' Tokens limited to teams: what concerns their people only.',
    open: ' Tokens limited to teams too.',
    refused: ' Not for tokens limited to teams.',
  };
  return `Roles: ${['admin', ...access].join(', ')}.${access.length === 0 ? '' : limits[teams ?? 'refused']}`;
}

function bodyOf({ body, rawBody }: Route): object {
  if (!body && !rawBody) return {};
  const content = body
    ? { 'application/json': { schema: jsonSchema(body, 'input') } }
    : Object.fromEntries(rawBody!.map((type) => [type, { schema: { type: 'string' } }]));
  return { requestBody: { required: true, content } };
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query'): object[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
    ...(property.description ? { description: property.description } : {}),
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
