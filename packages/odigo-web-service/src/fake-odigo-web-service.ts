/**
 * A break web service for tests and the demo, as http-break-type-source.ts asks it, with ways to misbehave. It knows
 * the agents that it is told of; no public specification of Odigo's own exists.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface FakeOdigoWebService {
  /** With the path of the Odigo tenant, as an administrator would enter it. */
  readonly url: string;
  /** How it answers from now on. */
  behaviour: FakeBehaviour;
  /** What each agent is doing; an agent that is not here is unknown. */
  readonly agents: Map<string, { readonly status: string; readonly breakType: string | null }>;
  /** Agent of every question, in order, whatever became of it. */
  readonly questions: string[];
  /** Questions that are not answered yet. */
  readonly waiting: () => number;
  /** Answers the questions that `slow` keeps, as it behaves now. */
  readonly release: () => void;
  readonly close: () => Promise<void>;
}

export type FakeBehaviour =
  | 'well'
  /** Keeps every question until `release`. */
  | 'slow'
  /** Closes the connection without an answer. */
  | 'reset'
  /** Does so when the connection has been used before. */
  | 'reset-reused'
  | 'password'
  | 'redirect'
  | 'server-error'
  | 'overloaded'
  | 'not-found'
  /** 200 with something that is no answer. */
  | 'html'
  | 'truncated'
  | 'empty'
  | 'other-agent'
  | 'other-document'
  | 'huge'
  | 'gzip'
  /** Begins an answer and never ends it. */
  | 'endless';

export interface FakeCredentials {
  readonly username: string;
  readonly password: string;
}

export async function startFakeOdigoWebService(
  { username, password }: FakeCredentials,
  port = 0,
): Promise<FakeOdigoWebService> {
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const kept: (() => void)[] = [];
  const used = new WeakSet<Socket>();
  let open = 0;
  const server = createServer((request, response) => {
    if (fake.behaviour === 'reset-reused' && used.has(request.socket)) {
      request.socket.destroy();
      return;
    }
    used.add(request.socket);
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    const agent = agentOf(request);
    if (agent !== null) fake.questions.push(agent);
    const answer = () => answerAs(fake, request, response, agent, expected);
    if (fake.behaviour === 'slow') kept.push(answer);
    else answer();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const fake: FakeOdigoWebService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ws/demo`,
    behaviour: 'well',
    agents: new Map(),
    questions: [],
    waiting: () => open,
    release() {
      for (const answer of kept.splice(0)) answer();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

function agentOf({ url = '' }: IncomingMessage): string | null {
  const found = /^\/ws\/demo\/agents\/([^/?]+)\/status$/.exec(url);
  return found ? decodeURIComponent(found[1]!) : null;
}

function answerAs(
  fake: FakeOdigoWebService,
  request: IncomingMessage,
  response: ServerResponse,
  agentId: string | null,
  expected: string,
): void {
  if (fake.behaviour === 'reset') {
    request.socket.destroy();
    return;
  }
  const isKnown = request.headers.authorization === expected;
  const { status, body, headers } = isKnown ? answerOf(fake, agentId) : refused;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  if (fake.behaviour === 'endless') response.write('{"breakType":');
  else response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

interface Answer {
  readonly status: number;
  /** Text as it is, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const refused: Answer = { status: 401, body: { error: 'not authorised' } };
const noSuchPath: Answer = {
  status: 404,
  body: '<h1>Not found</h1>',
  headers: { 'content-type': 'text/html' },
};

function answerOf({ behaviour, agents }: FakeOdigoWebService, agentId: string | null): Answer {
  const known = agentId === null ? undefined : agents.get(agentId);
  const well = { agentId, status: known?.status ?? null, breakType: known?.breakType ?? null };
  switch (behaviour) {
    case 'password':
      return refused;
    case 'redirect':
      return { status: 302, body: '', headers: { location: 'https://elsewhere.example/ws' } };
    case 'server-error':
      return { status: 500, body: 'something broke' };
    case 'overloaded':
      return { status: 429, body: { error: 'too many requests' } };
    case 'not-found':
      return noSuchPath;
    case 'html':
      return { status: 200, body: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } };
    case 'truncated':
      return { status: 200, body: JSON.stringify(well).slice(0, -5) };
    case 'empty':
      return { status: 200, body: '' };
    case 'other-agent':
      return { status: 200, body: { agentId: 'somebody@else.example', breakType: 'lunch' } };
    case 'other-document':
      return { status: 200, body: { version: 3, name: 'gateway' } };
    case 'huge':
      return { status: 200, body: { ...well, filler: 'x'.repeat(200_000) } };
    case 'gzip':
      return { status: 200, body: 'not really packed', headers: { 'content-encoding': 'gzip' } };
    default:
      if (agentId === null) return noSuchPath;
      return known ? { status: 200, body: well } : { status: 404, body: { error: 'unknown agent' } };
  }
}
