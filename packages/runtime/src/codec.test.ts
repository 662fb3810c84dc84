import type { ActivityEvent, BreakDetail, RawNotification } from '@adherence/schemas/records.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { avroTypeOf, schemaText } from './avro-types.ts';
import {
  type Codec,
  createLocalCodec,
  createRegistryCodec,
  greatestLong,
  UndecodableError,
} from './codec.ts';
import { OperationalError } from './errors.ts';
import { type FakeRegistry, startFakeRegistry } from './fake-registry.ts';
import { createManualClock } from './manual-clock.ts';

const raw: RawNotification = {
  tenantId: 't',
  integrationId: 'i',
  externalUserId: 'a@b',
  receivedAt: 1_767_600_000_000,
  requestId: 'r',
  itemIndex: 0,
  format: 'json',
  body: Buffer.from('{"login":"a@b"}'),
};
const breakDetail: BreakDetail = {
  tenantId: 't',
  integrationId: 'i',
  externalUserId: 'a@b',
  dedupKey: 'k',
  contentHash: 'h',
  status: 's',
  breakType: 'lunch',
  occurredAt: 1,
  foundAt: 2,
};

describe('the wire format', () => {
  const codec = createLocalCodec();
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const long = fc.integer({ min: -(2 ** 52), max: greatestLong });
  const event: fc.Arbitrary<ActivityEvent> = fc.record({
    tenantId: text,
    integrationId: text,
    externalUserId: text,
    eventType: text,
    status: fc.option(text),
    breakType: fc.option(text),
    occurredAt: long,
    sequence: fc.option(long),
    dedupKey: text,
    contentHash: text,
    receivedAt: long,
    replayedAt: fc.option(long),
    flags: fc.array(text, { maxLength: 3 }),
    detail: fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      text,
      { maxKeys: 4, noNullPrototype: true },
    ),
    personId: fc.option(text),
    activityId: fc.option(text),
    configurationOffset: long,
    sourcePartition: fc.nat(),
    sourceOffset: fc.nat(),
  });

  test('what was encoded is decoded the same', () => {
    fc.assert(
      fc.property(event, (record) => {
        expect(codec.decode(codec.encode('ActivityEvent', record))).toEqual({
          name: 'ActivityEvent',
          record,
        });
      }),
    );
  });

  test('bytes of any length, far beyond the first buffer', () => {
    for (const length of [0, 1, 16_000, 16_384, 70_000, 1_000_000]) {
      const record = { ...raw, body: Buffer.alloc(length, 7) };
      const decoded = codec.decode(codec.encode('RawNotification', record)).record as RawNotification;
      expect(decoded.body.equals(record.body), `${length} bytes`).toBe(true);
    }
  });

  test('is a zero byte, the id, and the bytes of Avro', () => {
    const encoded = codec.encode('BreakDetail', breakDetail);
    expect(encoded[0]).toBe(0);
    expect(encoded.readUInt32BE(1)).toBe(3);
    expect(encoded.subarray(5)).toEqual(avroTypeOf(schemaText('BreakDetail')).toBuffer(breakDetail));
  });

  test('an earlier result is not overwritten by a later one', () => {
    const first = codec.encode('BreakDetail', breakDetail);
    const kept = Buffer.from(first);
    codec.encode('BreakDetail', { ...breakDetail, breakType: 'other' });
    expect(first).toEqual(kept);
    const body = codec.decode(codec.encode('RawNotification', raw)).record as RawNotification;
    codec.encode('RawNotification', { ...raw, body: Buffer.from('zzzzzzzzzzzzzzz') });
    expect(body.body.toString()).toBe('{"login":"a@b"}');
  });

  test('a record that its schema does not allow is a bug of the caller', () => {
    expect(() => codec.encode('BreakDetail', { ...breakDetail, occurredAt: 'now' } as never)).toThrow();
    expect(() => codec.encode('BreakDetail', { ...breakDetail, occurredAt: greatestLong + 1 })).toThrow();
  });

  test.each([
    ['nothing', null],
    ['no bytes', Buffer.alloc(0)],
    ['four bytes', Buffer.alloc(4)],
    ['JSON', Buffer.from('{"a":1}')],
    ['an unknown id', Buffer.from([0, 0, 0, 0, 99, 1, 2])],
    ['cut bytes', createLocalCodec().encode('BreakDetail', breakDetail).subarray(0, 12)],
    ['a tail', Buffer.concat([createLocalCodec().encode('BreakDetail', breakDetail), Buffer.from([1])])],
  ])('%s is bad data, not an outage', (_, value) => {
    expect(() => codec.decode(value)).toThrow(UndecodableError);
  });
});

describe('writers with other schemas', () => {
  let registry: FakeRegistry;
  let codec: Codec;
  const clock = createManualClock();
  beforeEach(async () => {
    registry = await startFakeRegistry();
    codec = await createRegistryCodec({ url: registry.url, timeoutMs: 300 }, clock);
    registry.requests.length = 0;
  });
  afterEach(() => registry.close());

  const schema = () => JSON.parse(schemaText('BreakDetail')) as { fields: { name: string }[] };
  const written = (writer: object, record: object): Buffer => {
    const header = Buffer.alloc(5);
    header.writeUInt32BE(registry.put(writer), 1);
    return Buffer.concat([header, avroTypeOf(JSON.stringify(writer)).toBuffer(record)]);
  };
  const newer = () => ({
    ...schema(),
    fields: [{ name: 'extra', type: 'string', default: '' }, ...schema().fields],
  });

  test('a newer writer is read as ours, asked for once', async () => {
    const value = written(newer(), { ...breakDetail, extra: 'x' });
    expect(() => codec.decode(value)).toThrow(UndecodableError);
    await Promise.all([codec.learn([value, value]), codec.learn([value])]);
    expect(codec.learn([value])).toBeNull();
    expect(codec.decode(value)).toEqual({ name: 'BreakDetail', record: breakDetail });
    expect(registry.requests).toHaveLength(1);
  });

  test('records of our own need no question', () => {
    const value = codec.encode('BreakDetail', breakDetail);
    expect(codec.learn([value, null, Buffer.from('x')])).toBeNull();
    expect(codec.decode(value).record).toEqual(breakDetail);
    expect(registry.requests).toEqual([]);
  });

  test('an id that the registry does not know is bad data, and asked for again only later', async () => {
    const value = Buffer.from([0, 0, 0, 1, 200, 1]);
    await codec.learn([value]);
    expect(() => codec.decode(value)).toThrow(UndecodableError);
    expect(codec.learn([value])).toBeNull();
    await clock.advance(31_000);
    await codec.learn([value]);
    expect(registry.requests).toHaveLength(2);
  });

  test.each([
    [
      'a record that is none of ours',
      { type: 'record', name: 'Other', namespace: 'adherence', fields: [] },
      {},
    ],
    ['one without a field that we need', { ...schema(), fields: schema().fields.slice(1) }, breakDetail],
  ])('%s is bad data', async (_, writer, record) => {
    const value = written(writer, record);
    await codec.learn([value]);
    expect(() => codec.decode(value)).toThrow(UndecodableError);
  });

  test.each([['hang' as const], [500], [503], [401]])(
    'a registry that answers %s is an outage',
    async (behaviour) => {
      const value = written(newer(), { ...breakDetail, extra: 'x' });
      registry.behaviour = behaviour;
      await expect(codec.learn([value])).rejects.toThrow(OperationalError);
      await expect(createRegistryCodec({ url: registry.url, timeoutMs: 300 })).rejects.toThrow(
        OperationalError,
      );
      registry.behaviour = null;
      await codec.learn([value]);
      expect(codec.decode(value).record).toEqual(breakDetail);
    },
  );

  test('a registry that is away is an outage; a schema that it refuses is not', async () => {
    await expect(createRegistryCodec({ url: 'http://127.0.0.1:1' })).rejects.toThrow(OperationalError);
    registry.behaviour = 409;
    await expect(createRegistryCodec({ url: registry.url })).rejects.not.toThrow(OperationalError);
  });

  test('credentials in the address are sent as a header', async () => {
    await createRegistryCodec({ url: registry.url.replace('http://', 'http://user:p%40ss@') });
    expect(registry.requests.every((request) => request.startsWith('POST /subjects/adherence.'))).toBe(true);
  });
});
