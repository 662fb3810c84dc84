import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutMessage } from './broker.ts';
import { partsBySize } from './parts-by-size.ts';

const message = (partition: number, bytes: number): OutMessage => ({
  topic: 't',
  partition,
  key: null,
  value: Buffer.alloc(bytes),
});

describe('partsBySize', () => {
  it('sends what fits at once', () => {
    const messages = [message(0, 400), message(1, 400), message(0, 400)];
    expect(partsBySize(messages, 1_000)).toEqual([messages]);
  });

  it('begins anew where a partition would get too much, and lets a greater message travel alone', () => {
    const [a, b, c, d] = [message(0, 600), message(1, 600), message(0, 600), message(0, 5_000)] as const;
    expect(partsBySize([a, b, c, d], 1_000)).toEqual([[a, b], [c], [d]]);
  });

  it('keeps every message, the order, and the limit', () => {
    const anyMessage = fc
      .tuple(fc.nat(2), fc.nat(900))
      .map(([partition, bytes]) => message(partition, bytes));
    fc.assert(
      fc.property(fc.array(anyMessage, { minLength: 1 }), (messages) => {
        const parts = partsBySize(messages, 1_000);
        expect(parts.flat()).toEqual(messages);
        for (const part of parts) {
          for (const partition of [0, 1, 2]) {
            const own = part.filter((each) => each.partition === partition);
            expect(own.reduce((sum, { value }) => sum + value!.length, 0)).toBeLessThanOrEqual(1_000);
          }
        }
      }),
    );
  });
});
