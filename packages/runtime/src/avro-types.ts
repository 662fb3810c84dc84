/** The Avro types of schemas/avro, read once. */
import { readFileSync } from 'node:fs';
import { type RecordName, recordNames } from '@adherence/schemas/records.ts';
import avsc from 'avsc';

export type AvroType = avsc.Type;

const directory = new URL('../../../schemas/avro/', import.meta.url);

/** The schema as it is registered. */
export const schemaText = (name: RecordName): string =>
  JSON.stringify(JSON.parse(readFileSync(new URL(`${name}.avsc`, directory), 'utf8')));

export const avroTypeOf = (schema: string): AvroType =>
  avsc.Type.forSchema(JSON.parse(schema) as avsc.Schema);

export const avroTypes: ReadonlyMap<RecordName, AvroType> = new Map(
  recordNames.map((name) => [name, avroTypeOf(schemaText(name))]),
);

/** `adherence.ActivityEvent` -> `ActivityEvent`; null when it is none of ours. */
export function recordNameOf(type: AvroType): RecordName | null {
  const name = type.name?.startsWith('adherence.') ? type.name.slice('adherence.'.length) : null;
  return recordNames.find((known) => known === name) ?? null;
}
