import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkBySize } from './chunk.ts';

const message = (bytes: number) => ({ key: null, value: Buffer.alloc(bytes) });

describe('chunkBySize', () => {
  it('keeps every message and their order, within the bound unless one alone exceeds it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000)), (sizes) => {
        const messages = sizes.map(message);
        const parts = chunkBySize(messages, 2_000);
        expect(parts.flat()).toEqual(messages);
        for (const part of parts) {
          const bytes = part.reduce((sum, { value }) => sum + value.length + 140, 0);
          expect(part.length === 1 || (part.length > 1 && bytes <= 2_000)).toBe(true);
        }
      }),
    );
  });

  it('makes one part of what fits, and none of nothing', () => {
    expect(chunkBySize([message(1), message(2)])).toHaveLength(1);
    expect(chunkBySize([])).toEqual([]);
  });
});
