import { describe, expect, it } from 'vitest';
import { erasedUserHash, isErased } from './erased.ts';

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
