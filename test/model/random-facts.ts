/** Random status facts: walks in time with bursts and silences, duplicates of every kind, in any order. */
import { createHash } from 'node:crypto';
import type { Instant, LineFact } from '@adherence/domain/model.ts';
import * as fc from 'fast-check';

export const integrations = ['odigo-a', 'odigo-b'] as const;

/** The users that a scenario may give to its person. */
export const users = [
  { integrationId: 'odigo-a', externalUserId: 'anna' },
  { integrationId: 'odigo-a', externalUserId: 'Anna' },
  { integrationId: 'odigo-b', externalUserId: 'anna' },
  { integrationId: 'odigo-b', externalUserId: 'bruno' },
] as const;

/** Some of them stay unmapped in most scenarios. */
export const statuses = ['READY', 'TALK', 'PAUSE', 'MEETING', 'SICK', 'ODD'] as const;

/** What may be wrong with the copy of a fact that was sent before. */
const copyKinds = ['same', 'other content', 'other time'] as const;

const minute = 60_000;

/** From the event before, of whatever user: together, a moment, minutes, hours, or to the next anchor. */
const step: fc.Arbitrary<number | 'anchor'> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 1000 }) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }).map((fives) => fives * 5 * minute) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 90 * minute }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 10 }).map((hours) => hours * 60 * minute) },
  { weight: 3, arbitrary: fc.constant('anchor' as const) },
);

const told = fc.record({
  eventType: fc.constantFrom(
    ...(['STATUS', 'STATUS', 'STATUS', 'STATUS', 'STATUS', 'HEARTBEAT', 'LOGIN', 'LOGOUT'] as const),
  ),
  status: fc.constantFrom(...statuses),
  withStatus: fc.boolean(),
  breakType: fc.constantFrom(null, null, 'lunch', 'team', 'odd'),
  sequence: fc.constantFrom(null, null, 0, 1, 2),
  // Keys of one instant must not sort as they were made.
  keyPrefix: fc.constantFrom('a', 'b', 'c'),
});
type Told = typeof told extends fc.Arbitrary<infer T> ? T : never;

const event = fc.record({ user: fc.constantFrom(...users), step, told });

const copy = fc.record({ of: fc.nat(), kind: fc.constantFrom(...copyKinds), told });

export interface FactPlan {
  readonly events: readonly {
    readonly user: (typeof users)[number];
    readonly step: number | 'anchor';
    readonly told: Told;
  }[];
  readonly copies: readonly {
    readonly of: number;
    readonly kind: (typeof copyKinds)[number];
    readonly told: Told;
  }[];
  /** Ranks by which the facts are put out of order. */
  readonly order: readonly number[];
}

export const factPlan: fc.Arbitrary<FactPlan> = fc.record({
  events: fc.array(event, { maxLength: 120, size: 'max' }),
  copies: fc.array(copy, { maxLength: 6, size: 'max' }),
  order: fc.array(fc.nat({ max: 1000 }), { minLength: 20, maxLength: 20 }),
});

/** Facts of the four users from an instant on. Anchors are instants at which something else changes. */
export function factsOf(plan: FactPlan, from: Instant, anchors: readonly Instant[]): LineFact[] {
  const sorted = anchors.toSorted((a, b) => a - b);
  let at = from;
  const originals = plan.events.map(({ user, step: after, told: content }, index) => {
    at = after === 'anchor' ? (sorted.find((anchor) => anchor > at) ?? at) : at + after;
    return factOf(user, at, content, `${content.keyPrefix}${index}`, index);
  });
  const repeats = plan.copies.flatMap(({ of, kind, told: content }, index) => {
    const original = originals[of % originals.length];
    return original === undefined ? [] : [copied(original, kind, content, originals.length + index)];
  });
  const rankOf = (index: number): number => plan.order[index % plan.order.length]!;
  return [...originals, ...repeats]
    .map((fact, index) => ({ fact, rank: rankOf(index) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ fact }) => fact);
}

function factOf(
  user: { readonly integrationId: string; readonly externalUserId: string },
  occurredAt: Instant,
  { eventType, status, withStatus, breakType, sequence }: Told,
  dedupKey: string,
  index: number,
): LineFact {
  // A status must be there for STATUS and may be for the rest; a break type comes with a status.
  const content = {
    eventType,
    status: eventType === 'STATUS' || withStatus ? status : null,
    breakType: eventType === 'STATUS' || withStatus ? breakType : null,
    occurredAt,
    sequence,
  };
  const contentHash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
  const { integrationId, externalUserId } = user;
  return {
    integrationId,
    externalUserId,
    ...content,
    dedupKey,
    contentHash,
    receivedAt: occurredAt + index * 1000,
  };
}

/**
 * The same dedup key again: received twice, with other content, or (as a clamped time in the future does) at another
 * instant.
 */
function copied(
  original: LineFact,
  kind: (typeof copyKinds)[number],
  content: Told,
  index: number,
): LineFact {
  if (kind === 'same') return { ...original, receivedAt: original.receivedAt + index * minute };
  const moved = kind === 'other time' ? 3 * minute : 0;
  return factOf(original, original.occurredAt + moved, content, original.dedupKey, index);
}
