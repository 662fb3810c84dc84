/** What is done to the consumers, in order: scaled out and in, rolled, two killed at once. */
import type { ChaosStep } from '../faults/chaos.ts';

export type Consumer = 'enrichment' | 'adherence';
export const consumers: readonly Consumer[] = ['enrichment', 'adherence'];

export interface Phase {
  readonly name: string;
  /** Each list is done at once, one list after the other. */
  readonly steps: readonly (readonly ChaosStep[])[];
}

const step = (action: ChaosStep['action'], kind: Consumer, instance: number, downMs = 0): ChaosStep => ({
  at: 0,
  action,
  kind,
  instance,
  downMs,
});
const both = (action: ChaosStep['action'], instance: number): readonly ChaosStep[] =>
  consumers.map((kind) => step(action, kind, instance));
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);

/**
 * With `most` instances of each at the top. A rollout is what Kubernetes does with maxSurge 1 and maxUnavailable 0: a
 * new instance becomes ready, then an old one is asked to leave.
 */
export function phasesOf(most: number): Phase[] {
  const roll = (kind: Consumer) =>
    numbers(0, most - 1).flatMap((old) => [[step('join', kind, most + old)], [step('leave', kind, old)]]);
  const [last, before] = [2 * most - 1, 2 * most - 2];
  return [
    { name: 'nothing', steps: [] },
    { name: `1 to ${most}`, steps: numbers(1, most - 1).map((instance) => both('join', instance)) },
    { name: 'enrichment rolled', steps: roll('enrichment') },
    { name: 'adherence rolled', steps: roll('adherence') },
    ...consumers.map((kind) => ({
      name: `2 of ${most} ${kind} killed`,
      steps: [[step('kill', kind, before, 1_000), step('kill', kind, last, 1_000)]],
    })),
    {
      name: `${most} to 1`,
      steps: numbers(most + 1, 2 * most - 1).map((instance) => both('leave', instance)),
    },
  ];
}

/** Out to two of each and back, as every build does it: rolls and kills are part of the fault run. */
export const smallPhases: readonly Phase[] = [
  { name: '1 to 2', steps: [both('join', 1)] },
  { name: '2 to 1', steps: [both('leave', 0)] },
];
