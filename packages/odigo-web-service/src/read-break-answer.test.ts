import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBreakAnswer } from './read-break-answer.ts';

const anna = { externalUserId: 'anna@centre.example', status: 'BREAK' };
const read = (value: unknown) => readBreakAnswer(JSON.stringify(value), anna);
const found = (breakType: string) => ({ kind: 'found', breakType });

describe('answers of the break web service', () => {
  it.each([
    [{ breakType: 'lunch' }, 'lunch'],
    [{ agentId: 'ANNA@centre.example', status: 'break', breakType: ' lunch ' }, 'lunch'],
    [{ breakType: { id: 'L', label: 'Lunch' } }, 'L'],
    [{ pauseType: 12 }, '12'],
    [{ data: { agentStatus: 'BREAK', reason_code: 'lunch' } }, 'lunch'],
    [[{ login: 'anna@centre.example', breakType: 'lunch' }], 'lunch'],
    [{ agents: [{ login: 'anna@centre.example', breakType: 'lunch' }] }, 'lunch'],
  ])('reads %j', (value, breakType) => {
    expect(read(value)).toEqual(found(breakType));
  });

  it.each([{ breakType: null }, { breakType: '' }, { agentId: 'anna@centre.example' }, { status: 'BREAK' }])(
    'finds none in %j',
    (value) => {
      expect(read(value)).toEqual({ kind: 'none' });
    },
  );

  it('finds none for an agent that has left the status', () => {
    expect(read({ status: 'TALK', breakType: 'lunch' })).toEqual({ kind: 'none' });
    expect(readBreakAnswer('{"status":"TALK","breakType":"x"}', { ...anna, status: null })).toEqual(
      found('x'),
    );
  });

  it.each([
    null,
    'lunch',
    7,
    [],
    [{ breakType: 'a' }, { breakType: 'b' }],
    {},
    { version: 3 },
    { agentId: 'ben', breakType: 'lunch' },
    { breakType: 'x'.repeat(257) },
  ])('does not read %j', (value) => {
    expect(read(value)).toBeNull();
  });

  it('throws at nothing', () => {
    fc.assert(fc.property(fc.string(), (text) => void readBreakAnswer(text, anna)));
    fc.assert(fc.property(fc.jsonValue(), (value) => void read(value)));
  });
});
