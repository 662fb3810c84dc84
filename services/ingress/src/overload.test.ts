/** More than the ingress can take. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { createMetrics } from '@adherence/runtime/metrics.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { configSchema } from './config.ts';
import { closeWorlds, newWorld, otherToken, token, urlToken } from './ingress.testing.ts';
import { until } from './sockets.testing.ts';

const item = '{"agentId":"anna","status":"READY"}';
const path = `/hooks/odigo/${token}`;
const otherPath = `/hooks/odigo/${otherToken}`;
const small = { MAX_INFLATED_BYTES: '1048576', MAX_OPEN_BYTES: '17000000' };

afterEach(closeWorlds);

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
