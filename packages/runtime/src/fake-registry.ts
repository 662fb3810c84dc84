/** A schema registry for tests: three routes of the Confluent API over HTTP, and ways to misbehave. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRegistry {
  readonly url: string;
  /** `METHOD path` of every request, in order. */
  readonly requests: string[];
  /** Answers every request so; `hang` never answers. null = properly. */
  behaviour: number | 'hang' | null;
  /** A schema that somebody else registered; answers its id. */
  put(schema: object): number;
  close(): Promise<void>;
}

export async function startFakeRegistry(): Promise<FakeRegistry> {
  const schemas: string[] = [];
  const idOf = (schema: string): number => {
    if (!schemas.includes(schema)) schemas.push(schema);
    return 100 + schemas.indexOf(schema);
  };
  const answerTo = async (request: IncomingMessage): Promise<{ status: number; body: object }> => {
    const [, root, , id] = request.url!.split('/');
    if (request.method === 'GET' && root === 'schemas') {
      const schema = schemas[Number(id) - 100];
      return schema ? { status: 200, body: { schema } } : { status: 404, body: { error_code: 40403 } };
    }
    const { schema } = JSON.parse(await textOf(request)) as { schema?: string };
    return { status: 200, body: schema === undefined ? {} : { id: idOf(schema) } };
  };
  const server = createServer((request, response) => {
    registry.requests.push(`${request.method} ${request.url}`);
    if (registry.behaviour === 'hang') return;
    void answerTo(request).then(({ status, body }) => {
      response.statusCode = registry.behaviour === null ? status : Number(registry.behaviour);
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry: FakeRegistry = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    behaviour: null,
    put: (schema) => idOf(JSON.stringify(schema)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return registry;
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
