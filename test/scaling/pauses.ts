/** How long partitions stood still, from what passed through them. */
import type { Section } from '../bench/report.ts';
import type { Passage } from './steady-load.ts';

export interface Pauses {
  readonly changes: number;
  /** Milliseconds from a change to the board. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The longest of each partition: the middle one, and the worst. */
  readonly medianPauseMs: number;
  readonly longestPauseMs: number;
  readonly partitionsOver5s: number;
}

/** Of what was sent in `from`..`to`. Under steady load the pause of a partition is the wait of what came at its start. */
export function pausesOf(passages: readonly Passage[], from: number, to: number): Pauses {
  const sent = passages.filter(({ sentAt }) => sentAt >= from && sentAt < to);
  const waits = sent.map(({ sentAt, shownAt }) => shownAt - sentAt).sort((a, b) => a - b);
  const longest = [...Map.groupBy(sent, ({ partition }) => partition).values()]
    .map((of) => Math.max(...of.map(({ sentAt, shownAt }) => shownAt - sentAt)))
    .sort((a, b) => a - b);
  return {
    changes: sent.length,
    p50Ms: quantile(waits, 0.5),
    p99Ms: quantile(waits, 0.99),
    medianPauseMs: quantile(longest, 0.5),
    longestPauseMs: longest.at(-1) ?? 0,
    partitionsOver5s: longest.filter((ms) => ms > 5_000).length,
  };
}

/** The least value that so much of the sorted list does not exceed. */
const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;

/** As the table of the documentation has it. */
export const pausesSection = (
  title: string,
  phases: readonly (Pauses & { readonly phase: string; readonly steps: number })[],
): Section => ({
  title,
  rows: phases.map(
    ({ phase, steps, changes, p50Ms, p99Ms, medianPauseMs, longestPauseMs, partitionsOver5s }) => ({
      phase,
      steps,
      changes,
      'p50 ms': p50Ms,
      'p99 ms': p99Ms,
      'median pause ms': medianPauseMs,
      'longest pause ms': longestPauseMs,
      'partitions over 5 s': partitionsOver5s,
    }),
  ),
  aims: [
    { what: 'longest pause of a rollout, ms', value: longestOf(phases, /rolled/), most: 5_000 },
    { what: 'longest pause after a kill, ms', value: longestOf(phases, /killed/), most: 30_000 },
  ],
});

const longestOf = (phases: readonly { phase: string; longestPauseMs: number }[], which: RegExp): number =>
  Math.max(...phases.filter(({ phase }) => which.test(phase)).map(({ longestPauseMs }) => longestPauseMs));
