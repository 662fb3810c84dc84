/**
 * Records in the Confluent wire format: a zero byte, the writer schema's id as 32 bits, the Avro bytes. Encoding and
 * decoding are synchronous; ids are resolved at start, and those of other writers by `learn` before decoding.
 */
import { type RecordName, type RecordTypes, recordNames, subjectOf } from '@adherence/schemas/records.ts';
import { type AvroType, avroTypeOf, avroTypes, recordNameOf, schemaText } from './avro-types.ts';
import { type Clock, systemClock } from './clock.ts';
import { openRegistry, type Registry, type RegistryOptions } from './registry.ts';

export type DecodedRecord = {
  [K in RecordName]: { readonly name: K; readonly record: RecordTypes[K] };
}[RecordName];

export interface Codec {
  /**
   * Throws on a record that its schema does not allow: a programmer's error. Integers are exact from -2^52 to
   * `greatestLong`; avsc refuses greater ones, and would write lesser ones wrong.
   */
  encode<K extends RecordName>(name: K, record: RecordTypes[K]): Buffer;
  /** As our own version of the schema. Throws UndecodableError on what is no record of ours. */
  decode(value: Buffer | null): DecodedRecord;
  /**
   * Asks the registry for the writer ids in these values that are not known yet; call it before decoding a batch.
   * null when there is nothing to ask. Rejects with OperationalError while the registry cannot answer.
   */
  learn(values: Iterable<Buffer | null>): Promise<void> | null;
  /** Those under which it writes. */
  schemaIds(): Readonly<Record<RecordName, number>>;
}

/** One less than Number.MAX_SAFE_INTEGER: what comes from outside has to be cut to it before. */
export const greatestLong = 2 ** 53 - 2;

/** Bad data, not an outage: the bytes will never become a record. */
export class UndecodableError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UndecodableError';
  }
}

/** Registers all schemas under their subjects and keeps their ids. */
export async function createRegistryCodec(
  options: RegistryOptions,
  clock: Clock = systemClock,
): Promise<Codec> {
  const registry = openRegistry(options);
  const ids = new Map<RecordName, number>();
  for (const name of recordNames) ids.set(name, await registry.register(subjectOf(name), schemaText(name)));
  return createCodec(ids, registry, clock);
}

/** Ids given in this process, for tests and for running without a registry. */
export function createLocalCodec(): Codec {
  const ids = new Map(recordNames.map((name, index) => [name, index + 1]));
  return createCodec(ids, null, systemClock);
}

/** Writes under ids that were known before, and reads no others: for a start while the registry is away. */
export const createCodecOfIds = (ids: Readonly<Record<RecordName, number>>): Codec =>
  createCodec(new Map(recordNames.map((name) => [name, ids[name]])), null, systemClock);

/** How long an id that the registry does not know is not asked for again. */
const forgetUnknownAfterMs = 30_000;
const headerBytes = 5;

type Reader = (value: Buffer) => DecodedRecord;

function createCodec(ids: ReadonlyMap<RecordName, number>, registry: Registry | null, clock: Clock): Codec {
  const readers = new Map<number, Reader>();
  for (const [name, id] of ids) readers.set(id, ownReader(name));
  const unknown = new Map<number, { readonly reason: string; readonly until: number }>();
  const asked = new Map<number, Promise<void>>();

  const ask = async (id: number) => {
    const schema = registry ? await registry.schemaOf(id) : null;
    const found = schema === null ? 'the registry does not know it' : readerOf(schema);
    if (typeof found === 'string')
      unknown.set(id, { reason: found, until: clock.now() + forgetUnknownAfterMs });
    else readers.set(id, found);
  };
  const askOnce = (id: number): Promise<void> => {
    const running = asked.get(id) ?? ask(id).finally(() => asked.delete(id));
    asked.set(id, running);
    return running;
  };

  const scratch = createScratch();
  return {
    schemaIds: () => Object.fromEntries(ids) as Record<RecordName, number>,
    encode: (name, record) => scratch.encode(ids.get(name)!, avroTypes.get(name)!, record),
    decode(value) {
      const id = writerIdOf(value);
      if (value === null || id === null) throw new UndecodableError('not in the wire format of the registry');
      const reader = readers.get(id);
      if (!reader) {
        throw new UndecodableError(`schema ${id}: ${unknown.get(id)?.reason ?? 'not asked for yet'}`);
      }
      return reader(value);
    },
    learn(values) {
      let wanted: Set<number> | null = null;
      for (const value of values) {
        const id = writerIdOf(value);
        if (id === null || readers.has(id) || (unknown.get(id)?.until ?? 0) > clock.now()) continue;
        wanted ??= new Set();
        wanted.add(id);
      }
      return wanted ? Promise.all([...wanted].map(askOnce)).then(() => undefined) : null;
    },
  };
}

const writerIdOf = (value: Buffer | null): number | null =>
  value !== null && value.length >= headerBytes && value[0] === 0 ? value.readUInt32BE(1) : null;

function ownReader(name: RecordName): Reader {
  const type = avroTypes.get(name)!;
  return (value) => read(name, type, undefined, value);
}

/** Reads what another version of a schema wrote as ours; a text says why that is impossible. */
function readerOf(schema: string): Reader | string {
  try {
    const writer = avroTypeOf(schema);
    const name = recordNameOf(writer);
    if (!name) return `a schema of ${writer.name ?? 'no name'}`;
    const type = avroTypes.get(name)!;
    const resolver = type.createResolver(writer);
    return (value) => read(name, type, resolver, value);
  } catch (error) {
    return `cannot be read as ours: ${String(error)}`;
  }
}

type Resolver = Parameters<AvroType['decode']>[2];

function read(name: RecordName, type: AvroType, resolver: Resolver, value: Buffer): DecodedRecord {
  let decoded: { value: unknown; offset: number };
  try {
    decoded = type.decode(value, headerBytes, resolver);
  } catch (error) {
    throw new UndecodableError(`bytes of ${name} cannot be read`, error);
  }
  if (decoded.offset !== value.length) throw new UndecodableError(`bytes of ${name} are cut or have a tail`);
  return { name, record: decoded.value } as DecodedRecord;
}

/** Encodes into one growing buffer and copies out what was written: a single pass over most records. */
function createScratch() {
  let scratch = Buffer.allocUnsafeSlow(16 * 1024);
  return {
    encode(id: number, type: AvroType, record: unknown): Buffer {
      let end = type.encode(record, scratch, headerBytes);
      if (end < 0) {
        scratch = Buffer.allocUnsafeSlow((scratch.length - end) * 2);
        end = type.encode(record, scratch, headerBytes);
      }
      scratch[0] = 0;
      scratch.writeUInt32BE(id, 1);
      const bytes = Buffer.allocUnsafe(end);
      scratch.copy(bytes, 0, 0, end);
      return bytes;
    },
  };
}
