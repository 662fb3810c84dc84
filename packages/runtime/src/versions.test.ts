/**
 * Two versions side by side, as in every rollout (docs/operations/upgrade.md): what one writes, the other reads. The
 * version before is schemas/previous, the one after has a field more in every record.
 */
import { readdirSync, readFileSync } from 'node:fs';
import {
  activitySchema,
  closedPeriodSchema,
  type EntityKind,
  erasureSchema,
  exceptionSchema,
  integrationSchema,
  matchesSchema,
  personSchema,
  planningUnitSchema,
  recomputationSchema,
  settingsSchema,
  statusMappingSchema,
  tenantCommandSchema,
  tokenSchema,
  urlTokenSchema,
} from '@adherence/domain/configuration/entities.ts';
import { type RecordName, recordNames } from '@adherence/schemas/records.ts';
import type { Schema } from 'avsc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type AvroType, avroTypeOf, avroTypes, schemaText } from './avro-types.ts';
import { type Codec, createRegistryCodec } from './codec.ts';
import { type FakeRegistry, startFakeRegistry } from './fake-registry.ts';

interface RecordSchema {
  readonly fields: readonly { readonly name: string; readonly default?: unknown }[];
}

const folder = new URL('../../../schemas/previous/', import.meta.url);
const released = readdirSync(folder);
const recordsOf = (release: string): RecordName[] => {
  const files = readdirSync(new URL(`${release}/`, folder));
  return recordNames.filter((name) => files.includes(`${name}.avsc`));
};
const previous = (release: string, name: RecordName): RecordSchema =>
  JSON.parse(readFileSync(new URL(`${release}/${name}.avsc`, folder), 'utf8'));
const current = (name: RecordName): RecordSchema => JSON.parse(schemaText(name));
const next = (name: RecordName): RecordSchema => {
  const { fields, ...rest } = current(name);
  return {
    ...rest,
    fields: [...fields, { name: 'addedLater', type: ['null', 'string'], default: null } as never],
  };
};
const typeOf = (schema: RecordSchema): AvroType => avroTypeOf(JSON.stringify(schema));

let registry: FakeRegistry;
let codec: Codec;
beforeAll(async () => {
  registry = await startFakeRegistry();
  codec = await createRegistryCodec({ url: registry.url });
});
afterAll(() => registry.close());

/** As a process of another version puts it on a topic. */
function writtenBy(schema: RecordSchema, record: unknown): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(registry.put(schema as unknown as object), 1);
  return Buffer.concat([head, typeOf(schema).toBuffer(record)]);
}
const readByUs = async (value: Buffer) => {
  await codec.learn([value]);
  return codec.decode(value);
};
const readBy = (reader: RecordSchema, writer: AvroType, bytes: Buffer): Record<string, unknown> => {
  const type = typeOf(reader);
  return type.fromBuffer(bytes, type.createResolver(writer));
};
const samples = (type: AvroType): Record<string, unknown>[] =>
  Array.from({ length: 20 }, () => type.random() as unknown as Record<string, unknown>);
/** Without the fields that the other side does not have. */
const only = (record: Record<string, unknown>, { fields }: RecordSchema) =>
  Object.fromEntries(fields.flatMap(({ name }) => (name in record ? [[name, record[name]]] : [])));

test('no record of a release was taken away', () => {
  expect(released.length).toBeGreaterThan(0);
  for (const release of released) {
    const files = readdirSync(new URL(`${release}/`, folder)).filter((file) => file.endsWith('.avsc'));
    expect(recordsOf(release).map((name) => `${name}.avsc`)).toEqual(expect.arrayContaining(files));
  }
});

describe.each(released.flatMap((release) => recordsOf(release).map((name) => [name, release] as const)))(
  '%s of %s',
  (name, release) => {
    const before = previous(release, name);

    test('is read by this version, with defaults for what it lacks', async () => {
      for (const record of samples(typeOf(before))) {
        const read = await readByUs(writtenBy(before, record));
        expect(read.name).toBe(name);
        expect(only(read.record as never, before)).toEqual(record);
      }
    });

    test('reads what this version writes', () => {
      const ours = avroTypes.get(name)!;
      for (const record of samples(ours)) {
        const read = readBy(before, ours, ours.toBuffer(record));
        expect(read).toEqual(only(record, before));
      }
    });
  },
);

describe.each(recordNames)('%s with a field more', (name) => {
  test('is read by this version as it knows it', async () => {
    for (const record of samples(typeOf(next(name)))) {
      const read = await readByUs(writtenBy(next(name), record));
      expect(read).toEqual({ name, record: only(record, current(name)) });
    }
  });

  test('is read by the next version from what this one writes', () => {
    const ours = avroTypes.get(name)!;
    for (const record of samples(ours)) {
      expect(readBy(next(name), ours, ours.toBuffer(record))).toEqual({ ...record, addedLater: null });
    }
  });

  test('a field without a default could not be read from older records', () => {
    const { fields, ...rest } = current(name);
    const broken = {
      ...rest,
      fields: [...fields, { name: 'required', type: 'string' }],
    } as unknown as Schema;
    const type = typeOf(broken as unknown as RecordSchema);
    expect(() => type.createResolver(avroTypes.get(name)!)).toThrow('required');
  });
});

const documents: Readonly<Record<EntityKind, z.ZodType>> = {
  tenant: tenantCommandSchema,
  token: tokenSchema,
  planningUnit: planningUnitSchema,
  activity: activitySchema,
  person: personSchema,
  integration: integrationSchema,
  urlToken: urlTokenSchema,
  statusMapping: statusMappingSchema,
  matches: matchesSchema,
  settings: settingsSchema,
  exception: exceptionSchema,
  recomputation: recomputationSchema,
  closedPeriod: closedPeriodSchema,
  erasure: erasureSchema,
};

/** Fields by their path, and whether a document may lack them without another value taking their place. */
function fieldsOf(schema: unknown, path = '', fields = new Map<string, boolean>()): Map<string, boolean> {
  const {
    properties = {},
    required = [],
    items,
    anyOf = [],
    allOf = [],
  } = schema as {
    properties?: Record<string, { default?: unknown }>;
    required?: string[];
    items?: object;
    anyOf?: object[];
    allOf?: object[];
  };
  for (const [name, property] of Object.entries(properties)) {
    fields.set(path + name, !required.includes(name) && property.default === undefined);
    fieldsOf(property, `${path}${name}.`, fields);
  }
  for (const part of [items, ...anyOf, ...allOf]) if (part) fieldsOf(part, path, fields);
  return fields;
}

const documentsOf = (release: string): Record<string, string[]> =>
  JSON.parse(readFileSync(new URL(`${release}/configuration.json`, folder), 'utf8'));

/** The log is folded by all versions alike (read-document.ts) as long as both read the other's documents the same. */
test.each(released)(
  'documents of the configuration of %s keep their fields; later ones may be absent',
  (release) => {
    const before = documentsOf(release);
    expect(Object.keys(documents)).toEqual(expect.arrayContaining(Object.keys(before)));
    for (const [kind, known] of Object.entries(before)) {
      const fields = fieldsOf(
        z.toJSONSchema(documents[kind as EntityKind], { io: 'input', unrepresentable: 'any' }),
      );
      expect([...fields.keys()], kind).toEqual(expect.arrayContaining(known));
      const later = [...fields].filter(([field]) => !known.includes(field));
      expect(
        later.filter(([, mayBeAbsent]) => !mayBeAbsent),
        kind,
      ).toEqual([]);
    }
  },
);
