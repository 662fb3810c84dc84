/** What a careless or hostile client makes of a right request. Everything follows from the random numbers given. */
import type { GeneratedRequest } from '@adherence/console/requests.testing.ts';

export interface FuzzedRequest {
  readonly method: string;
  /** Under /api/v1. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
}

/** Uniform in [0, 1). */
export type Random = () => number;

export const oneOf = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

export function fuzzed(request: GeneratedRequest, random: Random): FuzzedRequest {
  const { method, path, body } = request;
  let text: FuzzedRequest['body'] = body === undefined ? undefined : JSON.stringify(body);
  let headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  let address = path;
  let verb = method;
  // Most requests stay right in most of their parts, so that they reach what lies behind the checks.
  if (random() < 0.4 && body !== undefined) text = JSON.stringify(withFault(body, random));
  if (random() < 0.06) text = brokenText(text, random);
  if (random() < 0.15) address = withOddAddress(address, random);
  if (random() < 0.25) headers = { ...headers, ...oddHeaders(random) };
  if (random() < 0.03) verb = oneOf(random, ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']);
  if (verb === 'GET' || verb === 'HEAD') text = undefined;
  return { method: verb, path: address, headers, body: text };
}

const oddTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'null',
  '../../etc',
  "' OR 1 = 1 --",
  '{tenant:String}',
  '\ud83d',
  'é'.repeat(300),
  '😀',
  'constructor',
  '__proto__',
  '2026-02-30',
  '2026-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '1e400',
  '\u202e<script>',
  'a|b|c',
  'x'.repeat(70_000),
];
const oddValues: readonly unknown[] = [
  ...oddTexts,
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  [],
  {},
  [[[[]]]],
  { a: { b: {} } },
  nested(2_000),
];

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

/** One place of the document holds something else, is missing, is there twice, or is not known. */
function withFault(value: unknown, random: Random): unknown {
  if (random() < 0.15 || value === null || typeof value !== 'object') return oneOf(random, oddValues);
  if (Array.isArray(value)) {
    if (value.length === 0 || random() < 0.2) return [...value, oneOf(random, oddValues)];
    if (random() < 0.1) return value.concat(value);
    const index = Math.floor(random() * value.length);
    return value.with(index, withFault(value[index], random));
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || random() < 0.2) {
    return Object.fromEntries([...entries, [oneOf(random, oddTexts), oneOf(random, oddValues)]]);
  }
  const at = Math.floor(random() * entries.length);
  if (random() < 0.2) return Object.fromEntries(entries.toSpliced(at, 1));
  const [name, field] = entries[at]!;
  return Object.fromEntries(entries.with(at, [name, withFault(field, random)]));
}

function brokenText(text: FuzzedRequest['body'], random: Random): FuzzedRequest['body'] {
  const whole = typeof text === 'string' ? text : '{}';
  return oneOf<() => FuzzedRequest['body']>(random, [
    () => whole.slice(0, Math.floor(random() * whole.length)),
    () => `\ufeff${whole}`,
    () => `${whole}${whole}`,
    () => new Uint8Array([0xff, 0xfe, 0x00, 0xd8]),
    () => new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0]),
    () => '['.repeat(20_000),
    () => 'personId,name\n"unclosed,x\n1,2,3,4\n',
    () => `{"a":"${'x'.repeat(1_100_000)}"}`,
    () => undefined,
  ])();
}

function withOddAddress(path: string, random: Random): string {
  const [before = '', query = ''] = path.split('?');
  const odd = encodeURIComponent(oneOf(random, oddTexts).toWellFormed().slice(0, 6_000));
  return oneOf<() => string>(random, [
    () => `${path}${query ? '&' : '?'}${odd}=${odd}`,
    () => `${before}?${query}&${query}`,
    () => `${before}?${query.replace(/=[^&]*/, () => `=${odd}`)}`,
    () => before.replace(/\/[^/]*$/, () => `/${odd}`),
    () => `${before}/`,
    () => `${before}/${odd}`,
    () => `${before}?${query}&limit=${odd}&cursor=${odd}`,
    () => `${before.replace(/\/[^/]*$/, '')}/%E0%A4%A`,
  ])();
}

function oddHeaders(random: Random): Record<string, string> {
  return oneOf<Record<string, string>>(random, [
    { 'if-match': '*' },
    { 'if-match': '"0"' },
    { 'if-match': 'W/"99999999999999999999"' },
    { 'if-none-match': '*' },
    { 'if-none-match': '"x"' },
    { 'content-type': 'text/csv' },
    { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-encoding': 'gzip' },
    { accept: 'text/csv' },
    { accept: 'image/png' },
    { 'last-event-id': 'x-999999999999999' },
    { 'content-length': '99999999999' },
    { cookie: 'adherence_session=e30.e30' },
    { origin: 'https://evil.example' },
    { 'x-forwarded-for': `,,,${'1.2.3.4,'.repeat(100)}` },
    { range: 'bytes=0-1' },
  ]);
}
