/** What `<service>.config` of the chart's values may hold: each service's own settings, less those the chart sets. */
import { configSchema as adherence } from '@adherence/adherence/config.ts';
import { configSchema as pages } from '@adherence/console/config.ts';
import { configSchema as enrichment } from '@adherence/enrichment/config.ts';
import { configSchema as ingress } from '@adherence/ingress/config.ts';
import { z } from 'zod';

export const serviceNames = ['ingress', 'enrichment', 'adherence', 'console'] as const;
export type ServiceName = (typeof serviceNames)[number];

export const settingsSchemas: Readonly<Record<ServiceName, z.ZodObject>> = {
  ingress,
  enrichment,
  adherence,
  console: pages,
};

/** Set by the chart from values of their own, or fixed by the image. */
const ownedByChart = new Set([
  ...['INGRESS_HOST', 'INGRESS_PORT', 'SPOOL_DIR', 'SPOOL_MAX_BYTES'],
  ...['CONSOLE_HOST', 'CONSOLE_PORT', 'OPERATOR_TOKEN', 'INGRESS_PUBLIC_URL', 'SECURE_COOKIES'],
  ...['SECRETS_KEY', 'SECRETS_KEY_PREVIOUS'],
]);

interface JsonSchema {
  readonly properties?: Readonly<Record<string, object>>;
}

/** As JSON schema, with the ranges of the service's own schema, so that a setting out of range does not render. */
export function chartSettings(service: ServiceName): object {
  const { properties = {} } = z.toJSONSchema(settingsSchemas[service], {
    io: 'output',
    unrepresentable: 'any',
  }) as JsonSchema;
  const names = Object.keys(properties)
    .filter((name) => !ownedByChart.has(name))
    .sort();
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(names.map((name) => [name, withoutDefault(properties[name]!)])),
  };
}

/** What a service reads out of a text (networks, say) has no type of its own there: it is a text. */
function withoutDefault(schema: object): object {
  const kept = Object.entries(schema).filter(([key]) => key !== 'default');
  return kept.length === 0 ? { type: 'string' } : Object.fromEntries(kept);
}
