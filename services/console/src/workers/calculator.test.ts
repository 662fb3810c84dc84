/** Real threads against a server that speaks as much ClickHouse as they need, and answers when it is told to. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createManualClock, type ManualClock } from '@adherence/runtime/manual-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Calculator, createCalculator } from './calculator.ts';
import type { FeedsTask } from './task.ts';

let server: Server;
let clock: ManualClock;
let calculator: Calculator;
let asked: ServerResponse[];
let onAsked: () => void;

beforeEach(async () => {
  asked = [];
  onAsked = () => {};
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      asked.push(response);
      onAsked();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  clock = createManualClock();
  const { port } = server.address() as AddressInfo;
  calculator = createCalculator({
    connection: { url: `http://127.0.0.1:${port}` },
    database: {
      query: () => Promise.reject(new Error('the threads ask')),
      queryBlocks: () => Promise.reject(new Error('the threads ask')),
    },
    threads: 1,
    questions: 2,
    limitMs: 1_000,
    clock,
  });
});
afterEach(async () => {
  await calculator.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const task: FeedsTask = {
  kind: 'feeds',
  tenantId: 't1',
  integrations: [{ integrationId: 'odigo', thresholdMs: 1000 }],
  knownAt: 5_000,
};
/** Resolves once the threads have asked the server so many times in all. */
const untilAsked = (times: number): Promise<void> =>
  new Promise((resolve) => {
    onAsked = () => asked.length >= times && resolve();
    onAsked();
  });
const answer = (response: ServerResponse, status = 200) => {
  const columns = ['first_at', 'last_at', 'gap_from', 'gap_to'];
  const document = { meta: columns.map((name) => ({ name })), data: [[10, 4_000, [100], [4_000]]] };
  response.writeHead(status).end(JSON.stringify(document));
};
const ask = (tenantId: string, signal = new AbortController().signal) =>
  calculator.ask(tenantId, signal, (run) => run(task));

describe('calculator', () => {
  it('computes in a thread, from the database that the thread asks', async () => {
    const feeds = ask('t1');
    await untilAsked(1);
    answer(asked[0]!);
    expect((await feeds).get('odigo')).toEqual({
      thresholdMs: 1000,
      gaps: [{ from: 100, to: 4_000 }],
      last: 4_000,
      heard: 4_000,
    });
  });

  it('refuses what is too much at once, by tenant and in all, and takes the next after one is answered', async () => {
    const first = ask('t1');
    await untilAsked(1);
    await expect(ask('t1')).rejects.toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
    const second = ask('t2');
    await expect(ask('t3')).rejects.toMatchObject({ status: 503 });
    answer(asked[0]!);
    await first;
    await untilAsked(2);
    answer(asked[1]!);
    await second;
    const third = ask('t1');
    await untilAsked(3);
    answer(asked[2]!);
    expect((await third).size).toBe(1);
  });

  it('drops a question whose client has gone: what waits is never begun, and the thread goes on with others', async () => {
    const client = new AbortController();
    const both = calculator.ask('t1', client.signal, (run) => Promise.all([run(task), run(task)]));
    await untilAsked(1);
    client.abort();
    await expect(both).rejects.toMatchObject({ status: 499 });
    answer(asked[0]!);
    const other = ask('t2');
    await untilAsked(2);
    answer(asked[1]!);
    await other;
    expect(asked).toHaveLength(2);
  });

  it('gives a question up after the limit', async () => {
    const slow = ask('t1');
    await untilAsked(1);
    const refused = expect(slow).rejects.toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
    await clock.advance(1_000);
    await refused;
    expect(clock.pending()).toBe(0);
  });

  it('tells an outage of the database as one that may pass, and goes on', async () => {
    const failing = ask('t1');
    await untilAsked(1);
    asked[0]!.destroy();
    await expect(failing).rejects.toMatchObject({ name: 'OperationalError' });
    const next = ask('t1');
    await untilAsked(2);
    answer(asked[1]!);
    expect((await next).size).toBe(1);
  });
});
