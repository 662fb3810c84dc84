import { describe, expect, it } from 'vitest';
import { erasedUserHash, isErased, timeWithout } from './erased.ts';

const hash = erasedUserHash('t1', 'odigo', 'ada@x.example');
const tables = {
  tenantId: 't1',
  erasedUsers: new Map([[hash, [{ from: 100, to: 200, erasedAt: 500 }]]]),
};

describe('isErased', () => {
  it.each([
    ['within its time, received before', 'odigo', 'ada@x.example', 100, 500, true],
    ['before its time', 'odigo', 'ada@x.example', 99, 500, false],
    ['after its time', 'odigo', 'ada@x.example', 200, 500, false],
    ['received after the erasure', 'odigo', 'ada@x.example', 100, 501, false],
    ['of another integration', 'other', 'ada@x.example', 100, 500, false],
    ['of another user', 'odigo', 'Ada@x.example', 100, 500, false],
  ])('%s', (_, integration, user, occurredAt, receivedAt, erased) => {
    expect(isErased(tables, integration, user, occurredAt, receivedAt)).toBe(erased);
  });

  it('tells tenants apart', () => {
    expect(isErased({ ...tables, tenantId: 't2' }, 'odigo', 'ada@x.example', 100, 500)).toBe(false);
  });
});

describe('timeWithout', () => {
  const open = { from: null, to: null };
  it.each([
    ['nobody else', open, [], [open]],
    ['somebody always', open, [open], []],
    ['somebody later', open, [{ from: 10, to: null }], [{ from: null, to: 10 }]],
    ['somebody before', { from: 5, to: 20 }, [{ from: null, to: 10 }], [{ from: 10, to: 20 }]],
    [
      'somebody within',
      { from: 5, to: 20 },
      [{ from: 8, to: 9 }],
      [
        { from: 5, to: 8 },
        { from: 9, to: 20 },
      ],
    ],
    [
      'two',
      open,
      [
        { from: 1, to: 2 },
        { from: 2, to: 3 },
      ],
      [
        { from: null, to: 1 },
        { from: 3, to: null },
      ],
    ],
    ['somebody elsewhere', { from: 5, to: 20 }, [{ from: 20, to: 30 }], [{ from: 5, to: 20 }]],
  ])('%s', (_, whole, others, parts) => {
    expect(timeWithout(whole, others)).toEqual(parts);
  });
});
