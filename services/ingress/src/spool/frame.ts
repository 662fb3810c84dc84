/**
 * One message as bytes of a spool segment: a head (marker, length and checksum of the payload, checksum of the head)
 * and the payload. A reader that meets bytes which are no whole frame (a torn write, a bad sector) finds the next one
 * by its head, so damage costs only what it hit. Checksums are salted: no body that somebody posts can look like one.
 */
import { crc32 } from 'node:zlib';
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';

/** `1` is the version of the format. */
const marker = Buffer.from('\u0001spool1\n', 'latin1');
const headBytes = marker.length + 12;

export function encodeFrame(message: OutMessage, salt: number): Buffer {
  const { topic, partition, key, value, headers = {} } = message;
  const names = Object.keys(headers);
  const payload = Buffer.concat([
    text(topic),
    number(partition),
    key === null ? number(-1) : text(key),
    value === null ? number(-1) : bytes(value),
    number(names.length),
    ...names.flatMap((name) => [text(name), text(headers[name]!)]),
  ]);
  const head = Buffer.allocUnsafe(headBytes);
  marker.copy(head);
  head.writeUInt32BE(payload.length, marker.length);
  head.writeUInt32BE(crc32(payload, salt), marker.length + 4);
  head.writeUInt32BE(crc32(head.subarray(0, marker.length + 8), salt), marker.length + 8);
  return Buffer.concat([head, payload]);
}

export interface DecodedFrames {
  readonly messages: readonly OutMessage[];
  /** Behind each message, where the next frame begins. */
  readonly ends: readonly number[];
  /** Bytes between good frames, or at the end, that are no whole frame. */
  readonly damagedBytes: number;
  /** Damage that good frames follow: more than a write that was cut short. */
  readonly holes: number;
}

/** The whole frames of `data` from `start` on, at most `maxMessages`. Total; messages are views into `data`. */
export function decodeFrames(
  data: Buffer,
  salt: number,
  start = 0,
  maxMessages = Number.POSITIVE_INFINITY,
): DecodedFrames {
  const messages: OutMessage[] = [];
  const ends: number[] = [];
  let damagedBytes = 0;
  let holes = 0;
  let end = start;
  for (let at = start; messages.length < maxMessages; ) {
    at = data.indexOf(marker, at);
    if (at === -1) {
      damagedBytes += data.length - end;
      break;
    }
    const payload = payloadAt(data, at, salt);
    if (payload === null) {
      at += 1;
      continue;
    }
    if (at > end) {
      damagedBytes += at - end;
      holes += 1;
    }
    messages.push(readMessage(payload));
    at += headBytes + payload.length;
    end = at;
    ends.push(end);
  }
  return { messages, ends, damagedBytes, holes };
}

function payloadAt(data: Buffer, at: number, salt: number): Buffer | null {
  const lengthAt = at + marker.length;
  if (at + headBytes > data.length) return null;
  if (crc32(data.subarray(at, lengthAt + 8), salt) !== data.readUInt32BE(lengthAt + 8)) return null;
  const payload = data.subarray(at + headBytes, at + headBytes + data.readUInt32BE(lengthAt));
  if (payload.length !== data.readUInt32BE(lengthAt)) return null;
  return crc32(payload, salt) === data.readUInt32BE(lengthAt + 4) ? payload : null;
}

function readMessage(payload: Buffer): OutMessage {
  let at = 0;
  const nextNumber = () => {
    at += 4;
    return payload.readInt32BE(at - 4);
  };
  const nextBytes = () => {
    const length = nextNumber();
    if (length < 0) return null;
    at += length;
    return payload.subarray(at - length, at);
  };
  const nextText = () => nextBytes()?.toString('utf8') ?? '';
  const topic = nextText();
  const partition = nextNumber();
  const key = nextBytes()?.toString('utf8') ?? null;
  const value = nextBytes();
  const count = nextNumber();
  if (count === 0) return { topic, partition, key, value };
  const headers: Record<string, string> = {};
  for (let i = 0; i < count; i++) {
    const name = nextText();
    headers[name] = nextText();
  }
  return { topic, partition, key, value, headers };
}

const text = (value: string): Buffer => bytes(Buffer.from(value, 'utf8'));

/** Length and bytes; a length of -1 stands for none. */
const bytes = (value: Buffer): Buffer => Buffer.concat([number(value.length), value]);

function number(value: number): Buffer {
  const four = Buffer.allocUnsafe(4);
  four.writeInt32BE(value);
  return four;
}
