/** Connections as senders, and those who only want our time, really use them. */
import type { Socket } from 'node:net';
import { createMetrics } from '@adherence/runtime/metrics.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { closeWorlds, newWorld, otherToken, token } from './ingress.testing.ts';
import { closeSockets, head as headOf, opened, statusesOf, textOf, until } from './sockets.testing.ts';

const item = '{"agentId":"anna","status":"READY"}';
const path = `/hooks/odigo/${token}`;
const otherPath = `/hooks/odigo/${otherToken}`;
const small = { MAX_INFLATED_BYTES: '1048576', MAX_OPEN_BYTES: '17000000' };
const head = (to: string, length = item.length, more = '') => headOf(to, length, more);

afterEach(async () => {
  closeSockets();
  await closeWorlds();
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

  it('are not more than so many at once, and the one that waited longest makes room', async () => {
    const world = await newWorld({ MAX_CONNECTIONS: '10' });
    const sockets = [await opened(world.port)];
    const first = textOf(sockets[0]!);
    while (sockets.length < 10) sockets.push(await opened(world.port));
    const eleventh = await opened(world.port);
    expect(await first).toBe('');
    expect(await answerOn(eleventh, head(path) + item)).toBe(200);
    expect(sockets.slice(1).map(({ closed }) => closed)).toEqual(Array(9).fill(false));
  });

  it('cannot keep another tenant out by opening all they can, and its open connection stays', async () => {
    const metrics = createMetrics('ingress');
    const world = await newWorld({ MAX_CONNECTIONS: '20', REQUEST_LIMIT_MS: '60000' }, { metrics });
    const kept = await opened(world.port);
    expect(await answerOn(kept, head(otherPath) + item)).toBe(200);
    // Slow senders with a good address: each tells a part of a body that never ends.
    for (let n = 0; n < 60; n++) (await opened(world.port)).write(`${head(path, 100)}{`);
    for (let n = 0; n < 10; n++) {
      const fresh = await opened(world.port);
      expect(await answerOn(fresh, head(otherPath) + item)).toBe(200);
      fresh.destroy();
    }
    expect(await answerOn(kept, head(otherPath) + item)).toBe(200);
    expect(world.raw()).toHaveLength(12);
    const text = await metrics.text();
    const closed = /^adherence_ingress_refused_total\{.*reason="connections".*\} (\d+)$/m.exec(text)?.[1];
    expect(Number(closed)).toBeGreaterThanOrEqual(41);
  });

  it('cannot keep another address out, though they never say who they are', async () => {
    const world = await newWorld({ MAX_CONNECTIONS: '20' });
    const kept = await opened(world.port, '127.0.0.3');
    expect(await answerOn(kept, head(path) + item)).toBe(200);
    for (let n = 0; n < 60; n++) (await opened(world.port, '127.0.0.2')).write('POST / HTTP/1.1\r\nHos');
    for (let n = 0; n < 10; n++) {
      expect(await answerOn(await opened(world.port, '127.0.0.4'), head(otherPath) + item)).toBe(200);
    }
    expect(await answerOn(kept, head(path) + item)).toBe(200);
    expect(world.raw()).toHaveLength(12);
  });

  it('do not cost the answer of a request that is here as a whole', async () => {
    const sends = Promise.withResolvers<void>();
    const world = await newWorld({ MAX_CONNECTIONS: '10' }, { sendsWait: sends.promise });
    const waiting = await opened(world.port);
    const answer = answerOn(waiting, head(path) + item);
    // Once this one is answered, the other one has been read as well.
    expect(await answerOn(await opened(world.port), head('/hooks/odigo/guess', 0))).toBe(404);
    for (let n = 0; n < 30; n++) (await opened(world.port)).write(`${head(path, 100)}{`);
    sends.resolve();
    expect(await answer).toBe(200);
  });

  it('who never read their answers are cut off', async () => {
    const world = await newWorld({ REQUEST_LIMIT_MS: '200', ANSWER_LIMIT_MS: '300' });
    const socket = await opened(world.port);
    socket.pause();
    const probes = 'GET /hooks/odigo/x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_000);
    // Until neither side takes any more.
    for (let n = 0; n < 100; n++) socket.write(probes);
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await world.post(item)).status).toBe(200);
  });

  it.each([
    ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex'), 400],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['rubbish', '\0\0\0\0\r\n\r\n', 400],
    ['headers without end', `POST ${path} HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}`, 431],
    [
      'two lengths',
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      400,
    ],
    [
      'a length and chunks',
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'chunks that are none',
      `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
    ],
  ])('who send %s are told and cut off', async (_name, sent, status) => {
    const world = await newWorld();
    const socket = await opened(world.port);
    socket.write(sent);
    expect(statusesOf(await textOf(socket))).toEqual([status]);
    expect(world.raw()).toEqual([]);
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

  it('is read the same in pieces of any size', async () => {
    const world = await newWorld();
    const socket = await opened(world.port);
    const text = textOf(socket);
    const close = 'Connection: close\r\n';
    const chunked = `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${item.length.toString(16)}\r\n${item}\r\n0\r\n\r\n`;
    const all =
      head(path) +
      item +
      chunked +
      head('/hooks/odigo/bad', 3) +
      '[,]' +
      head(path, item.length, close) +
      item;
    for (let from = 0; from < all.length; from += 3) {
      socket.write(all.slice(from, from + 3));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(statusesOf(await text)).toEqual([200, 200, 404, 200]);
    expect(world.raw()).toHaveLength(3);
  });

  it('with a thousand requests at once has an answer for each, and what was answered 200 is kept', async () => {
    const world = await newWorld();
    const socket = await opened(world.port);
    const text = textOf(socket);
    for (let n = 0; n < 999; n++) {
      const body = JSON.stringify({ agentId: `a${n}`, status: 'READY' });
      socket.write(head(path, body.length) + body);
    }
    socket.write(head(path, item.length, 'Connection: close\r\n') + item);
    expect(statusesOf(await text)).toEqual(Array(1_000).fill(200));
    expect(new Set(world.raw().map(({ externalUserId }) => externalUserId)).size).toBe(1_000);
  });

  it('that was kept idle, or never used, is closed by a stop at once, and one with a request after its answer', async () => {
    const sends = Promise.withResolvers<void>();
    const world = await newWorld({}, { sendsWait: sends.promise });
    const [idle, unused] = [await opened(world.port), await opened(world.port)];
    expect(await answerOn(idle, head('/hooks/odigo/guess', 0))).toBe(404);
    const busy = await opened(world.port);
    const answer = answerOn(busy, head(path) + item);
    expect(await answerOn(idle, head('/hooks/odigo/guess', 0))).toBe(404);
    const stopped = world.stop();
    await Promise.all([idle, unused].map(textOf));
    sends.resolve();
    expect(await answer).toBe(200);
    await textOf(busy);
    await stopped;
    expect(world.raw()).toHaveLength(1);
  });
});

/** The status of the next answer; 0 when it is closed without one. */
function answerOn(socket: Socket, request: string): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    const settle = (status: number) => {
      socket.off('data', take).off('close', close);
      resolve(status);
    };
    const take = (chunk: Buffer) => {
      text += chunk;
      const [status] = statusesOf(text);
      if (status !== undefined && text.includes('\r\n\r\n')) settle(status);
    };
    const close = () => settle(0);
    socket.on('data', take).on('close', close);
    socket.write(request);
  });
}
