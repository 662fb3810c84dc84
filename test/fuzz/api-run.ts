/**
 * Calls the API with requests made from its own description and bent at random (api-mutations.ts). No answer may be a
 * 5xx, every refusal is a problem document, and what succeeds is what the description says.
 */
import {
  type GeneratedRequest,
  nameOf,
  type Operation,
  operationsOf,
  requestOf,
  sampled,
} from '@adherence/console/requests.testing.ts';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { type FuzzedRequest, fuzzed, oneOf, type Random } from './api-mutations.ts';

export interface ApiUnderTest {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly operatorToken: string;
  /** A 503 with Retry-After is an answer of a machine that has too much to do, and no failure. */
  readonly mayBeBusy: boolean;
  /** Posts a notification under a URL token, so that there is something to read; null where nobody takes it. */
  readonly notify: ((urlToken: string) => Promise<void>) | null;
}

export interface FuzzResult {
  readonly requests: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Operations that were never answered with success, so that nothing behind their checks was reached. */
  readonly neverDone: readonly string[];
  readonly slowest: { readonly ms: number; readonly operation: string };
  /** Answers that took longer than `slowMs`, or were a 503 with Retry-After, by operation. */
  readonly slow: Readonly<Record<string, number>>;
  readonly busy: Readonly<Record<string, number>>;
  /** The first of each kind. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly operation: string;
  readonly what: string;
  readonly request: string;
  readonly answer: string;
}

/** Longer than anybody who waits for an answer is kept waiting. */
const slowMs = 10_000;

/** The same requests for the same seed, as long as the description is the same. */
export async function fuzzApi(
  api: ApiUnderTest,
  { requests, seed }: { readonly requests: number; readonly seed: number },
  progress: (done: number, failures: readonly Failure[]) => void = () => {},
): Promise<FuzzResult> {
  const random = randomFrom(seed);
  const tokens = await setUp(api);
  const description = await api.fetch(requestTo('GET', '/openapi.json', null));
  const openApi = (await description.json()) as { readonly paths: Readonly<Record<string, unknown>> };
  const operations = operationsOf(openApi).filter(({ path }) => path !== '/session');
  const judge = createJudge(openApi, api.mayBeBusy);
  const pools = new Map<Operation, ReturnType<typeof poolOf>>();
  const chosen = createChosenIds();
  const statuses: Record<string, number> = {};
  const succeeded = new Set<string>();
  const failures = new Map<string, Failure>();
  const slow: Record<string, number> = {};
  const busy: Record<string, number> = {};
  let slowest = { ms: 0, operation: '' };
  for (let i = 0; i < requests; i++) {
    const operation = oneOf(random, operations);
    let pool = pools.get(operation);
    if (!pool || pool.left === 0) {
      pool = poolOf(operation, seed + i);
      pools.set(operation, pool);
    }
    const request = fuzzed(withChosenId(operation, pool.next(), chosen, random), random);
    const luck = random();
    // Tokens that are none are rare: too many of them and everything from here waits.
    const token =
      luck < 0.8 ? tokens.bestFor(operation) : luck < 0.997 ? oneOf(random, tokens.all) : 'adh_nonsense';
    const startedAt = performance.now();
    const response = await api.fetch(requestTo(request.method, request.path, token, request));
    const answer = { response, text: await textOf(response) };
    const ms = performance.now() - startedAt;
    const name = nameOf(operation);
    if (ms > slowest.ms) slowest = { ms, operation: name };
    if (ms > slowMs) slow[name] = (slow[name] ?? 0) + 1;
    if (response.status === 503) busy[name] = (busy[name] ?? 0) + 1;
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    if (response.ok && request.method === operation.method) succeeded.add(name);
    if (response.status === 201 && operation.method === 'POST') chosen.add(operation, answer.text);
    const what = judge(operation, request, answer);
    const kind = `${name} ${what?.slice(0, 40)}`;
    if (what && !failures.has(kind)) failures.set(kind, failureOf(name, what, request, token, answer));
    if ((i + 1) % 1000 === 0) progress(i + 1, [...failures.values()]);
  }
  const neverDone = operations.map(nameOf).filter((name) => !succeeded.has(name));
  return { requests, statuses, neverDone, slowest, slow, busy, failures: [...failures.values()] };
}

/** Ids that requests use: few, so that they meet each other. */
const ids = ['a', 'b', 'odigo', 'present', 'default', 'fuzz'];
const idsOf: Readonly<Record<string, readonly string[]>> = {
  integrationId: ['odigo', 'odigo', 'a'],
  activityId: ['present', 'present', 'a'],
  planningUnitId: ['default', 'default', 'a'],
  personId: ['a', 'a', 'b'],
  personIds: ['a', 'a', 'b'],
};

/** Ids that the API chose itself, of what was made here; the seed does not decide them. */
function createChosenIds() {
  const byPath = new Map<string, string[]>();
  return {
    add({ path }: Operation, text: string): void {
      const { id } = JSON.parse(text) as { id?: unknown };
      if (typeof id !== 'string') return;
      byPath.set(path, [...(byPath.get(path) ?? []), id].slice(-5));
    },
    /** Of what was posted to the path before the last parameter. */
    of: ({ path }: Operation): readonly string[] => byPath.get(path.replace(/\/\{\w+\}$/, '')) ?? [],
  };
}

function withChosenId(
  operation: Operation,
  request: GeneratedRequest,
  chosen: ReturnType<typeof createChosenIds>,
  random: Random,
): GeneratedRequest {
  const ids = chosen.of(operation);
  if (ids.length === 0 || !operation.path.endsWith('}') || random() < 0.5) return request;
  const path = request.path.replace(/\/[^/?]*(\?|$)/, (_, end: string) => `/${oneOf(random, ids)}${end}`);
  return { ...request, path };
}

function poolOf(operation: Operation, seed: number) {
  const named = (name: string, isId: boolean) => {
    if (isId) return fc.constantFrom(...(idsOf[name] ?? ids));
    if (name === 'status' || name === 'breakType') return fc.constantFrom('READY', 'BREAK');
    if (name === 'externalUserId' || name === 'team') return fc.constantFrom('u1', 'u2', 'u3');
    return null;
  };
  const samples = sampled(requestOf(operation, named), seed, 50);
  return {
    get left() {
      return samples.length;
    },
    next: () => samples.pop()!,
  };
}

async function setUp(api: ApiUnderTest) {
  const send = async (method: string, path: string, token: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const response = await api.fetch(requestTo(method, path, token, { headers, body: JSON.stringify(body) }));
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return (await response.json()) as { token: string };
  };
  const { operatorToken } = api;
  const tenant = { id: 'fuzz', name: 'Fuzz', timeZone: 'Europe/Paris' };
  const admin = (await send('POST', '/tenants', operatorToken, tenant)).token;
  const token = async (role: string, limit: object = {}) =>
    (await send('POST', '/tokens', admin, { name: role, role, ...limit })).token;
  const contact = { name: 'Ops', email: 'ops@centre.example' };
  const integration = {
    name: 'Odigo',
    timeZone: 'Europe/Paris',
    contact,
    breakDetail: null,
    feedGapSeconds: null,
  };
  await send('PUT', '/integrations/odigo', admin, integration);
  await send('PUT', '/people/a', admin, { name: 'A', team: 'u1' });
  if (api.notify) await api.notify((await send('POST', '/integrations/odigo/url-tokens', admin, {})).token);
  const all = [
    ...[await token('planner'), await token('analyst'), await token('viewer'), operatorToken],
    ...[await token('planner', { teams: ['u1'] }), null],
  ];
  const bestFor = ({ path }: Operation) => (path.startsWith('/tenants') ? operatorToken : admin);
  return { all, bestFor };
}

function requestTo(
  method: string,
  path: string,
  token: string | null,
  { headers = {}, body }: Partial<Pick<FuzzedRequest, 'headers' | 'body'>> = {},
): Request {
  return new Request(`http://console.test/api/v1${path}`, {
    method,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

/** Of a stream its first event; the rest is not waited for. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'text/event-stream' || !response.body) return response.text();
  const reader = response.body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

interface Answer {
  readonly response: Response;
  readonly text: string;
}

/** What is wrong with an answer, null when nothing is. */
function createJudge(openApi: { readonly paths: Readonly<Record<string, unknown>> }, mayBeBusy: boolean) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const problem = ajv.compile({
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'errors'],
    properties: { errors: { type: 'array', items: { type: 'object', required: ['path', 'message'] } } },
  });
  const validators = new Map<string, ValidateFunction | null>();
  const validatorOf = ({ method, path }: Operation, status: number) => {
    const key = `${method} ${path} ${status}`;
    if (!validators.has(key)) {
      // biome-ignore lint/suspicious/noExplicitAny: a document of OpenAPI, of any shape
      const operation = (openApi.paths as any)[`/api/v1${path}`][method.toLowerCase()];
      const schema = operation.responses[status]?.content?.['application/json']?.schema;
      validators.set(key, schema ? ajv.compile(schema) : null);
    }
    return validators.get(key)!;
  };
  return (operation: Operation, request: FuzzedRequest, { response, text }: Answer): string | null => {
    const { status, headers } = response;
    const type = headers.get('content-type');
    if (status === 503 && mayBeBusy && headers.has('retry-after')) return null;
    if (status >= 500) return `a ${status}`;
    if (status >= 400) {
      if (type !== 'application/problem+json') return `a ${status} of type ${type}`;
      const document = request.method === 'HEAD' ? null : JSON.parse(text);
      if (document && !problem(document)) return `a problem that is none: ${ajv.errorsText(problem.errors)}`;
      return document && document.status !== status ? 'a problem with another status' : null;
    }
    const isAsDescribed = request.method === operation.method && addressOf(operation).test(request.path);
    if (!isAsDescribed || type !== 'application/json') return null;
    const validate = validatorOf(operation, status);
    if (!validate) return `a ${status} that is not described`;
    return validate(JSON.parse(text)) ? null : `not as described: ${ajv.errorsText(validate.errors)}`;
  };
}

const addressOf = ({ path }: Operation): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}(\\?|$)`);

function failureOf(
  operation: string,
  what: string,
  { method, path, headers, body }: FuzzedRequest,
  token: string | null,
  { text }: Answer,
): Failure {
  const shown = {
    method,
    path: path.slice(0, 500),
    headers,
    token: token?.slice(0, 8) ?? null,
    body: String(body).slice(0, 1000),
  };
  return { operation, what, request: JSON.stringify(shown), answer: text.slice(0, 500) };
}

/** mulberry32 */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
