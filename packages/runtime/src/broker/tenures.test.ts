import { expect, test } from 'vitest';
import { createTenures } from './tenures.ts';

test('a tenure goes on in the next generation, and is a new one after any break', () => {
  const tenures = createTenures();
  expect(tenures.claim()).toBeNull();
  tenures.begin(3, [0, 1]);
  const [zero, one] = [tenures.of(0), tenures.of(1)];
  expect(zero).not.toBe(one);
  tenures.begin(4, [1, 2]);
  expect(tenures.of(1)).toBe(one);
  expect(() => tenures.of(0)).toThrow('not owned');
  tenures.begin(5, [0, 1]);
  expect([tenures.of(0) === zero, tenures.of(1) === one]).toEqual([false, true]);
  expect(tenures.claim()).toEqual({ generation: 5, partitions: [0, 1] });
});

test.each([
  ['a generation without this member', 3, 5],
  ['a group that begins anew', 3, 1],
  ['the same generation told twice', 3, 3],
  ['a generation of unknown number', 3, null],
])('after %s everything is owned anew', (_, before, after) => {
  const tenures = createTenures();
  tenures.begin(before, [0]);
  const was = tenures.of(0);
  tenures.begin(after, [0]);
  expect(tenures.of(0)).not.toBe(was);
});

test('after a generation of unknown number nothing goes on either', () => {
  const tenures = createTenures();
  tenures.begin(null, [0]);
  const was = tenures.of(0);
  tenures.begin(1, [0]);
  expect(tenures.of(0)).not.toBe(was);
});
