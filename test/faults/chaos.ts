/** What is killed, leaves and joins, and when, as a pure function of the seed. */
import { type Random, randomOf } from '@adherence/demo/random.ts';

export const kinds = ['kafka', 'clickhouse', 'ingress', 'enrichment', 'adherence', 'console'] as const;
export type Kind = (typeof kinds)[number];

export interface ChaosStep {
  /** Part of the load that has been accepted by then, 0 to 1. */
  readonly at: number;
  /** kill: SIGKILL, started again after `downMs`; leave: SIGTERM, for good; join: one more instance. */
  readonly action: 'kill' | 'leave' | 'join';
  readonly kind: Kind;
  /** Which instance, counted from 0 over those that there ever were. */
  readonly instance: number;
  readonly downMs: number;
}

export const instancesAtStart: Readonly<Record<Kind, number>> = {
  kafka: 1,
  clickhouse: 1,
  ingress: 2,
  enrichment: 3,
  adherence: 3,
  console: 1,
};

const firstAt = 0.04;
const lastAt = 0.93;

/** Every kind is killed at least once, ten or more processes in all; an instance of each consumer joins and leaves. */
export function chaosOf(seed: number): ChaosStep[] {
  const random = randomOf('faults', seed, 'chaos');
  const kills = shuffled<Kind>(random, [
    ...kinds,
    'adherence',
    'enrichment',
    'adherence',
    ...extraKills(random),
  ]);
  const wanted = placeMoves(random, apart(kills));
  const running = new Map(
    kinds.map((kind) => [kind, Array.from({ length: instancesAtStart[kind] }, (_, n) => n)]),
  );
  const ever = new Map<Kind, number>(kinds.map((kind) => [kind, instancesAtStart[kind]]));
  const step = (lastAt - firstAt) / wanted.length;
  return wanted.map(({ action, kind }, index): ChaosStep => {
    const at = firstAt + step * (index + random.next() * 0.8);
    const downMs = random.whole(0, 3) === 0 ? 0 : random.whole(200, 2_500);
    const instances = running.get(kind)!;
    if (action === 'join') {
      const instance = ever.get(kind)!;
      ever.set(kind, instance + 1);
      instances.push(instance);
      return { at, action, kind, instance, downMs: 0 };
    }
    const instance = instances[random.whole(0, instances.length - 1)]!;
    if (action === 'leave') instances.splice(instances.indexOf(instance), 1);
    return { at, action, kind, instance, downMs: action === 'leave' ? 0 : downMs };
  });
}

const extraKills = (random: Random): Kind[] =>
  Array.from({ length: random.whole(1, 4) }, () => random.pick(kinds));

/** The only instance of a kind is not killed twice in a row: it would hardly be up in between. */
function apart(kills: readonly Kind[]): Kind[] {
  const rest = [...kills];
  const result: Kind[] = [];
  while (rest.length > 0) {
    const index = rest.findIndex((kind) => kind !== result.at(-1));
    result.push(...rest.splice(Math.max(index, 0), 1));
  }
  return result;
}

type Wanted = Pick<ChaosStep, 'action' | 'kind'>;

function placeMoves(random: Random, kills: readonly Kind[]): Wanted[] {
  const wanted: Wanted[] = kills.map((kind) => ({ action: 'kill', kind }));
  for (const kind of ['enrichment', 'adherence'] as const) {
    for (const action of shuffled(random, ['join', 'leave'] as const)) {
      wanted.splice(random.whole(1, wanted.length), 0, { action, kind });
    }
  }
  return wanted;
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: random.next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
