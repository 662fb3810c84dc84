/** Percentages and minutes from exact integers. */

/** null when the divisor is 0. */
export const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/**
 * `part / whole` times a power of ten, as a decimal with two digits, halves away from zero; '' when the divisor is 0.
 * Exact: no floating point is involved.
 */
export function decimal(part: number, whole: number, times = 1): string {
  if (whole === 0) return '';
  const numerator = BigInt(part) * BigInt(times) * 100n;
  const divisor = BigInt(whole);
  const negative = numerator < 0n !== divisor < 0n && numerator !== 0n;
  const hundredths = (2n * abs(numerator) + abs(divisor)) / (2n * abs(divisor));
  const digits = hundredths.toString().padStart(3, '0');
  const sign = negative && hundredths > 0n ? '-' : '';
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export const minutes = (ms: number): string => decimal(ms, 60_000);
export const percent = (part: number, whole: number): string => decimal(part, whole, 100);

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
