import { describe, expect, it } from 'vitest';
import { isWithin, valueAt, withValueAt } from './paths.ts';

const draft = { name: 'Anna', contact: { email: 'a@b.example' }, users: [{ id: 'x' }, { id: 'y' }] };

describe('paths of a draft', () => {
  it('reads as the API names fields', () => {
    expect(valueAt(draft, 'contact.email')).toBe('a@b.example');
    expect(valueAt(draft, 'users[1].id')).toBe('y');
    expect(valueAt(draft, 'users[7].id')).toBeUndefined();
    expect(valueAt(draft, '')).toBe(draft);
  });

  it('writes a copy, and leaves what it does not touch as it is', () => {
    const changed = withValueAt(draft, 'users[1].id', 'z');
    expect(changed.users).toEqual([{ id: 'x' }, { id: 'z' }]);
    expect(changed.users[0]).toBe(draft.users[0]);
    expect(changed.contact).toBe(draft.contact);
    expect(draft.users[1]).toEqual({ id: 'y' });
  });

  it('makes what is not there yet', () => {
    expect(withValueAt<unknown>({}, 'contact.phones[0]', '1')).toEqual({ contact: { phones: ['1'] } });
  });

  it('knows what lies inside of a field', () => {
    expect(isWithin('users[0].id', 'users')).toBe(true);
    expect(isWithin('users[0].id', 'users[0]')).toBe(true);
    expect(isWithin('usersOther', 'users')).toBe(false);
  });
});
