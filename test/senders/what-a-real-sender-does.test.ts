/**
 * What a real sender does (odigo-notifications), one test each, over HTTP: what is answered, what becomes of it, and,
 * where it could touch a number, the number. The formats are in formats.test.ts, overload in the ingress's own tests,
 * the break web service in enrichment's.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Fact,
  noUrlToken,
  person,
  type Receiver,
  startReceiver,
  statusMapping,
  token,
  urlToken,
} from './receiver.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

const agentId = 'anna@acme.example';
const at = (time: string): string => `2026-11-18T${time}Z`;
const talk = (time: string, more: object = {}) => ({
  agentId,
  status: 'TALK',
  occurredAt: at(time),
  ...more,
});
const logout = (time: string, more: object = {}) => ({
  agentId,
  eventType: 'LOGOUT',
  occurredAt: at(time),
  ...more,
});
/** 09:10 to 10:40 on calls: of a shift from 09:00 to 11:00 UTC, 90 minutes in and 30 absent. */
const morning = [talk('09:10:00', { id: 1 }), logout('10:40:00', { id: 2 })];
const shift = ['09:00', '11:00'] as const;
const asExpected = { in: 90, notPresent: 30, wrongActivity: 0, notScheduled: 0, worked: 90 };
const identities = (facts: readonly Fact[]) =>
  new Set(
    facts.map(({ externalUserId, dedupKey, contentHash }) => `${externalUserId} ${dedupKey} ${contentHash}`),
  );

describe('the same things again', () => {
  it('a duplicate counts as accepted and changes nothing', async () => {
    for (let i = 0; i < 2; i++)
      expect(await receiver.send(...morning)).toMatchObject({ status: 200, accepted: 2 });
    expect(identities(await receiver.facts()).size).toBe(2);
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('a retry after the sender gave up waiting, though it was stored, changes nothing', async () => {
    const socket = connect(receiver.port, '127.0.0.1');
    const body = JSON.stringify(morning);
    socket.write(
      `POST /hooks/odigo/${token} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await once(socket, 'data');
    socket.destroy();
    receiver.clock.set(at('12:01:00'));
    expect(await receiver.send(...morning)).toMatchObject({ accepted: 2 });
    expect(identities(await receiver.facts()).size).toBe(2);
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('a retry in a new envelope, with another sentAt and other neighbours, changes nothing', async () => {
    await receiver.send(...morning);
    const resent = morning.map((item) => ({ ...item, sentAt: at('12:05:00') }));
    const stranger = { agentId: 'bert', status: 'TALK' };
    await receiver.post(JSON.stringify({ source: 'odigo', batch: 7, notifications: [stranger, ...resent] }));
    await receiver.post(resent.map((item) => JSON.stringify(item)).join('\n'));
    expect(identities((await receiver.facts()).filter((fact) => fact.externalUserId === agentId)).size).toBe(
      2,
    );
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('a repeated state goes on with the same status', async () => {
    await receiver.send(morning[0]!, talk('09:40:00', { id: 3 }), talk('10:00:00', { id: 4 }), morning[1]!);
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('A, B, A without times survives, since each is an event of its own', async () => {
    for (const [time, status] of [
      ['09:10:00', 'TALK'],
      ['09:40:00', 'BREAK'],
      ['10:10:00', 'TALK'],
    ] as const) {
      receiver.clock.set(at(time));
      await receiver.send({ agentId, status, ...(status === 'BREAK' ? { breakType: 'lunch' } : {}) });
    }
    receiver.clock.set(at('10:40:00'));
    await receiver.send({ agentId, eventType: 'LOGOUT' });
    expect(await receiver.minutes(shift)).toMatchObject({ in: 60, wrongActivity: 30, notPresent: 30 });
  });

  it('an id that is used again after a restart of the sender loses nothing', async () => {
    await receiver.send(talk('09:10:00', { id: 1 }), logout('09:40:00', { id: 2 }));
    await receiver.send(talk('10:00:00', { id: 1 }), logout('11:00:00', { id: 2 }));
    expect(await receiver.minutes(shift)).toMatchObject({ in: 90, notPresent: 30 });
  });
});

describe('late, early and out of order', () => {
  it.each([
    ['a minute', at('10:41:00')],
    ['six hours', at('16:40:00')],
    ['a day', '2026-11-19T10:40:00Z'],
  ])('%s late is counted where it belongs', async (_name, now) => {
    receiver.clock.set(now);
    await receiver.send(...morning);
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('out of order, and newest first after an outage, gives the same numbers', async () => {
    const items = Array.from({ length: 30 }, (_, i) =>
      i % 3 === 2
        ? logout(`09:${String(10 + i).padStart(2, '0')}:00`, { id: i })
        : talk(`09:${String(10 + i).padStart(2, '0')}:00`, { id: i }),
    );
    await receiver.send(...items);
    const { segments: expected } = await receiver.minutes(shift);
    const other = await startReceiver();
    for (const item of items.toReversed()) await other.send(item);
    expect((await other.minutes(shift)).segments).toEqual(expected);
    await other.stop();
  });

  it('two events in the same millisecond are both kept, in the order of their sequence', async () => {
    await receiver.send(
      { agentId, status: 'BREAK', breakType: 'lunch', occurredAt: at('09:10:00.500'), seq: 1 },
      { agentId, status: 'TALK', occurredAt: at('09:10:00.500'), seq: 2 },
      logout('10:40:00'),
    );
    expect(identities(await receiver.facts()).size).toBe(3);
    const { in: inside, wrongActivity } = await receiver.minutes(['09:00', '11:00']);
    expect([Math.round(inside), wrongActivity]).toEqual([90, 0]);
  });

  it('times in whole seconds are as good', async () => {
    await receiver.send(
      { agentId, status: 'TALK', occurredAt: Date.parse(at('09:10:00')) / 1000 },
      { agentId, eventType: 'LOGOUT', occurredAt: String(Date.parse(at('10:40:00')) / 1000) },
    );
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('a local time that the clock change shows twice is the earlier one, one that it skips is said so', async () => {
    receiver.clock.set('2026-10-26T00:00:00Z');
    await receiver.send({ agentId, status: 'TALK', occurredAt: '2026-10-25 02:30:00' });
    await receiver.send({ agentId, status: 'TALK', occurredAt: '2026-03-29 02:30:00' });
    const [twice, never] = await receiver.facts();
    expect([twice?.occurredAt, twice?.flags]).toEqual([
      Date.parse('2026-10-25T00:30:00Z'),
      ['time-ambiguous'],
    ]);
    expect([never?.occurredAt, never?.flags]).toEqual([
      Date.parse('2026-03-29T01:30:00Z'),
      ['time-nonexistent'],
    ]);
  });

  it('a clock that runs ahead: up to five minutes are believed, more is the time of receipt, never refused', async () => {
    receiver.clock.set(at('09:00:00'));
    await receiver.send(
      talk('09:05:00', { id: 1 }),
      talk('09:05:01', { id: 2 }),
      talk('23:00:00', { id: 3 }),
    );
    expect((await receiver.facts()).map(({ occurredAt, flags }) => [occurredAt, flags])).toEqual([
      [Date.parse(at('09:05:00')), []],
      [Date.parse(at('09:00:00')), ['time-in-future']],
      [Date.parse(at('09:00:00')), ['time-in-future']],
    ]);
  });

  it.each([
    ['no time', {}],
    ['a null', { occurredAt: null }],
    ['rubbish', { occurredAt: 'yesterday, about noon' }],
    ['a clock that was never set', { occurredAt: 0 }],
  ])('%s as the time is the time of receipt, with a flag', async (_name, time) => {
    await receiver.send({ agentId, status: 'TALK', ...time });
    expect(await receiver.facts()).toMatchObject([
      { occurredAt: Date.parse(at('12:00:00')), flags: ['time-missing'] },
    ]);
  });
});

describe('log-ins and log-outs', () => {
  it('a missing log-out ends at the end of the shift, as an estimate', async () => {
    await receiver.send(talk('09:10:00'));
    expect(await receiver.minutes(shift)).toMatchObject({ in: 110, notPresent: 10, notScheduled: 0 });
  });

  it('a log-out without a log-in is an offline that was offline', async () => {
    await receiver.send(logout('09:30:00'), talk('10:00:00'), logout('11:00:00', { id: 9 }));
    expect(await receiver.minutes(shift)).toMatchObject({ in: 60, notPresent: 60 });
  });

  it('a log-in without a status is presence, a heartbeat only proves life', async () => {
    await receiver.send(
      { agentId, eventType: 'LOGIN', occurredAt: at('09:10:00') },
      { agentId, eventType: 'HEARTBEAT', status: 'BREAK', occurredAt: at('10:00:00') },
      logout('10:40:00'),
    );
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('entries of a snapshot are statuses, and agents who are not in it are left alone', async () => {
    await receiver.send(morning[0]!);
    await receiver.send({
      agentId: 'bert',
      status: 'TALK',
      eventType: 'SNAPSHOT',
      occurredAt: at('10:00:00'),
    });
    await receiver.send(morning[1]!);
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
    expect((await receiver.facts()).find((fact) => fact.externalUserId === 'bert')).toMatchObject({
      eventType: 'STATUS',
      flags: ['snapshot'],
    });
  });

  it('entries of an envelope that says LOGOUT once, at a time, are log-outs at that time', async () => {
    await receiver.send(morning[0]!);
    const body = { eventType: 'LOGOUT', timestamp: at('10:40:00'), agents: [{ login: agentId }] };
    expect(await receiver.post(JSON.stringify(body))).toMatchObject({ accepted: 1, rejected: 0 });
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('a snapshot as an envelope, repeated and delivered late, counts at its time and changes nothing again', async () => {
    const snapshot = (time: string) =>
      JSON.stringify({
        eventType: 'SNAPSHOT',
        timestamp: at(time),
        agents: [
          { login: agentId, status: 'TALK' },
          { login: 'bert', status: 'TALK' },
        ],
      });
    await receiver.post(snapshot('09:10:00'));
    await receiver.post(snapshot('10:00:00'));
    await receiver.send(morning[1]!);
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
    receiver.clock.set(at('16:00:00'));
    await receiver.post(snapshot('10:00:00'));
    await receiver.post(snapshot('09:10:00'));
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
    const [fact] = await receiver.facts();
    expect(fact).toMatchObject({ eventType: 'STATUS', flags: ['snapshot', 'time-of-envelope'] });
  });

  it('a keep-alive as an envelope proves life, whatever statuses it lists', async () => {
    await receiver.send(morning[0]!);
    const entries = [{ login: agentId, status: 'BREAK' }, { login: 'bert' }];
    const body = { type: 'keepalive', timestamp: at('10:00:00'), agents: entries };
    expect(await receiver.post(JSON.stringify(body))).toMatchObject({ accepted: 2, rejected: 0 });
    await receiver.send(morning[1]!);
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('a burst at the start of a shift is taken as a whole', async () => {
    const burst = Array.from({ length: 40 }, (_, request) =>
      receiver.send(
        ...Array.from({ length: 100 }, (_, i) => talk('08:00:00', { agentId: `agent-${request}-${i}` })),
      ),
    );
    for (const answer of await Promise.all(burst))
      expect(answer).toMatchObject({ status: 200, accepted: 100 });
    expect(identities(await receiver.facts()).size).toBe(4_000);
  });

  it('a mass re-login after a restart of Odigo changes no number of those who worked on', async () => {
    await receiver.send(morning[0]!);
    const again = Array.from({ length: 500 }, (_, i) => ({
      agentId: i === 0 ? agentId : `agent-${i}`,
      eventType: 'LOGIN',
      status: 'TALK',
      occurredAt: at('10:00:00'),
    }));
    expect(await receiver.send(...again)).toMatchObject({ accepted: 500 });
    await receiver.send(morning[1]!);
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('several channels at once are one line of statuses', async () => {
    await receiver.send(
      talk('09:10:00', { channel: 'voice' }),
      talk('09:10:00', { channel: 'chat' }),
      { agentId, status: 'WRAPUP', occurredAt: at('10:00:00'), channel: 'chat', taskRef: 'c-1' },
      logout('10:40:00'),
    );
    expect(identities(await receiver.facts()).size).toBe(4);
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });
});

describe('names that do not fit', () => {
  it('a user who is unknown is kept, and counts from the first event once mapped', async () => {
    await receiver.configure(person('somebody else'));
    await receiver.send(...morning);
    expect((await receiver.facts()).map(({ personId }) => personId)).toEqual([null, null]);
    expect(await receiver.minutes(shift)).toMatchObject({ in: 0, notPresent: 120 });
    await receiver.configure(person(agentId));
    expect(await receiver.send()).toMatchObject({ accepted: 0 });
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('a status that is unknown counts as present, and as what it is once mapped', async () => {
    await receiver.send(talk('09:10:00', { status: 'NOVEL' }), logout('10:40:00'));
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
    await receiver.configure(statusMapping('NOVEL', null, 'lunch'));
    await receiver.send();
    expect(await receiver.minutes(shift)).toMatchObject({ in: 0, wrongActivity: 90 });
  });

  it('a user id in another case is another user; spaces around it are not', async () => {
    await receiver.send(talk('09:10:00', { agentId: ` ${agentId}\t` }), logout('10:40:00'));
    await receiver.send(logout('10:00:00', { agentId: agentId.toUpperCase() }));
    expect((await receiver.facts()).map((fact) => fact.externalUserId).sort()).toEqual(
      [agentId, agentId, agentId.toUpperCase()].sort(),
    );
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('a break of a type that is not mapped is a break of any type', async () => {
    await receiver.configure(
      statusMapping('BREAK', null, 'lunch'),
      statusMapping('BREAK', 'coffee', 'calls'),
    );
    await receiver.send(
      { agentId, status: 'BREAK', breakType: 'yoga', occurredAt: at('09:00:00') },
      { agentId, status: 'BREAK', breakType: { id: 'coffee', label: 'Kaffee' }, occurredAt: at('10:00:00') },
    );
    expect(await receiver.minutes(shift, at('11:00:00'))).toMatchObject({ wrongActivity: 60, in: 60 });
  });
});

describe('bodies that are broken', () => {
  it('half of a batch is bad: the good half counts, the bad one is kept with its reasons', async () => {
    const answer = await receiver.post(
      `[${JSON.stringify(morning[0])},{"status":"TALK"},{"agentId":"x"},42,{"agentId":"y","status":}, ${JSON.stringify(morning[1])}]`,
    );
    expect(answer).toMatchObject({ status: 200, accepted: 2, rejected: 4 });
    expect(receiver.rejected().map(({ itemIndex, reason }) => [itemIndex, reason])).toEqual([
      [1, 'agent-missing'],
      [2, 'status-missing'],
      [3, 'item-not-object'],
      [4, 'item-malformed'],
    ]);
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
  });

  it('a body that is cut off keeps the items that arrived whole', async () => {
    const whole = JSON.stringify(morning);
    expect(await receiver.post(whole.slice(0, -20))).toMatchObject({ status: 200, accepted: 1, rejected: 1 });
    expect(await receiver.post('{"agentId":"an')).toMatchObject({ status: 200, accepted: 0, rejected: 1 });
    expect(receiver.rejected().map(({ body }) => body.toString())).toContain('{"agentId":"an');
  });

  it('a connection that breaks in the middle leaves nothing, and the retry everything', async () => {
    const socket = connect(receiver.port, '127.0.0.1');
    socket.write(`POST /hooks/odigo/${token} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n[{"agentId":`);
    socket.destroy();
    await receiver.send(...morning);
    expect(await receiver.facts()).toHaveLength(2);
  });

  it.each([
    ['a huge body', randomBytes(1024 * 1024 + 1)],
    ['a gzip bomb', gzipSync(Buffer.alloc(40 * 1024 * 1024, '['))],
    ['a bomb in a bomb', gzipSync(gzipSync(Buffer.alloc(40 * 1024 * 1024, '[')))],
  ])('%s is refused or kept, and hurts nobody', async (name, body) => {
    const { status, rejected } = await receiver.post(body);
    expect([status, rejected]).toEqual(name === 'a bomb in a bomb' ? [200, 1] : [413, 0]);
    expect(await receiver.send(...morning)).toMatchObject({ accepted: 2 });
  });

  it('nested without end is refused as an item, not as a request', async () => {
    const deep = `{"agentId":"x","status":"R","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(await receiver.post(`[${deep},${JSON.stringify(morning[0])}]`)).toMatchObject({
      accepted: 1,
      rejected: 1,
    });
    expect(receiver.rejected()[0]?.reason).toBe('item-too-deep');
  });
});

describe('addresses', () => {
  it('an old token works beside the new one until it is revoked, then looks like none that ever was', async () => {
    await receiver.configure(urlToken('k2', 'the-new-token'));
    expect(await receiver.send(morning[0]!)).toMatchObject({ status: 200 });
    expect(await receiver.post(JSON.stringify(morning[1]), { token: 'the-new-token' })).toMatchObject({
      status: 200,
    });
    expect(await receiver.minutes(shift)).toMatchObject(asExpected);
    await receiver.configure(noUrlToken('k1'));
    const revoked = await receiver.send(morning[0]!);
    const unknown = await receiver.post('[]', { token: 'never-there' });
    expect([revoked.status, revoked.text]).toEqual([unknown.status, unknown.text]);
    expect(revoked.status).toBe(404);
  });

  it('a probe by GET or HEAD is answered kindly, and tells nothing of the token', async () => {
    const probe = await receiver.post('', { method: 'GET' });
    expect([probe.status, probe.text]).toEqual([
      200,
      (await receiver.post('', { method: 'GET', token: 'x' })).text,
    ]);
    expect((await receiver.post('', { method: 'HEAD' })).status).toBe(200);
    expect((await receiver.post('', { method: 'DELETE' })).headers.get('allow')).toContain('POST');
  });
});
