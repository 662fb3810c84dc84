import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptBody, quarantineBody } from './accept.ts';

const origin = { tenantId: 't', integrationId: 'i', requestId: 'r', receivedAt: 5 };

describe('acceptBody', () => {
  it('makes a raw record of each good item and a dead letter of each bad one, with their places and bytes', () => {
    const body = '[{"agentId": " a ","status":"R"},42,{"agentId":"b"}, {"login":7,"state":"R"}]';
    const acceptance = acceptBody(Buffer.from(body), 'application/json', origin);
    expect(acceptance).toMatchObject({
      kind: 'records',
      unparseable: false,
      accepted: [
        { ...origin, externalUserId: 'a', itemIndex: 0, format: 'json' },
        { ...origin, externalUserId: '7', itemIndex: 3, format: 'json' },
      ],
      rejected: [
        {
          ...origin,
          stage: 'ingress',
          reason: 'item-not-object',
          itemIndex: 1,
          format: 'json',
          sourceTopic: null,
        },
        { ...origin, stage: 'ingress', reason: 'status-missing', itemIndex: 2 },
      ],
    });
    if (acceptance.kind !== 'records') return;
    expect(acceptance.accepted.map((record) => record.body.toString())).toEqual([
      '{"agentId": " a ","status":"R"}',
      '{"login":7,"state":"R"}',
    ]);
    expect(acceptance.rejected.map((record) => record.body.toString())).toEqual(['42', '{"agentId":"b"}']);
  });

  it('keeps with each item of an envelope what that says for it, beside the bytes of the item', () => {
    const body =
      '{"source":"x","eventType":"LOGOUT","timestamp": "2026-11-18T10:00:00Z","agents":[{"login":"a"}, {"status":"R"}]}';
    const envelope = '{"eventType":"LOGOUT","timestamp":"2026-11-18T10:00:00Z"}';
    expect(acceptBody(Buffer.from(body), undefined, origin)).toMatchObject({
      accepted: [{ externalUserId: 'a', itemIndex: 0, body: Buffer.from('{"login":"a"}'), envelope }],
      rejected: [{ reason: 'agent-missing', itemIndex: 1, body: Buffer.from('{"status":"R"}'), envelope }],
    });
  });

  it('keeps a body that cannot be split as one dead letter', () => {
    expect(acceptBody(Buffer.from('{"cut'), undefined, origin)).toMatchObject({
      accepted: [],
      rejected: [{ reason: 'body-unparseable', format: 'unknown', body: Buffer.from('{"cut') }],
      unparseable: true,
    });
    expect(quarantineBody(Buffer.from('x'), 'body-encoding', origin)).toMatchObject({
      rejected: [{ reason: 'body-encoding' }],
    });
  });

  it('keeps of a dead letter what fits into a record, and says so', () => {
    const acceptance = acceptBody(Buffer.alloc(1_000_000, '?'), undefined, origin);
    if (acceptance.kind !== 'records') throw new Error('expected records');
    expect(acceptance.rejected[0]!.body).toHaveLength(900_000);
    expect(acceptance.rejected[0]!.detail).toMatch(/first 900000 of 1000000 bytes/);
  });

  it('refuses more items than a request may have', () => {
    expect(acceptBody(Buffer.from('{}\n'.repeat(5_001)), undefined, origin)).toEqual({ kind: 'too-large' });
  });

  it('accounts for every item of any body, once and in order', () => {
    const item = fc.constantFrom(
      '{"agentId":"a","status":"R"}',
      '{"agentId":1,"eventType":"LOGIN"}',
      '{}',
      '42',
      '{"x":',
    );
    const separator = fc.constantFrom(',', '\n', ' ', ',\n');
    const frame = fc.constantFrom(['[', ']'], ['', ''], ['{"events":[', ']}'], ['{"a":1,"data":[', '']);
    fc.assert(
      fc.property(fc.array(item), separator, frame, (items, between, [before, after]) => {
        const acceptance = acceptBody(Buffer.from(before + items.join(between) + after), undefined, origin);
        if (acceptance.kind !== 'records') throw new Error('expected records');
        const { accepted, rejected } = acceptance;
        const places = [...accepted, ...rejected].map(({ itemIndex }) => itemIndex).sort((x, y) => x - y);
        expect(places).toEqual(places.map((_, i) => i));
        const broken = items.includes('{"x":');
        if (broken || items.length === 0 || before === '') return;
        expect(accepted).toHaveLength(items.filter((text) => text.includes('agentId')).length);
      }),
    );
  });
});
