import type { Supervised } from './supervise.ts';

/** Whatever takes in comes first, what the others stand on last. */
const order: readonly string[] = [
  ...['demo', 'console', 'ingress', 'enrichment', 'adherence', 'services'],
  ...['registry', 'kafka', 'clickhouse'],
];

const limitMs = 9_000;
/** Kept for those that stand last, so that a service that hangs cannot take their time. */
const reserveMs = 2_500;

/** Stops everything in order, each with SIGTERM and, when it takes too long, SIGKILL; within 10 s altogether. */
export async function stopAll(
  running: readonly Supervised[],
  print: (line: string) => void,
  now: () => number = () => performance.now(),
): Promise<void> {
  if (running.length === 0) return;
  const startedAt = now();
  print('\nstopping …');
  for (const part of inOrder(running)) {
    const left = limitMs - (now() - startedAt) - (isFoundation(part) ? 0 : reserveMs);
    await part.stop(Math.max(100, left));
  }
  print(`stopped in ${((now() - startedAt) / 1000).toFixed(1)} s`);
}

export const inOrder = (running: readonly Supervised[]): Supervised[] =>
  running.toSorted((a, b) => rank(a) - rank(b));

const rank = (part: Supervised): number => order.indexOf(part.name);
const isFoundation = (part: Supervised): boolean => rank(part) >= order.indexOf('registry');
