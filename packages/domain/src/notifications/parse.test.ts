import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapter } from './adapter.ts';
import { maxTextLength, type ParsedItem, parseItem } from './parse.ts';
import { rejectReasons } from './reject-reasons.ts';

describe('parseItem', () => {
  const agentSpellings = ['agentId', 'login', 'agentLogin', 'userLogin', 'userId', 'agent_id', 'username'];
  it.each(agentSpellings)('finds the agent as %s', (name) => {
    expect(parsed({ [name]: 'a@x', status: 'R' }).agentId).toBe('a@x');
  });

  it('finds the agent as user.login, beside other members', () => {
    expect(parsed({ user: { domain: 'de01', login: 'a@x' }, status: 'R' }).agentId).toBe('a@x');
  });

  it.each(['status', 'state', 'agentStatus', 'agentState', 'code'])('finds the status as %s', (name) => {
    expect(parsed({ agentId: 'a', [name]: 'R' }).status).toBe('R');
  });

  it.each(['breakType', 'pauseType', 'breakId', 'reason', 'reasonCode'])(
    'finds the break type as %s',
    (name) => {
      expect(parsed({ agentId: 'a', status: 'B', [name]: 'lunch' }).breakType).toBe('lunch');
      const { breakType, detail } = parsed({ agentId: 'a', status: 'B', [name]: { id: 7, label: 'Pause' } });
      expect([breakType, detail.breakLabel]).toEqual(['7', 'Pause']);
    },
  );

  it.each(['eventId', 'id', 'uid', 'notificationId'])('finds the event id as %s', (name) => {
    expect(parsed({ agentId: 'a', status: 'R', [name]: 17 }).eventId).toBe('17');
  });

  it.each(['sequence', 'version', 'seq'])('finds the sequence as %s', (name) => {
    expect(parsed({ agentId: 'a', status: 'R', [name]: '17' }).sequence).toBe(17);
  });

  it.each(['occurredAt', 'timestamp', 'date', 'startTime', 'stateStart', 'date_time'])(
    'finds the time as %s',
    (name) => {
      expect(parsed({ agentId: 'a', status: 'R', [name]: 1 }).times).toEqual(['1']);
    },
  );

  it.each(['agent_id', 'AgentID', 'AGENT-ID', 'agent id', 'Agent_Id'])(
    'is not particular about %s',
    (name) => {
      expect(parsed({ [name]: 'a', STATUS: 'R' })).toMatchObject({ agentId: 'a', status: 'R' });
    },
  );

  it('takes the first usable spelling of the table, whatever their order in the item', () => {
    const members = { username: 'u', login: 'l', agentId: null, userLogin: '', status: 'R' };
    expect(parsed(members).agentId).toBe('l');
    expect(parsed(Object.fromEntries(Object.entries(members).reverse())).agentId).toBe('l');
    expect(parsed({ 'agent-id': 'x', agent_Id: 'y', status: 'R' }).agentId).toBe(
      parsed({ agent_Id: 'y', 'agent-id': 'x', status: 'R' }).agentId,
    );
  });

  it('turns numbers into texts without losing a digit', () => {
    expect(parsed({ agentId: 100201, status: 3 })).toMatchObject({ agentId: '100201', status: '3' });
    const exact = parsedText('{"agentId":9007199254740993,"id":12345678901234567890123,"status":"R"}');
    expect([exact.agentId, exact.eventId]).toEqual(['9007199254740993', '12345678901234567890123']);
  });

  it('trims and composes, and keeps case and inner blanks', () => {
    const item = parsed({
      agentId: ' zoe\u0301 L\u00a0',
      status: '\tNot ready ',
      breakType: ' caf\u0065\u0301',
    });
    expect(item).toMatchObject({ agentId: 'zo\u00e9 L', status: 'Not ready', breakType: 'caf\u00e9' });
  });

  it.each([
    ['STATUS', 'STATUS', []],
    ['login', 'LOGIN', []],
    ['LOG_OUT', 'LOGOUT', []],
    [' HeartBeat ', 'HEARTBEAT', []],
    ['SNAPSHOT', 'STATUS', ['snapshot']],
    ['AGENT_STATE_CHANGED', 'STATUS', ['event-type-unknown']],
    [null, 'STATUS', []],
    [undefined, 'STATUS', []],
  ])('reads the event type %s', (eventType, expected, flags) => {
    expect(parsed({ agentId: 'a', status: 'R', eventType })).toMatchObject({ eventType: expected, flags });
  });

  it.each(['LOGIN', 'LOGOUT', 'HEARTBEAT'])('needs no status for %s', (eventType) => {
    expect(parsed({ agentId: 'a', eventType })).toMatchObject({ eventType, status: null });
  });

  it('keeps what else was sent as detail', () => {
    const detail = {
      eventId: 'e',
      statusLabel: 'Étiquette',
      sessionId: 's',
      channel: 'chat',
      taskRef: 't',
      gateId: 'g',
    };
    const more = { instance: 'DE01', sentAt: '2026-01-01T00:00:00Z' };
    expect(
      parsed({ agentId: 'a', status: 'R', ...detail, ...more, 'x-vendor': { deep: [1] } }).detail,
    ).toEqual({
      ...detail,
      ...more,
    });
    expect(parsed({ agentId: 'a', status: { id: 'R', label: 'Ready' } })).toMatchObject({
      status: 'R',
      detail: { statusLabel: 'Ready' },
    });
    expect(parsed({ agentId: 'a', status: 'R', sessionId: 'x'.repeat(600) }).detail.sessionId).toHaveLength(
      512,
    );
  });

  it('reads a form', () => {
    const form =
      'user%5Blogin%5D=zo%C3%A9+L%40x&agentState=Not+ready&reasonCode.id=lunch&stateStart=1794907511&a';
    expect(parseItem('form', Buffer.from(form))).toMatchObject({
      ok: true,
      item: { agentId: 'zoé L@x', status: 'Not ready', breakType: 'lunch', times: ['1794907511'] },
    });
    expect(parseItem('form', Buffer.from('login=zo%E9&login=b&status=50%'))).toMatchObject({
      item: { agentId: 'zoé', status: '50%' },
    });
  });

  it.each([
    ['{', 'item-malformed'],
    ["{agentId:'a'}", 'item-malformed'],
    ['42', 'item-not-object'],
    ['"READY"', 'item-not-object'],
    ['null', 'item-not-object'],
    ['[]', 'item-not-object'],
    ['{}', 'agent-missing'],
    ['{"login":null,"status":"R"}', 'agent-missing'],
    ['{"login":"  ","status":"R"}', 'agent-missing'],
    ['{"login":{"x":1},"status":"R"}', 'agent-missing'],
    ['{"login":true,"status":"R"}', 'agent-missing'],
    ['{"login":"a"}', 'status-missing'],
    ['{"login":"a","status":[]}', 'status-missing'],
    ['{"login":"a","eventType":"SNAPSHOT"}', 'status-missing'],
    ['{"login":"a","eventType":"AGENT_LOGOUT"}', 'status-missing'],
    [`{"login":"${'x'.repeat(maxTextLength + 1)}","status":"R"}`, 'value-too-long'],
    ['', 'item-malformed'],
  ])('rejects %.40s as %s', (text, reason) => {
    expect(parseItem('json', Buffer.from(text))).toMatchObject({ ok: false, reason });
  });

  it('rejects a form without names', () => {
    expect(parseItem('form', Buffer.from('a&b=&=c'))).toMatchObject({ ok: false, reason: 'agent-missing' });
    expect(parseItem('form', Buffer.from('hello'))).toMatchObject({ ok: false, reason: 'item-malformed' });
  });

  it('is not deceived by names of the language', () => {
    expect(
      parsedText('{"__proto__":{"agentId":"x"},"constructor":1,"agentId":"a","status":"R"}').agentId,
    ).toBe('a');
    expect(parseItem('form', Buffer.from('__proto__=1&agentId=a&status=R'))).toMatchObject({ ok: true });
  });

  it('is total: a reason of the list or an item whose texts are clean', () => {
    const names = [...Object.values(adapter.fields).flat(), 'x', '__proto__'].map(
      (name) => name.split('.')[0]!,
    );
    const member = fc.tuple(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 2 }));
    const object = fc.array(member).map((members) => JSON.stringify(Object.fromEntries(members)));
    const form = fc.string({ unit: fc.constantFrom(...'a=&%+é2E', 'login', 'status') });
    const bytes = fc.oneof(
      object.map((text) => Buffer.from(text)),
      fc.uint8Array().map(Buffer.from),
      form.map((text) => Buffer.from(text, 'latin1')),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom('json' as const, 'form' as const), (body, format) => {
        const result = parseItem(format, body);
        if (!result.ok) {
          expect(Object.keys(rejectReasons)).toContain(result.reason);
          return;
        }
        const { agentId, status, breakType, eventId } = result.item;
        for (const text of [agentId, status, breakType, eventId]) {
          if (text === null) continue;
          expect(text).not.toBe('');
          expect(text).toBe(text.toWellFormed().normalize('NFC').trim());
          expect(text.length).toBeLessThanOrEqual(maxTextLength);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

const parsed = (value: object): ParsedItem => parsedText(JSON.stringify(value));

function parsedText(text: string): ParsedItem {
  const result = parseItem('json', Buffer.from(text));
  if (!result.ok) throw new Error(`${result.reason}: ${result.detail}`);
  return result.item;
}
