/**
 * Requests for every route, made from the OpenAPI document: a new route is called by the tests that use this without
 * anybody having to remember it. Values keep to their schemas; ids and names are what the test says.
 */
import fc from 'fast-check';

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly description?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

export interface Operation {
  readonly method: string;
  /** Under /api/v1, with the names of its parameters. */
  readonly path: string;
  readonly description: string;
  readonly isPublic: boolean;
  readonly parameters: readonly Parameter[];
  /** null = takes no JSON body. */
  readonly body: JsonSchema | null;
  /** Takes the lines of an import. */
  readonly isImport: boolean;
}

export interface GeneratedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** What stands in a string field of this name, null to leave it to its schema. */
export type Named = (name: string, isId: boolean) => fc.Arbitrary<string> | null;

// biome-ignore lint/suspicious/noExplicitAny: a document of OpenAPI, of any shape
export function operationsOf(openApi: any): Operation[] {
  return Object.entries<Record<string, typeof openApi>>(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const content = operation.requestBody?.content ?? {};
      const isImport = 'text/csv' in content;
      return {
        method: method.toUpperCase(),
        path: path.replace('/api/v1', ''),
        description: operation.description ?? '',
        isPublic: operation.security?.length === 0,
        parameters: operation.parameters ?? [],
        body: isImport ? null : (content['application/json']?.schema ?? null),
        isImport,
      };
    }),
  );
}

export const nameOf = ({ method, path }: Operation): string => `${method} ${path}`;

export function requestOf(operation: Operation, named: Named): fc.Arbitrary<GeneratedRequest> {
  const { method, path, parameters, body, isImport } = operation;
  const value = ({ name, schema }: Parameter) => valueOfSchema(schema, named, name);
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const pathValues = fc.record(Object.fromEntries(inPath.map((each) => [each.name, value(each)])));
  const queryValues = fc.record(Object.fromEntries(inQuery.map((each) => [each.name, value(each)])), {
    requiredKeys: inQuery.filter(({ required }) => required).map(({ name }) => name),
  });
  const bodies = isImport
    ? importLines(named)
    : body
      ? valueOfSchema(body, named, '')
      : fc.constant(undefined);
  return fc.tuple(pathValues, queryValues, bodies).map(([values, query, content]) => {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(values[name])),
    );
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
    }
    return { method, path: search.size > 0 ? `${filled}?${search}` : filled, body: content };
  });
}

/** The same requests for the same seed. */
export const sampled = <T>(arbitrary: fc.Arbitrary<T>, seed: number, count = 1): T[] =>
  fc.sample(arbitrary, { seed, numRuns: count });

function valueOfSchema(schema: JsonSchema, named: Named, name: string): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => valueOfSchema(each, named, name)));
  switch (schema.type) {
    case 'object':
      return objectOf(schema, named);
    case 'array':
      return fc.array(valueOfSchema(schema.items ?? {}, named, name), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, Math.max(schema.minItems ?? 0, 3)),
      });
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1000, max: Math.min(schema.maximum ?? 1000, 2 ** 31 - 1) });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1000, max: schema.maximum ?? 1000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return textOf(schema, named, name);
    default:
      return fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.dictionary(fc.string(), fc.string()));
  }
}

function objectOf({ properties = {}, required = [] }: JsonSchema, named: Named): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(
    ([name, schema]) => [name, valueOfSchema(schema, named, name)] as const,
  );
  return fc.record(Object.fromEntries(fields), {
    requiredKeys: required.filter((name) => name in properties),
    noNullPrototype: true,
  });
}

const idPattern = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';

function textOf(schema: JsonSchema, named: Named, name: string): fc.Arbitrary<string> {
  const given = named(name, schema.pattern === idPattern);
  if (given) return given;
  if (schema.format === 'date-time' || schema.description?.startsWith('ISO 8601')) return instantsOf(name);
  if (schema.format === 'date') return instantsOf(name).map((text) => text.slice(0, 10));
  if (schema.format === 'email') return fc.constant('operations@centre.example');
  if (schema.format === 'uri') return fc.constant('https://odigo.example/tenant');
  if (name === 'timeZone') return fc.constantFrom('Europe/Paris', 'UTC', 'America/New_York');
  if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern));
  const { minLength = 0, maxLength = 40 } = schema;
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)), unit: 'grapheme' });
}

/** Ends lie after beginnings, mostly: a range that is none is refused before anything else. */
function instantsOf(name: string): fc.Arbitrary<string> {
  const isEnd = /^(to|end|validTo)$/.test(name);
  const min = new Date(isEnd ? '2026-01-14T00:00:00Z' : '2026-01-01T00:00:00Z');
  const max = new Date(isEnd ? '2026-02-01T00:00:00Z' : '2026-01-15T00:00:00Z');
  return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
}

/** Lines that an import may have: of people and of schedules. */
function importLines(named: Named): fc.Arbitrary<unknown> {
  const text = (name: string, isId: boolean) =>
    named(name, isId) ?? fc.string({ minLength: 1, maxLength: 20 });
  const person = fc.record({ personId: text('personId', true), name: text('name', false) });
  const slot = fc.record({
    personId: text('personId', true),
    shiftDate: fc.constant('2026-01-05'),
    activityId: text('activityId', true),
    start: fc.constant('2026-01-05T09:00:00Z'),
    end: fc.constantFrom('2026-01-05T10:00:00Z', '2026-01-05T08:00:00Z'),
  });
  return fc.array(fc.oneof(person, slot), { minLength: 1, maxLength: 3 });
}
