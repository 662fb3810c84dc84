/** A stream of a large board, the same every time: a snapshot, and what changes from then on. */
import type { State } from '@adherence/domain/model.ts';
import type { Live, LiveItemJson, Person } from '../src/api/types.ts';

export interface Recording {
  readonly people: readonly Person[];
  readonly snapshot: Live;
  /** In order, evenly spread in time; each changes one row. */
  readonly updates: readonly LiveItemJson[];
  readonly updatesPerSecond: number;
}

const states: readonly { readonly state: State; readonly weight: number; readonly inBuffer?: boolean }[] = [
  { state: 'IN_ADHERENCE', weight: 80 },
  { state: 'NOT_PRESENT', weight: 6 },
  { state: 'WRONG_ACTIVITY', weight: 6 },
  { state: 'WRONG_ACTIVITY', weight: 3, inBuffer: true },
  { state: 'NOT_SCHEDULED', weight: 5 },
];
const activities = ['calls', 'chat', 'lunch', 'back-office', 'short-break'];
const teamSize = 25;

export function createRecording(
  startAt: number,
  peopleCount: number,
  updatesPerSecond: number,
  seconds: number,
): Recording {
  const random = randomOf(7);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const people = Array.from(
    { length: peopleCount },
    (_, n): Person => ({
      id: `p${n}`,
      name: `${pick(['Anna', 'Bilal', 'Chloé', 'David', 'Élodie', 'Farid'])} ${pick(['Moreau', 'Novak', 'Okafor'])} ${n}`,
      team: `Team ${String(Math.floor(n / teamSize) + 1).padStart(3, '0')}`,
      planningUnitId: 'paris',
      externalUsers: [],
    }),
  );
  const itemAt = (person: Person, at: number): LiveItemJson => {
    const { state, inBuffer = false } = pickState(random() * 100);
    const scheduled = state === 'NOT_SCHEDULED' ? null : pick(activities);
    const activityId = state === 'IN_ADHERENCE' ? scheduled : pick(activities);
    return {
      personId: person.id,
      name: person.name,
      team: person.team,
      planningUnitId: person.planningUnitId,
      scheduledActivityId: scheduled,
      scheduledUntil: scheduled && isoText(startAt + 3_600_000),
      nextScheduled: scheduled === null ? null : { at: isoText(startAt + 3_600_000), activityId: 'lunch' },
      actual:
        state === 'NOT_PRESENT'
          ? { kind: 'offline', activityId: null, externalStatus: null, breakType: null, estimated: false }
          : { kind: 'activity', activityId, externalStatus: 'TALKING', breakType: null, estimated: false },
      state,
      since: isoText(at),
      inBuffer,
      bufferEndsAt: inBuffer ? isoText(at + 120_000) : null,
    };
  };
  const snapshot: Live = {
    asOf: isoText(startAt),
    eventsUntil: isoText(startAt),
    items: people.map((person) => itemAt(person, startAt - random() * 7_200_000)),
  };
  const updates = Array.from({ length: updatesPerSecond * seconds }, (_, n) =>
    itemAt(pick(people), startAt + (n * 1000) / updatesPerSecond),
  );
  return { people, snapshot, updates, updatesPerSecond };
}

function pickState(at: number): (typeof states)[number] {
  let sum = 0;
  for (const each of states) {
    sum += each.weight;
    if (at < sum) return each;
  }
  return states[0]!;
}

const isoText = (at: number): string => new Date(at).toISOString();

/** Random numbers in `[0, 1)`, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
