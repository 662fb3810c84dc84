/**
 * Two versions side by side, as in every rollout (docs/operations/upgrade.md): what one writes, the other reads. The
 * version before is schemas/previous, the one after has a field more in every record.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fold } from '@adherence/domain/configuration/decide.ts';
import { emptyState } from '@adherence/domain/configuration/tables.ts';
import { type RecordName, recordNames } from '@adherence/schemas/records.ts';
import type { Schema } from 'avsc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
    const files = readdirSync(new URL(`${release}/`, folder));
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

test('a document of the configuration with a field that is not known is refused: readers are upgraded first', () => {
  const command = (id: string, document: object) => ({
    commandId: id,
    tenantId: 't',
    entity: 'tenant',
    id: 't',
    action: 'put',
    document: { name: 'T', timeZone: 'UTC', ...document },
    ifMatch: null,
    writtenBy: 'operator',
    writtenAt: 1,
  });
  const known = fold(emptyState(), command('a', {}), 0);
  expect(known.outcome).toMatchObject({ ok: true });
  const unknown = fold(known.state, command('b', { addedLater: 1 }), 1);
  expect(unknown.outcome).toMatchObject({ ok: false, problem: 'invalid' });
});
