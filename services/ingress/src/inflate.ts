/** Compressed bodies, with a bound on what they inflate to and on the memory of all of them. */
import { compressionOf, type Inflated } from '@adherence/runtime/compression.ts';
import type { Hold } from './fair-budget.ts';

/** A body that is not compressed comes back as it is. Its inflated size is taken first, or there is no memory for it now. */
export async function inflateBody(
  bytes: Buffer,
  maxBytes: number,
  hold: Hold,
): Promise<Inflated | { readonly kind: 'overload' }> {
  const compression = compressionOf(bytes);
  if (!compression) return { kind: 'body', bytes };
  // Within the size that is likely; only then, and only for those who said less, within all that is allowed.
  const reserved = Math.min(maxBytes, Math.max(compression.likelyBytes(bytes), bytes.length, 1_024));
  if (!hold.take(reserved)) return { kind: 'overload' };
  const first = await compression.inflate(bytes, reserved);
  if (first.kind !== 'too-large' || reserved === maxBytes) return first;
  if (!hold.take(maxBytes - reserved)) return { kind: 'overload' };
  return compression.inflate(bytes, maxBytes);
}
