/** Every way to write a notification that is accepted (docs/adapter.md), over HTTP to the fact that it becomes. */
import { once } from 'node:events';
import { request } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';
import { adapter } from '@adherence/domain/notifications/adapter.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fact, type PostOptions, type Receiver, startReceiver, token } from './receiver.ts';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver('2026-11-18T12:00:00Z', { TOKEN_EVENTS_BURST: '1000000' });
});
afterAll(() => receiver.stop());

/** The facts that a body becomes, sorted by user; all of its items have to be accepted. */
async function factsOf(body: string | Buffer, options: PostOptions = {}): Promise<Fact[]> {
  const answer = await receiver.post(body, options);
  expect(answer).toMatchObject({ status: 200, rejected: 0 });
  const facts = await newFacts();
  expect(facts).toHaveLength(answer.accepted);
  return facts;
}

/** Those that were not seen yet. */
async function newFacts(): Promise<Fact[]> {
  const placeOf = ({ sourcePartition, sourceOffset }: Fact) => `${sourcePartition} ${sourceOffset}`;
  const facts = (await receiver.facts()).filter((fact) => !known.has(placeOf(fact)));
  for (const fact of facts) known.add(placeOf(fact));
  return facts.sort((a, b) => (a.externalUserId < b.externalUserId ? -1 : 1));
}
const known = new Set<string>();

const type = (contentType: string): PostOptions => ({ headers: { 'content-type': contentType } });
const form = type('application/x-www-form-urlencoded');
const time = '2026-11-18T10:00:00.250Z';
const occurredAt = Date.parse(time);
const one = { agentId: 'Zoë', status: 'PAUSE', breakType: 'Mittag', occurredAt: time, id: 7 };
const expected = { externalUserId: 'Zoë', status: 'PAUSE', breakType: 'Mittag', occurredAt };
const json = JSON.stringify(one);

describe('frames', () => {
  it.each([
    ['one object', json, 1],
    ['an array', `[${json},${json}]`, 2],
    ...adapter.envelopes.map(
      (name) => [`an envelope under ${name}`, `{"v":1,"${name}":[${json},${json}]}`, 2] as const,
    ),
    ['NDJSON', `${json}\n${json}\r\n\n${json}`, 3],
    ['objects one after the other', `${json} ${json}`, 2],
    ['an empty array', '[]', 0],
  ] as const)('%s', async (_name, body, items) => {
    const facts = await factsOf(body);
    expect(facts).toHaveLength(items);
    for (const fact of facts) expect(fact).toMatchObject(expected);
  });

  it('a form, with brackets or dots for objects', async () => {
    const body = `user%5Blogin%5D=Zo%C3%AB&state=PAUSE&breakType.id=Mittag&breakType.label=Lunch&timestamp=${encodeURIComponent(time)}`;
    expect(await factsOf(body, form)).toMatchObject([{ ...expected, detail: { breakLabel: 'Lunch' } }]);
  });

  it('a form with blanks, empty fields and repeated names: the first holds', async () => {
    expect(await factsOf('login=Zo%C3%AB+M&login=x&status=ON+CALL&reason=&channel', form)).toMatchObject([
      { externalUserId: 'Zoë M', status: 'ON CALL', breakType: null },
    ]);
  });

  it.each(['PUT', 'POST'])('by %s', async (method) => {
    expect(await factsOf(json, { method })).toMatchObject([expected]);
  });

  it('in chunks, and after 100-continue', async () => {
    const sending = request({
      port: receiver.port,
      host: '127.0.0.1',
      method: 'POST',
      path: `/hooks/odigo/${token}`,
      headers: { expect: '100-continue', 'transfer-encoding': 'chunked' },
    });
    sending.flushHeaders();
    await once(sending, 'continue');
    const bytes = Buffer.from(json);
    for (let at = 0; at < bytes.length; at += 7) sending.write(bytes.subarray(at, at + 7));
    sending.end();
    const [response] = await once(sending, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(await newFacts()).toMatchObject([expected]);
  });
});

describe('content types and charsets', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=x',
    ';;;',
    '',
  ])('JSON called "%s"', async (contentType) => {
    expect(await factsOf(json, type(contentType))).toMatchObject([expected]);
  });

  it('a form called JSON', async () => {
    expect(await factsOf('login=Zo%C3%AB&status=PAUSE', type('application/json'))).toMatchObject([
      { externalUserId: 'Zoë', status: 'PAUSE' },
    ]);
  });

  it.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${json}`), undefined],
    ['UTF-16 LE with a mark', Buffer.from(`\ufeff${json}`, 'utf16le'), undefined],
    ['UTF-16 BE with a mark', Buffer.from(`\ufeff${json}`, 'utf16le').swap16(), undefined],
    ['UTF-16 LE that shows itself', Buffer.from(json, 'utf16le'), undefined],
    ['Latin-1 that is declared', Buffer.from(json, 'latin1'), 'application/json; charset=ISO-8859-1'],
    ['Latin-1 that is not declared', Buffer.from(json, 'latin1'), 'application/json'],
    ['Latin-1 called UTF-8', Buffer.from(json, 'latin1'), 'application/json; charset=utf-8'],
    ['a charset in quotes', Buffer.from(json, 'latin1'), 'application/json; Charset="windows-1252"'],
    ['UTF-8 under a charset that does not exist', Buffer.from(json), 'application/json; charset=klingon'],
    ['UTF-8 called UTF-16', Buffer.from(json), 'application/json; charset=utf-16'],
  ])('%s', async (_name, body, contentType) => {
    expect(await factsOf(body, contentType === undefined ? {} : type(contentType))).toMatchObject([expected]);
  });

  it('another charset that is declared', async () => {
    // "Пауза" in windows-1251.
    const word = Buffer.from([0xcf, 0xe0, 0xf3, 0xe7, 0xe0]);
    const body = Buffer.concat([Buffer.from('{"agentId":"a","status":"'), word, Buffer.from('"}')]);
    expect(await factsOf(body, type('application/json; charset=windows-1251'))).toMatchObject([
      { status: 'Пауза' },
    ]);
  });

  it('a form in Latin-1', async () => {
    expect(await factsOf('login=Zo%EB&status=PAUSE', form)).toMatchObject([{ externalUserId: 'Zoë' }]);
  });

  it('composed and decomposed letters are one user', async () => {
    const [a, b] = await factsOf(`[${json},${JSON.stringify({ ...one, agentId: 'Zoe\u0308' })}]`);
    expect(a?.externalUserId).toBe(b?.externalUserId);
  });
});

describe('compression', () => {
  it.each([
    ['gzip', gzipSync(json), { 'content-encoding': 'gzip' }],
    ['gzip that is not declared', gzipSync(json), {}],
    ['x-gzip', gzipSync(json), { 'content-encoding': 'x-gzip' }],
    ['deflate', deflateSync(json), { 'content-encoding': 'deflate' }],
    ['deflate that is not declared', deflateSync(json), {}],
    ['none, called gzip', Buffer.from(json), { 'content-encoding': 'gzip' }],
    ['gzip of NDJSON', gzipSync(`${json}\n${json}`), { 'content-encoding': 'gzip' }],
  ])('%s', async (_name, body, headers) => {
    for (const fact of await factsOf(body, { headers: headers as Record<string, string> }))
      expect(fact).toMatchObject(expected);
  });
});

describe('spellings, every one of the table', () => {
  const shown = [
    ...(['statusLabel', 'breakLabel', 'sentAt', 'sessionId', 'channel'] as const),
    ...(['taskRef', 'gateId', 'instance'] as const),
  ];
  const spelt = (field: keyof typeof adapter.fields) =>
    adapter.fields[field].map((spelling) => [field, spelling] as const);
  /** `a.b` is field b of an object a. */
  const put = (spelling: string, value: unknown): object => {
    const [parent, member] = spelling.split('.');
    return member === undefined ? { [spelling]: value } : { [parent!]: { [member]: value } };
  };

  it.each(spelt('agentId'))('%s as %s', async (_field, spelling) => {
    expect(await factsOf(JSON.stringify({ ...put(spelling, 'Zoë'), status: 'X' }))).toMatchObject([
      { externalUserId: 'Zoë' },
    ]);
  });
  it.each(spelt('status'))('%s as %s', async (_field, spelling) => {
    expect(await factsOf(JSON.stringify({ login: 'a', ...put(spelling, ' X ') }))).toMatchObject([
      { status: 'X' },
    ]);
  });
  it.each(spelt('breakType'))('%s as %s, a text, a number or {id, label}', async (_field, spelling) => {
    const bodies = ['17', 17, { id: 17, label: 'Lunch' }, { id: '17', label: 'Lunch' }];
    for (const value of bodies) {
      expect(
        await factsOf(JSON.stringify({ login: 'a', status: 'B', ...put(spelling, value) })),
      ).toMatchObject([{ breakType: '17' }]);
    }
  });
  it.each(spelt('time'))('%s as %s', async (_field, spelling) => {
    expect(await factsOf(JSON.stringify({ login: 'a', status: 'X', ...put(spelling, time) }))).toMatchObject([
      { occurredAt, flags: [] },
    ]);
  });
  it.each(spelt('eventType'))('%s as %s', async (_field, spelling) => {
    expect(await factsOf(JSON.stringify({ login: 'a', ...put(spelling, 'Logout') }))).toMatchObject([
      { eventType: 'LOGOUT' },
    ]);
  });
  it.each([...spelt('eventId'), ...spelt('sequence')])('%s as %s', async (field, spelling) => {
    const [fact] = await factsOf(JSON.stringify({ login: 'a', status: 'X', ...put(spelling, 12) }));
    expect(field === 'eventId' ? fact?.detail.eventId : fact?.sequence).toBe(field === 'eventId' ? '12' : 12);
  });

  it.each(shown.flatMap(spelt))('%s as %s, as it is shown', async (field, spelling) => {
    const [fact] = await factsOf(JSON.stringify({ login: 'a', status: 'X', ...put(spelling, 'Value 12') }));
    expect(fact?.detail).toEqual({ [field]: 'Value 12' });
  });

  it('leaves no field of the table out', () => {
    const posted = ['agentId', 'status', 'breakType', 'time', 'eventType', 'eventId', 'sequence', ...shown];
    expect(posted.toSorted()).toEqual(Object.keys(adapter.fields).toSorted());
  });

  it.each(
    Object.entries(adapter.eventTypes).flatMap(([name, words]) => words.map((word) => [word, name] as const)),
  )('the event type %s is a %s', async (word, name) => {
    const expectedType = name === 'SNAPSHOT' ? 'STATUS' : name;
    for (const spelling of [word, word.toLowerCase(), ` ${word} `]) {
      expect(await factsOf(JSON.stringify({ login: 'a', status: 'X', eventType: spelling }))).toMatchObject([
        { eventType: expectedType },
      ]);
    }
  });

  it('an event type nobody knows is a status, with a flag', async () => {
    expect(await factsOf(JSON.stringify({ login: 'a', status: 'X', eventType: 'Moonrise' }))).toMatchObject([
      { eventType: 'STATUS', flags: ['event-type-unknown', 'time-missing'] },
    ]);
  });

  it('fields that nobody knows change nothing', async () => {
    const [plain] = await factsOf(json);
    const more = {
      tenant: 'x',
      skills: [1, { a: null }],
      extra: { agentId: 'no', deep: { status: 'no' } },
    };
    const [rich] = await factsOf(JSON.stringify({ ...more, ...one }));
    expect([rich?.dedupKey, rich?.contentHash]).toEqual([plain?.dedupKey, plain?.contentHash]);
  });
});

describe('values', () => {
  it.each([
    [time, occurredAt],
    ['2026-11-18T11:00:00.250+01:00', occurredAt],
    ['2026-11-18T11:00:00.250+0100', occurredAt],
    ['2026-11-18T10:00:00.250999999Z', occurredAt],
    ['2026-11-18T10:00:00Z', occurredAt - 250],
    ['2026-11-18T10:00Z', occurredAt - 250],
    ['2026-11-18 11:00:00', occurredAt - 250],
    ['2026-11-18T11:00:00.250', occurredAt],
    ['2026-11-18 11:00:00,250', occurredAt],
    [occurredAt, occurredAt],
    [String(occurredAt), occurredAt],
    [Math.floor(occurredAt / 1000), occurredAt - 250],
    [String(Math.floor(occurredAt / 1000)), occurredAt - 250],
    [occurredAt / 1000, occurredAt],
  ])('the time %s', async (written, instant) => {
    expect(await factsOf(JSON.stringify({ login: 'a', status: 'X', occurredAt: written }))).toMatchObject([
      { occurredAt: instant, flags: [] },
    ]);
  });

  it('numbers as texts and texts as numbers are one', async () => {
    const [numbers] = await factsOf('{"agentId":4711,"status":3,"breakType":12,"id":5,"seq":8}');
    const [texts] = await factsOf('{"agentId":"4711","status":"3","breakType":"12","id":"5","seq":"8"}');
    expect(numbers).toMatchObject({ externalUserId: '4711', status: '3', breakType: '12', sequence: 8 });
    expect([numbers?.dedupKey, numbers?.contentHash]).toEqual([texts?.dedupKey, texts?.contentHash]);
  });

  it('a number of twenty digits loses none', async () => {
    expect(await factsOf('{"agentId":12345678901234567891,"status":"X"}')).toMatchObject([
      { externalUserId: '12345678901234567891' },
    ]);
  });

  it('a null, an empty text, a flag or a list is as good as nothing: the next spelling holds', async () => {
    for (const nothing of ['null', '""', '"  "', 'true', '[]', '{}']) {
      expect(
        await factsOf(
          `{"agentId":${nothing},"login":"a","status":${nothing},"state":"X","breakType":${nothing}}`,
        ),
      ).toMatchObject([{ externalUserId: 'a', status: 'X', breakType: null }]);
    }
  });

  it.each([
    ['an agent', '{"agentId":"","status":"X"}', 'agent-missing'],
    ['an agent of blanks', '{"agentId":" \\u00a0\\t","status":"X"}', 'agent-missing'],
    ['an agent without a key', '{"agentId":{"id":"","label":"Anna"},"status":"X"}', 'agent-missing'],
    ['an agent in a form', 'login=&status=X', 'agent-missing'],
    ['a status', '{"agentId":"a","status":""}', 'status-missing'],
    ['a status of blanks', '{"agentId":"a","status":"  ","state":null}', 'status-missing'],
    ['a status without a key', '{"agentId":"a","status":{"id":"","label":"Ready"}}', 'status-missing'],
    ['a status in a form', 'login=a&status=+', 'status-missing'],
  ])('empty, as %s, is as good as missing: quarantined with its bytes', async (_name, body, reason) => {
    expect(await receiver.post(body)).toMatchObject({ status: 200, accepted: 0, rejected: 1 });
    const letter = receiver.rejected().find((each) => each.body.toString() === body);
    expect(letter).toMatchObject({ reason });
  });

  it('empty, what is not needed is as good as not sent: status of a log-out, break type, id, type, channel', async () => {
    const [plain] = await factsOf(JSON.stringify({ agentId: 'a', status: 'X', occurredAt: time }));
    const empty = { breakType: '', id: '', eventType: '', channel: ' ', taskRef: null, seq: '', reason: {} };
    const [filled] = await factsOf(JSON.stringify({ agentId: 'a', status: 'X', occurredAt: time, ...empty }));
    const { sourceOffset: _, receivedAt: __, ...expectedFact } = plain!;
    expect(filled).toMatchObject(expectedFact);
    expect(await factsOf(`{"agentId":"a","eventType":"LOGOUT","status":""}`)).toMatchObject([
      { eventType: 'LOGOUT', status: null },
    ]);
  });

  it('an HTML page, XML or nothing is kept as it is, and answered 200', async () => {
    const before = receiver.rejected().length;
    for (const body of [
      '<html>502 Bad Gateway</html>',
      '<?xml version="1.0"?><a/>',
      '',
      '   ',
      'null',
      '"x"',
    ]) {
      expect(await receiver.post(body)).toMatchObject({ status: 200, accepted: 0, rejected: 1 });
    }
    expect(receiver.rejected()).toHaveLength(before + 6);
  });
});
