import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { command } from '@adherence/domain/configuration/given.testing.ts';
import { configurationOffsetHeader } from '@adherence/domain/notifications/raw-headers.ts';
import { externalUserKey, partitionOf, streamPartitions, topics } from '@adherence/schemas/topics.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { closeWorlds, newWorld, token, urlToken } from './ingress.testing.ts';

const item = '{"agentId":"anna","status":"READY"}';

afterEach(closeWorlds);

describe('POST /hooks/odigo/{urlToken}', () => {
  it.each([
    ['an object', item, 1, 0],
    ['an array with a bad item', `[${item},{"agentId":"b"}]`, 1, 1],
    ['an envelope', `{"source":"odigo","events":[${item},${item}]}`, 2, 0],
    ['NDJSON', `${item}\n${item}\n`, 2, 0],
    ['a form', 'agentId=anna&status=READY', 1, 0],
    ['nothing', '[]', 0, 0],
    ['rubbish', '<xml/>', 0, 1],
  ])('takes %s', async (_name, body, accepted, rejected) => {
    const world = await newWorld();
    const answer = await world.post(body);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      accepted,
      rejected,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect([world.raw().length, world.rejected().length]).toEqual([accepted, rejected]);
  });

  it('takes PUT, gzip, a slash at the end and a query', async () => {
    const world = await newWorld();
    const body = gzipSync(item);
    for (const headers of [{ 'content-encoding': 'gzip' }, {}]) {
      const answer = await world.post(body, { method: 'PUT', headers, path: `/hooks/odigo/${token}/?x=1` });
      expect(await answer.json()).toMatchObject({ accepted: 1, rejected: 0 });
    }
    const plain = await world.post(item, { headers: { 'content-encoding': 'gzip' } });
    expect(await plain.json()).toMatchObject({ accepted: 1, rejected: 0 });
  });

  it('keeps the original bytes, under the key of the user', async () => {
    const world = await newWorld();
    await world.post(`[ {"login" : " anna " ,"state":"READY"} ]`);
    const [message] = world.broker.records(topics.notifications.name);
    const key = externalUserKey('t1', 'odigo', 'anna');
    expect(message).toMatchObject({ key, partition: partitionOf(key, streamPartitions) });
    expect(Number(message!.headers[configurationOffsetHeader])).toBeGreaterThan(0);
    expect(world.raw()[0]).toMatchObject({
      tenantId: 't1',
      integrationId: 'odigo',
      externalUserId: 'anna',
      itemIndex: 0,
      body: Buffer.from('{"login" : " anna " ,"state":"READY"}'),
    });
  });

  it('answers every token that is not valid with the same bytes', async () => {
    const world = await newWorld();
    await world.configure(command('urlToken', 'k1', null));
    const answers = [];
    for (const bad of [token, 'unknown', '', '%2e%2e', 'x'.repeat(5_000)]) {
      const answer = await world.post(item, { path: `/hooks/odigo/${bad}` });
      const { date: _date, ...headers } = Object.fromEntries(answer.headers);
      answers.push([answer.status, headers, await answer.text()]);
    }
    expect(answers[0]![0]).toBe(404);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(world.raw()).toHaveLength(0);
  });

  it('takes no shorter way for a revoked token than for one that never was', async () => {
    const world = await newWorld();
    await world.configure(command('urlToken', 'k1', null));
    const status = async (bad: string) => (await world.post(item, { path: `/hooks/odigo/${bad}` })).status;
    expect([await status(token), await status('unknown')]).toEqual([404, 404]);
    // While nobody can be asked whether it was made meanwhile, neither is refused for good.
    world.outage.away = true;
    expect([await status(token), await status('unknown')]).toEqual([503, 503]);
  });

  it('knows a token the moment after it was written', async () => {
    const world = await newWorld();
    for (let i = 0; i < 5; i++) {
      await world.configure(urlToken(`n${i}`, `new-${i}`, 'odigo2'));
      expect((await world.post(item, { path: `/hooks/odigo/new-${i}` })).status).toBe(i < 2 ? 200 : 404);
    }
  });

  it('says 200 only when the records are durable', async () => {
    const world = await newWorld({}, { fault: (nth) => (nth === 2 ? 'before' : null) });
    const answer = await world.post(item);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(world.raw()).toHaveLength(0);
    expect((await world.post(item)).status).toBe(200);
    expect(world.raw()).toHaveLength(1);
  });

  it('says 503 in time when the broker does not answer', async () => {
    const answered = Promise.withResolvers<void>();
    const world = await newWorld({ ANSWER_LIMIT_MS: '60' }, { sendsWait: answered.promise });
    const startedAt = performance.now();
    const answer = await world.post(item);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    answered.resolve();
  });

  it('answers 400 to an unparseable body when told to, and keeps it all the same', async () => {
    const world = await newWorld({ UNPARSEABLE_ANSWER: '400' });
    const answer = await world.post('{"cut');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(world.rejected()).toMatchObject([{ reason: 'body-unparseable', body: Buffer.from('{"cut') }]);
    expect((await world.post('[{}]')).status).toBe(200);
  });

  it('quarantines what cannot be decompressed', async () => {
    const world = await newWorld();
    const answer = await world.post(gzipSync(item).subarray(0, 20));
    expect(await answer.json()).toMatchObject({ accepted: 0, rejected: 1 });
    expect(world.rejected()[0]?.reason).toBe('body-encoding');
  });

  it.each([
    ['a long body', () => Buffer.alloc(1024 * 1024 + 1, ' ')],
    ['a gzip bomb', () => gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))],
    ['too many items', () => Buffer.from('{}\n'.repeat(5_001))],
  ])('answers 413 to %s, which the sender can read', async (_name, bodyOf) => {
    const world = await newWorld();
    expect((await world.post(bodyOf())).status).toBe(413);
    const streamed = new ReadableStream({
      start(controller) {
        controller.enqueue(bodyOf());
        controller.close();
      },
    });
    expect((await world.post(streamed)).status).toBe(413);
    expect((await world.post(Buffer.alloc(1024 * 1024, ' '))).status).toBe(200);
    expect(world.raw()).toHaveLength(0);
  });

  it('answers pipelined requests in order on one connection', async () => {
    const world = await newWorld();
    const socket = connect(world.port, '127.0.0.1');
    const head = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${item.length}\r\n\r\n${item}`;
    const good = `/hooks/odigo/${token}`;
    socket.write(
      head(good) + head('/hooks/odigo/bad') + head(good).replace('Host: x', 'Host: x\r\nConnection: close'),
    );
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
    expect(world.raw()).toHaveLength(2);
  });

  it('answers what is under way when it is stopped', async () => {
    const world = await newWorld();
    const open = world.open('POST', { 'content-length': String(item.length) });
    open.write(item.slice(0, 5));
    await once(open, 'socket');
    await (await world.post(item)).text();
    const stopped = world.stop();
    open.end(item.slice(5));
    const [response] = await once(open, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
    await stopped;
    await expect(world.post(item)).rejects.toThrow();
    expect(world.raw()).toHaveLength(2);
  });
});
