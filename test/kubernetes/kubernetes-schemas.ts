/** JSON schemas as kubeconform looks for them, from what API servers and operators are built of. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { kubeFolder } from './tools.ts';

// biome-ignore lint/suspicious/noExplicitAny: a JSON schema.
type Schema = Record<string, any>;

/** By file name, as `deployment-apps-v1`; one for each kind with a version of its own. */
export function kubernetesSchemas(openapiFile: string): Record<string, Schema> {
  const definitions: Record<string, Schema> = JSON.parse(readFileSync(openapiFile, 'utf8'));
  const schemas: Record<string, Schema> = {};
  for (const [name, schema] of Object.entries(definitions)) {
    const found = kindOf(name);
    if (!found || !schema.properties?.apiVersion || !schema.properties.kind) continue;
    schemas[fileName(found.kind, found.group, found.version)] = inlined(schema, definitions, []);
  }
  return schemas;
}

/** Of the resources that operators define. */
export function definitionSchemas(): Record<string, Schema> {
  const folder = join(kubeFolder, 'definitions');
  const schemas: Record<string, Schema> = {};
  for (const file of readdirSync(folder)) {
    const { spec } = parse(readFileSync(join(folder, file), 'utf8'));
    for (const { name, schema } of spec.versions) {
      schemas[fileName(spec.names.kind, spec.group, name)] = strict(schema.openAPIV3Schema);
    }
  }
  return schemas;
}

/** Go packages and OpenAPI names tell group and version: `k8s.io/api/apps/v1.Deployment`, `io.k8s.api.apps.v1.Deployment`. */
function kindOf(name: string): { kind: string; group: string; version: string } | null {
  const found = /^(?:k8s\.io\/api\/|io\.k8s\.api\.)(\w+)[/.](v\w+)\.(\w+)$/.exec(name);
  return found ? { group: found[1] === 'core' ? '' : found[1]!, version: found[2]!, kind: found[3]! } : null;
}

const fileName = (kind: string, group: string, version: string): string =>
  [kind, ...(group === '' ? [] : [group.split('.')[0]!]), version].join('-').toLowerCase();

/** Types that are written in more ways than their Go type says. */
const loose: readonly [RegExp, Schema][] = [
  [/intstr\.IntOrString$/, { type: ['integer', 'string'] }],
  [/resource\.Quantity$/, { type: ['number', 'string'] }],
  [/(meta[/.]v1\.(Time|MicroTime))$/, { type: 'string' }],
];

function inlined(schema: Schema, definitions: Record<string, Schema>, above: readonly string[]): Schema {
  const reference: string | undefined = schema.$ref;
  if (reference) {
    const name = reference.replace('#/definitions/', '').replaceAll('~1', '/');
    const special = loose.find(([pattern]) => pattern.test(name));
    if (special) return special[1];
    // A type within itself (JSON schemas of definitions): nothing of ours is that deep.
    if (above.includes(name)) return {};
    return inlined(definitions[name]!, definitions, [...above, name]);
  }
  const { description, default: _default, ...kept } = schema;
  for (const part of ['properties', 'patternProperties'] as const) {
    if (!kept[part]) continue;
    kept[part] = Object.fromEntries(
      Object.entries<Schema>(kept[part]).map(([name, inner]) => [name, inlined(inner, definitions, above)]),
    );
  }
  if (kept.items) kept.items = inlined(kept.items, definitions, above);
  if (typeof kept.additionalProperties === 'object') {
    kept.additionalProperties = inlined(kept.additionalProperties, definitions, above);
  }
  if (kept.allOf) return inlined({ ...kept, ...kept.allOf[0], allOf: undefined }, definitions, above);
  if (kept.properties && kept.additionalProperties === undefined) kept.additionalProperties = false;
  return kept;
}

/** Objects with known fields have no others; metadata is the API server's. */
function strict(schema: Schema): Schema {
  if (Array.isArray(schema)) return schema;
  const kept: Schema = { ...schema };
  if (kept['x-kubernetes-int-or-string']) kept.type = ['integer', 'string'];
  if (kept.items) kept.items = strict(kept.items);
  if (typeof kept.additionalProperties === 'object')
    kept.additionalProperties = strict(kept.additionalProperties);
  if (!kept.properties) return kept;
  kept.properties = Object.fromEntries(
    Object.entries<Schema>(kept.properties).map(([name, inner]) => [name, strict(inner)]),
  );
  if (!kept['x-kubernetes-preserve-unknown-fields']) kept.additionalProperties ??= false;
  return kept;
}
