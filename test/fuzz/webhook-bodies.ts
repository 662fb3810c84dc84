/**
 * Bodies as senders write them, from the adapter's own table, and bent as networks, proxies and bad code bend them.
 * Of one that is not bent it is known what each of its items has to become. Everything follows from the numbers given.
 */
import { deflateSync, gzipSync } from 'node:zlib';
import { adapter } from '@adherence/domain/notifications/adapter.ts';
import { oneOf, type Random } from './api-mutations.ts';

export interface FuzzedBody {
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** null for a body that was bent: then only its counts have to add up. */
  readonly expected: readonly ExpectedItem[] | null;
  /** More than a request may have: 413 is as right an answer. */
  readonly great: boolean;
}

export interface ExpectedItem {
  /** As it has to be kept, byte by byte. */
  readonly text: string;
  /** Whom it is about; null when it has to be quarantined. */
  readonly agentId: string | null;
  /** Whom it is about when it lacks nothing but a status. */
  readonly statusless?: string;
}

export function fuzzedBody(random: Random): FuzzedBody {
  const method = random() < 0.2 ? 'PUT' : 'POST';
  if (random() < 0.05)
    return { method, headers: oddHeaders(random), body: noise(random), expected: null, great: true };
  const { text, items } = random() < 0.1 ? formBody(random) : jsonBody(random);
  const written = inCharset(text, random);
  if (random() < 0.4) {
    const headers = random() < 0.5 ? written.headers : oddHeaders(random);
    return { method, headers, body: bent(written.body, random), expected: null, great: true };
  }
  const great = items.length > 5_000 || written.body.length > 1024 * 1024;
  return { method, ...compressed(written, random), expected: items, great };
}

const times = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const upTo = (random: Random, limit: number): number => Math.floor(random() * limit);

// --- items

const texts: readonly string[] = [
  'anna',
  'anna@acme.example',
  'Zoë Müller',
  'Zoe\u0308',
  '李小龙',
  '😀 smile',
  '  spaces  ',
  'a|b|c',
  'constructor',
  '__proto__',
  'quote " and \\ backslash',
  'line\nbreak\ttab',
  '}{][,:',
  '\u202eltr',
  'x'.repeat(256),
  '0',
  'null',
];

/** What a usable value of that text may look like. */
function usableValue(text: string, random: Random): unknown {
  if (random() < 0.15) return { [oneOf(random, adapter.keyedValue.key)]: text, label: 'shown', more: [1] };
  return text;
}

function timeValue(random: Random): unknown {
  const at = 1_700_000_000_000 + upTo(random, 100_000_000_000);
  return oneOf<() => unknown>(random, [
    () => new Date(at).toISOString(),
    () => new Date(at).toISOString().slice(0, 19).replace('T', ' '),
    () => new Date(at).toISOString().replace('Z', '+05:45'),
    () => at,
    () => Math.floor(at / 1000),
    () => String(at),
    () => '2026-10-25T02:30:00',
    () => '9999-99-99',
    () => null,
    () => 1e300,
    () => -1,
    () => '',
  ])();
}

const extras: readonly (() => readonly [string, unknown])[] = [
  () => ['skills', ['a', { b: [1, 2, { c: null }] }]],
  () => ['extra', { agentId: 'no', events: [{ status: 'no' }] }],
  () => ['ratio', 1.5e-7],
  () => ['big', 2 ** 64],
  () => ['', 'empty name'],
  () => ['nothing', null],
  () => ['notes', '{"agentId":"in a text","status":"x"}\n[,'],
  () => ['emoji 😀', '\ud83d'],
];

/** Members in any order; `put` spells one, `a.b` as a member of an object. */
function objectText(members: readonly (readonly [string, unknown])[], random: Random): string {
  const shuffled = members.map((member) => ({ member, at: random() })).sort((a, b) => a.at - b.at);
  const entries = shuffled.map(({ member: [name, value] }) => {
    const [parent, child] = name.split('.');
    const put = child === undefined ? [name, value] : [parent, { [child]: value }];
    return `${blank(random)}${JSON.stringify(put[0])}${blank(random)}:${blank(random)}${JSON.stringify(put[1])}`;
  });
  return `{${entries.join(',')}${blank(random)}}`;
}

const blank = (random: Random): string => (random() < 0.9 ? '' : oneOf(random, [' ', '\t', '  ', '\r']));

function jsonItem(random: Random): ExpectedItem {
  const agent = oneOf(random, texts);
  const more = times(upTo(random, 4)).map(() => oneOf(random, extras)());
  const members: (readonly [string, unknown])[] = [...new Map(more)];
  const agentMember = [oneOf(random, adapter.fields.agentId), usableValue(agent, random)] as const;
  const statusMember = [
    oneOf(random, adapter.fields.status),
    usableValue(oneOf(random, texts), random),
  ] as const;
  if (random() < 0.7) members.push([oneOf(random, adapter.fields.time), timeValue(random)]);
  if (random() < 0.5) members.push([oneOf(random, adapter.fields.eventId), upTo(random, 1e9)]);
  if (random() < 0.2)
    members.push([oneOf(random, adapter.fields.sequence), oneOf(random, [0, -1, '7', 1e20])]);
  if (random() < 0.2) members.push([oneOf(random, adapter.fields.breakType), { id: 4, label: 'Lunch' }]);
  const bad = random();
  if (bad < 0.04) return { text: objectText([...members, statusMember], random), agentId: null };
  const agentId = agent.normalize('NFC').trim();
  if (bad < 0.08) {
    return { text: objectText([...members, agentMember], random), agentId: null, statusless: agentId };
  }
  if (bad < 0.1) {
    const long = ['agentId', 'x'.repeat(257)] as const;
    return { text: objectText([...members, long, ['status', 'R']], random), agentId: null };
  }
  if (bad < 0.11) {
    const deep = `{"agentId":"a","status":"R","deep":${'['.repeat(70)}${']'.repeat(70)}}`;
    return { text: deep, agentId: null };
  }
  const event = random();
  const special = oneOf(random, ['LOGIN', 'logout', 'Heart_Beat']);
  if (event < 0.1) members.push([oneOf(random, adapter.fields.eventType), special]);
  else members.push(statusMember);
  return { text: objectText([...members, agentMember], random), agentId };
}

// --- frames

interface Frame {
  readonly text: string;
  readonly items: readonly ExpectedItem[];
}

function jsonBody(random: Random): Frame {
  const count = random() < 0.001 ? 5_000 : random() < 0.01 ? 500 : upTo(random, 8);
  const items = times(count).map(() => jsonItem(random));
  return oneOf<() => Frame>(random, [
    () => {
      const item = jsonItem(random);
      return { text: item.text, items: [item] };
    },
    () => arrayOf(items, random),
    () => arrayOf(items, random),
    () => envelopeAround(items, random),
    () => linesOf(items, random),
  ])();
}

/** What it says of its entries makes log-outs, say, of those that lack nothing but a status. */
function envelopeAround(items: readonly ExpectedItem[], random: Random): Frame {
  const frame = arrayOf(items, random);
  const eventType = oneOf(random, [null, 'SNAPSHOT', 'logout', 'LOG_IN', 'Heartbeat', 'batch', 7, 'STATUS']);
  const needsNoStatus = ['logout', 'LOG_IN', 'Heartbeat'].some((name) => name === eventType);
  const members = [
    `"version":[1,{"a":[]}]`,
    `"${oneOf(random, adapter.envelopes)}":${frame.text}`,
    `"eventType":${blank(random)}${JSON.stringify(eventType)}`,
    `"${oneOf(random, adapter.envelopeTimes)}":${JSON.stringify(timeValue(random))}`,
    `"end":{"x":"]}"}`,
  ];
  const shuffled = members.map((member) => ({ member, at: random() })).sort((a, b) => a.at - b.at);
  return {
    text: `{${shuffled.map(({ member }) => member).join(`,${blank(random)}`)}}`,
    items: frame.items.map((item) =>
      needsNoStatus && item.statusless !== undefined ? { ...item, agentId: item.statusless } : item,
    ),
  };
}

/** Elements that are no objects are items too. */
function arrayOf(items: readonly ExpectedItem[], random: Random): Frame {
  const all = items.flatMap((item) => (random() < 0.03 ? [item, oneOf(random, scalars)] : [item]));
  return {
    text: `[${all.map(({ text }) => `${blank(random)}${text}${blank(random)}`).join(',')}]`,
    items: all,
  };
}

const scalars: readonly ExpectedItem[] = ['42', 'null', '"text"', '[]', '[1,2]', 'true'].map((text) => ({
  text,
  agentId: null,
}));

function linesOf(items: readonly ExpectedItem[], random: Random): Frame {
  if (items.length === 0) return { text: '[]', items };
  const end = oneOf(random, ['\n', '\r\n', '\n\n']);
  return { text: items.map(({ text }) => `${text}${end}`).join(''), items };
}

function formBody(random: Random): Frame {
  const agent = oneOf(random, texts);
  const fields = [
    [oneOf(random, ['login', 'agentId', 'user[login]', 'user.login']), agent],
    ['status', oneOf(random, texts)],
    ['timestamp', String(timeValue(random))],
    ['reason[id]', '17'],
  ] as const;
  const text = fields
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  return { text, items: [{ text, agentId: agent.normalize('NFC').trim() }] };
}

// --- bytes

interface Written {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function inCharset(text: string, random: Random): Written {
  const type = oneOf(random, ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'x']);
  const plain = (body: Buffer): Written => ({ headers: { 'content-type': type }, body });
  return oneOf<() => Written>(random, [
    () => plain(Buffer.from(text)),
    () => plain(Buffer.from(text)),
    () => plain(Buffer.from(text)),
    () => ({ headers: {}, body: Buffer.from(text) }),
    () => ({ headers: { 'content-type': `${type}; charset=utf-8` }, body: Buffer.from(text) }),
    () => plain(Buffer.from(`\ufeff${text}`)),
    () => plain(Buffer.from(`\ufeff${text}`, 'utf16le')),
    () => plain(Buffer.from(`\ufeff${text}`, 'utf16le').swap16()),
  ])();
}

function compressed({ headers, body }: Written, random: Random): Written {
  if (random() < 0.1) return { headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body) };
  if (random() < 0.02)
    return { headers: { ...headers, 'content-encoding': 'deflate' }, body: deflateSync(body) };
  return { headers, body };
}

const oddTypes = [
  'application/json; charset=utf-16',
  'application/json; charset=klingon',
  'application/json;charset="',
  'multipart/form-data; boundary=x',
  'text/html; charset=shift_jis',
  ';',
];
const oddEncodings = ['gzip', 'deflate', 'br', 'identity', 'gzip, gzip', 'nonsense'];

function oddHeaders(random: Random): Record<string, string> {
  return {
    ...(random() < 0.7 ? { 'content-type': oneOf(random, oddTypes) } : {}),
    ...(random() < 0.3 ? { 'content-encoding': oneOf(random, oddEncodings) } : {}),
    ...(random() < 0.1
      ? { traceparent: oneOf(random, ['00-x', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`]) }
      : {}),
  };
}

const pieces = [
  '{"agentId":"a","status":"R"}',
  '[',
  ']',
  '{',
  '}',
  ',',
  '"',
  '\\',
  '\n',
  '\u0000',
  '{"events":[',
  'agentId=a&status=',
  '\ufeff',
  'null',
  '['.repeat(300),
  '\\ud800',
];

/** A few faults in one place or several. */
function bent(body: Buffer, random: Random): Buffer {
  let bytes = body;
  for (let faults = 1 + upTo(random, 3); faults > 0; faults--) {
    const at = upTo(random, bytes.length + 1);
    const end = Math.min(bytes.length, at + upTo(random, 20));
    const piece = Buffer.from(oneOf(random, pieces));
    bytes = oneOf<() => Buffer>(random, [
      () => bytes.subarray(0, at),
      () => bytes.subarray(at),
      () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]),
      () => Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]),
      () => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]),
      () => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(end)]),
      () => bytes.map((byte, i) => (i === at ? upTo(random, 256) : byte)) as Buffer,
    ])();
  }
  return Buffer.from(bytes);
}

const noises: readonly ((random: Random) => Buffer)[] = [
  (random) => Buffer.from(times(upTo(random, 200)).map(() => upTo(random, 256))),
  (random) =>
    Buffer.from(
      times(upTo(random, 60))
        .map(() => oneOf(random, pieces))
        .join(''),
    ),
  (random) => Buffer.from([0x1f, 0x8b, 8, ...times(upTo(random, 40)).map(() => upTo(random, 256))]),
  () => Buffer.from('<?xml version="1.0"?><event agent="a"/>'),
  () => Buffer.alloc(0),
];
/** Rare, since they are dear. */
const greatNoises: readonly (() => Buffer)[] = [
  () => Buffer.from('{}\n'.repeat(5_001)),
  () => Buffer.alloc(1024 * 1024 + 1, '['),
  () => gzipSync(Buffer.alloc(8 * 1024 * 1024, '[')),
  () => Buffer.from('['.repeat(500_000)),
  () => Buffer.from(`{"agentId":"${'é'.repeat(300_000)}"}`),
];

const noise = (random: Random): Buffer =>
  random() < 0.005 ? oneOf(random, greatNoises)() : oneOf(random, noises)(random);
