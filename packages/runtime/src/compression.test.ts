import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compressionOf } from './compression.ts';

const text = Buffer.from('{"agentId":"ada","status":"READY"}'.repeat(50));

describe('compression', () => {
  it.each([
    ['gzip', gzipSync(text)] as const,
    ...[0, 1, 6, 9].map((level) => [`deflate at level ${level}`, deflateSync(text, { level })] as const),
  ])('%s shows in the bytes', async (_, bytes) => {
    const compression = compressionOf(bytes)!;
    expect(await compression.inflate(bytes, text.length)).toEqual({ kind: 'body', bytes: text });
    expect(await compression.inflate(bytes, text.length - 1)).toEqual({ kind: 'too-large' });
    expect(await compression.inflate(bytes.subarray(0, -9), text.length)).toEqual({ kind: 'corrupt' });
  });

  it('gzip says what it inflates to', () => {
    const bytes = gzipSync(text);
    expect(compressionOf(bytes)!.likelyBytes(bytes)).toBe(text.length);
  });

  it.each(['', 'x', 'x=1&y=2', '{"x":1}', '\x1f'])('%j is none', (body) => {
    expect(compressionOf(Buffer.from(body))).toBeNull();
  });
});
