/** More than the ingress can take, and senders that want nothing but its time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { createMetrics } from '@adherence/runtime/metrics.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { configSchema } from './config.ts';
import { closeWorlds, newWorld, otherToken, token, urlToken } from './ingress.testing.ts';

const item = '{"agentId":"anna","status":"READY"}';
const path = `/hooks/odigo/${token}`;
const otherPath = `/hooks/odigo/${otherToken}`;
const small = { MAX_INFLATED_BYTES: '1048576', MAX_OPEN_BYTES: '17000000' };

afterEach(closeWorlds);

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

const head = (to: string, length = item.length, more = '') =>
  `POST ${to} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n${more}\r\n`;

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}); // Cut off by the ingress: that is what it is for.
  await once(socket, 'connect');
  return socket;
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

describe('memory', () => {
  it('is shared fairly: a tenant that fills its share is answered 503, others go on', async () => {
    const world = await newWorld({ ...small, REQUEST_LIMIT_MS: '60000' });
    const big = (to: string) => world.post(`[${item}${' '.repeat(600_000)}]`, { path: to });
    const slow: ReturnType<typeof world.open>[] = [];
    let refused: Response | undefined;
    await until(async () => {
      const request = world.open('POST', { 'content-length': '900000' });
      request.write(Buffer.alloc(800_000, ' '));
      slow.push(request);
      refused = await big(path);
      return refused.status === 503;
    });
    expect(refused?.headers.get('retry-after')).toBe('2');
    expect((await big(otherPath)).status).toBe(200);
    expect((await world.post(item, { path: otherPath })).status).toBe(200);
    for (const request of slow) request.destroy();
    await until(async () => (await big(path)).status === 200);
  });

  it('is taken for what a compressed body holds, however little it says', async () => {
    const world = await newWorld(small);
    const items = `[${Array.from({ length: 1_000 }, () => item).join(',')}]`;
    const honest = gzipSync(items);
    const lying = Buffer.from(honest);
    lying.writeUInt32LE(100, lying.length - 4);
    expect(await (await world.post(honest)).json()).toMatchObject({ accepted: 1_000 });
    // Its trailer is wrong, so it is corrupt to the end: kept, and not trusted.
    expect(await (await world.post(lying)).json()).toMatchObject({ accepted: 0, rejected: 1 });
    const twoMembers = Buffer.concat([gzipSync('['.padEnd(5_000)), gzipSync(`${item}]`)]);
    expect(await (await world.post(twoMembers)).json()).toMatchObject({ accepted: 1 });
  });

  it('holds at least one request of the greatest kind, or the settings are refused', () => {
    expect(() => configSchema.parse({ MAX_OPEN_BYTES: String(8 * 1024 * 1024) })).toThrow(/MAX_OPEN_BYTES/);
  });

  it.runIf(existsSync('/proc/self/status'))(
    'stays within its bound at ten times the capacity, and everybody is answered',
    async () => {
      const capacity = 32 * 1024 * 1024;
      const { child, port } = await startProcess({
        MAX_OPEN_BYTES: String(capacity),
        ANSWER_LIMIT_MS: '1500',
      });
      const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
      const post = (to: string, body: Buffer | string) =>
        new Promise<{ status: number; retryAfter: string | undefined }>((resolve, reject) => {
          const request = httpRequest(
            { port, host: '127.0.0.1', method: 'POST', path: to, agent },
            (response) => {
              response.resume();
              const { statusCode: status = 0, headers } = response;
              response.on('end', () => resolve({ status, retryAfter: headers['retry-after'] }));
            },
          );
          request.on('error', reject);
          request.end(body);
        });
      await post(path, item);
      const before = peakBytes(child.pid!);
      const body = Buffer.from(`[${item},${JSON.stringify({ agentId: 'b', x: 'y'.repeat(800_000) })}]`);
      const count = Math.ceil((10 * capacity) / body.length);
      const answers = await Promise.all(
        Array.from({ length: count }, (_, i) => post(i % 2 === 0 ? path : otherPath, body)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
      expect(answers.every(({ retryAfter }) => retryAfter === '2')).toBe(true);
      // Twice the bound, for what the garbage collector leaves for later, and the buffers of 420 sockets.
      expect(peakBytes(child.pid!) - before).toBeLessThan(2 * capacity + 128 * 1024 * 1024);
      agent.destroy();
      child.kill();
    },
  );
});

describe('the rate of one address', () => {
  it('is bounded: 503 with the time to wait, and no other address is touched', async () => {
    const metrics = createMetrics('ingress');
    const limits = { TOKEN_EVENTS_PER_SECOND: '1', TOKEN_EVENTS_BURST: '10' };
    const world = await newWorld(limits, { metrics });
    const ten = `[${Array.from({ length: 14 }, () => item).join(',')}]`;
    expect((await world.post(ten)).status).toBe(200);
    const refused = await world.post(item);
    expect([refused.status, refused.headers.get('content-type')]).toEqual([503, 'application/problem+json']);
    expect(await refused.json()).toMatchObject({ status: 503, title: 'Too many events' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(3);
    expect(await metrics.text()).toMatch(/^adherence_ingress_refused_total\{.*reason="rate".*\} 1$/m);
    expect((await world.post(item, { path: otherPath })).status).toBe(200);
    expect(world.raw()).toHaveLength(15);
  });
});

describe('an integration that sends nothing but rubbish', () => {
  it('is answered 503 past its share, and good items of it are taken all the same', async () => {
    const metrics = createMetrics('ingress');
    const limits = { TOKEN_EVENTS_PER_SECOND: '10', TOKEN_EVENTS_BURST: '100' };
    const world = await newWorld(limits, { metrics });
    await world.configure(urlToken('k2', 'second-token', 'odigo'));
    const second = { path: '/hooks/odigo/second-token' };
    const rubbish = `[${Array.from({ length: 12 }, () => '{}').join(',')}]`;
    const first = await world.post(rubbish);
    expect([first.status, JSON.parse(await first.text()).rejected]).toEqual([200, 12]);
    const refused = await world.post(rubbish);
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true]);
    expect((await world.post(rubbish, second)).status).toBe(503);
    expect(await metrics.text()).toMatch(/^adherence_ingress_refused_total\{.*reason="rubbish".*\} 2$/m);
    const mixed = await world.post(`[{},${item}]`);
    expect(JSON.parse(await mixed.text())).toMatchObject({ accepted: 1, rejected: 1 });
    expect((await world.post(rubbish, { path: otherPath })).status).toBe(200);
    expect(world.raw()).toHaveLength(1);
  });
});

describe('senders that want time', () => {
  it.each([
    ['say nothing', ''],
    ['stop in their headers', 'POST / HTTP/1.1\r\nHos'],
    ['stop in their body', head(path, 100)],
  ])('who %s are cut off, and others are served meanwhile', async (_name, sent) => {
    const world = await newWorld({ REQUEST_LIMIT_MS: '200' });
    const sockets = await Promise.all(Array.from({ length: 50 }, () => opened(world.port)));
    const ends = sockets.map((socket) => {
      socket.write(sent);
      return textOf(socket);
    });
    expect((await world.post(item)).status).toBe(200);
    for (const text of await Promise.all(ends)) expect(text).toMatch(/^HTTP\/1\.1 408 |^$/);
    expect((await world.post(item)).status).toBe(200);
    expect(world.raw()).toHaveLength(2);
  });

  it('are not more than so many at once', async () => {
    const world = await newWorld({ MAX_CONNECTIONS: '10' });
    const sockets = await Promise.all(Array.from({ length: 10 }, () => opened(world.port)));
    const eleventh = await opened(world.port);
    expect(await textOf(eleventh)).toBe('');
    for (const socket of sockets) socket.destroy();
    await until(async () => (await world.post(item).catch(() => null))?.status === 200);
  });

  it('who guess addresses in one long pipeline hold a bounded amount', async () => {
    const world = await newWorld(small);
    const socket = await opened(world.port);
    const guesses = 3_000;
    for (let i = 0; i < guesses; i++) socket.write(head(`/hooks/odigo/guess-${i}`, 0));
    socket.end();
    const answers = (await textOf(socket)).match(/HTTP\/1\.1 \d+/g) ?? [];
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.filter((answer) => !/ (404|503)$/.test(answer))).toEqual([]);
    expect((await world.post(item)).status).toBe(200);
  });
});

describe('one connection', () => {
  it('is kept alive over many requests', async () => {
    const world = await newWorld();
    const socket = await opened(world.port);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    for (let i = 1; i <= 50; i++) {
      socket.write(head(path) + item);
      await until(() => text.split('HTTP/1.1 200').length - 1 === i);
    }
    socket.destroy();
    expect(world.raw()).toHaveLength(50);
  });

  it('answers pipelined requests in order, the good, the bad and the refused', async () => {
    const world = await newWorld();
    const socket = await opened(world.port);
    const last = head(path, item.length, 'Connection: close\r\n');
    socket.write(head(path) + item + head('/hooks/odigo/bad') + item + head(path) + item);
    socket.write(`${head(path, 4)}<x/>${head('/elsewhere', 0)}${last}${item}`);
    expect((await textOf(socket)).match(/HTTP\/1.1 \d+/g)).toEqual(
      [200, 404, 200, 200, 404, 200].map((status) => `HTTP/1.1 ${status}`),
    );
    expect(world.raw()).toHaveLength(3);
  });

  it('goes on after an answer that came before the body was read', async () => {
    const world = await newWorld({ TOKEN_EVENTS_PER_SECOND: '1', TOKEN_EVENTS_BURST: '1' });
    const socket = await opened(world.port);
    const pair = `[${item},${item}]`;
    socket.write(head(path, pair.length) + pair);
    await until(() => world.raw().length === 2);
    const long = 200_000;
    socket.write(
      `${head(path, long)}${' '.repeat(long)}${head(otherPath, item.length, 'Connection: close\r\n')}${item}`,
    );
    expect((await textOf(socket)).match(/HTTP\/1.1 \d+/g)).toEqual(
      [200, 503, 200].map((status) => `HTTP/1.1 ${status}`),
    );
  });
});

async function startProcess(
  environment: Record<string, string>,
): Promise<{ child: ChildProcess; port: number }> {
  const script = join(import.meta.dirname, 'overload.testing.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(environment)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout! }), 'line');
  return { child, port: Number(line) };
}

/** The most memory that a process ever had resident. */
const peakBytes = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
