/** `.env.example` is what operators copy: every setting is in it, and every service starts from it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema as adherence } from '@adherence/adherence/config.ts';
import { configSchema as pages, parseConfig as parseConsole } from '@adherence/console/config.ts';
import { configSchema as enrichment } from '@adherence/enrichment/config.ts';
import { configSchema as ingress } from '@adherence/ingress/config.ts';
import { parseEnvironment, sharedEnvironmentSchema } from '@adherence/runtime/env-config.ts';
import { expect, it } from 'vitest';
import type { z } from 'zod';

const environment = Object.fromEntries(
  readFileSync(join(import.meta.dirname, '../.env.example'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

const schemas = { shared: sharedEnvironmentSchema, adherence, pages, enrichment, ingress };

it.each(Object.entries(schemas))('has every setting of %s', (_, schema) => {
  const missing = Object.keys(schema.shape).filter((name) => !(name in environment));
  expect(missing).toEqual([]);
});

it('has no setting that nobody reads', () => {
  const known = new Set(Object.values(schemas).flatMap((schema) => Object.keys(schema.shape)));
  expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
});

it('is accepted by every service', () => {
  for (const schema of [sharedEnvironmentSchema, adherence, enrichment, ingress] as z.ZodType[]) {
    expect(() => parseEnvironment(schema, environment)).not.toThrow();
  }
  expect(() => parseConsole(environment)).not.toThrow();
});

it('shows the defaults where there are any', () => {
  for (const schema of [adherence, enrichment, ingress] as z.ZodType[]) {
    // The key is an example, and has no default.
    const shown = parseEnvironment(schema, { ...environment, SECRETS_KEY: undefined });
    expect(shown).toEqual(parseEnvironment(schema, {}));
  }
});
