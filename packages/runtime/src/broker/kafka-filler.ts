/**
 * Batches of empty records, by the hundred thousand, so that offsets come to where they were. kafkajs builds each record
 * by itself, some ten thousand a second; these bytes are built once and sent again, and the broker numbers them.
 */
import { gzipSync } from 'node:zlib';
import type { Cluster } from 'kafkajs';

/** Records of a key of one byte and no value: tombstones, which compacted topics take too. Format of Kafka since 0.11. */
export function fillerBatch(count: number, timestamp: number): Buffer {
  const records: number[] = [];
  for (let i = 0; i < count; i += 1) {
    // attributes, time delta, offset delta, key '-', no value, no headers
    const body = [0, 0, ...varint(i), 2, 45, 1, 0];
    records.push(...varint(body.length), ...body);
  }
  const packed = gzipSync(Buffer.from(records), { level: 9 });
  const head = Buffer.alloc(40);
  head.writeInt16BE(gzipAttribute, 0);
  head.writeInt32BE(count - 1, 2);
  head.writeBigInt64BE(BigInt(timestamp), 6);
  head.writeBigInt64BE(BigInt(timestamp), 14);
  head.writeBigInt64BE(-1n, 22); // no producer id, epoch and sequence: not idempotent
  head.writeInt16BE(-1, 30);
  head.writeInt32BE(-1, 32);
  head.writeInt32BE(count, 36);
  const body = Buffer.concat([head, packed]);
  const batch = Buffer.alloc(21);
  batch.writeInt32BE(9 + body.length, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(2, 16);
  batch.writeUInt32BE(crc32c(body), 17);
  return Buffer.concat([batch, body]);
}

/** Sends a batch to the leader of the partition with acks=all; answers the offset of its first record. */
export async function sendBatch(
  cluster: Cluster,
  topic: string,
  partition: number,
  batch: Buffer,
): Promise<number> {
  const leaders = Object.entries(cluster.findLeaderForPartitions(topic, [partition]));
  const node = (await cluster.findBroker({ nodeId: leaders[0]![0] })) as unknown as RawNode;
  const name = Buffer.from(topic);
  const request = Buffer.alloc(24 + name.length);
  let at = request.writeInt16BE(-1, 0); // no transaction
  at = request.writeInt16BE(-1, at);
  at = request.writeInt32BE(sendLimitMs, at);
  at = request.writeInt32BE(1, at);
  at = request.writeInt16BE(name.length, at);
  at += name.copy(request, at);
  at = request.writeInt32BE(1, at);
  at = request.writeInt32BE(partition, at);
  const size = Buffer.alloc(4);
  size.writeInt32BE(batch.length);
  const buffer = Buffer.concat([request.subarray(0, at), size, batch]);
  const answer = await node.connectionPool.send({
    request: { apiKey: 0, apiVersion: 3, apiName: 'Produce', encode: async () => ({ buf: buffer, buffer }) },
    response: { decode: async (raw) => raw, parse: async (raw) => raw },
    requestTimeout: sendLimitMs,
  });
  // One topic with its name, one partition: error code, then the offset.
  const code = answer.readInt16BE(4 + 2 + name.length + 4 + 4);
  if (code !== 0) throw Object.assign(new Error(`Kafka refuses a batch: ${code}`), { code });
  return Number(answer.readBigInt64BE(4 + 2 + name.length + 4 + 4 + 2));
}

/** What kafkajs (this exact version) sends requests with. */
interface RawNode {
  readonly connectionPool: {
    send(call: {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
      };
      readonly response: {
        readonly decode: (raw: Buffer) => Promise<Buffer>;
        readonly parse: (raw: Buffer) => Promise<Buffer>;
      };
      readonly requestTimeout: number;
    }): Promise<Buffer>;
  };
}

const sendLimitMs = 30_000;
const gzipAttribute = 1;

/** Zigzag: of numbers from 0 on. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}

/** Castagnoli's, over what follows it in the batch. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
