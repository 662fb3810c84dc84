/**
 * What a person actually does: the lines of all external users, cut to their validity, the most recent one winning,
 * unknown while the feeds are silent; then mapped to activities as of the time (domain.md, "Several users",
 * "Feed gap").
 */
import type { Actual, ExternalUserAssignment, Instant, Interval, LineFact } from '../model.ts';
import { type LineContext, type LinePiece, userLine } from './line.ts';
import { defaultActivityId, type Rules } from './rules.ts';

/** Silences of one integration with `feedGapSeconds`; integrations without are absent from the map. */
export interface Feed {
  readonly thresholdMs: number;
  /** Between consecutive accepted notifications more than the threshold apart, ascending. */
  readonly gaps: readonly Interval[];
  /** Greatest occurredAt of an accepted notification; null before the first. */
  readonly last: Instant | null;
  /** Up to when these are all the gaps: greatest occurredAt that was told together with them; null before the first. */
  readonly heard: Instant | null;
}

export interface ActualPiece extends Interval {
  readonly actual: Actual;
  /** Only when reasons are asked for. */
  readonly reason: ActualReason | null;
}

/** Why a person's actual is what it is at an instant: what each external user that is valid then says. */
export interface ActualReason {
  readonly users: readonly UserReason[];
  /** The piece of the user that wins; null when nobody does: offline or unknown. */
  readonly winner: LinePiece | null;
}

export interface UserReason {
  readonly user: ExternalUserAssignment;
  /** null before the user's first event. */
  readonly piece: LinePiece | null;
  /** The silence of the integration around the instant, null while it lives. */
  readonly gap: Interval | null;
}

export interface ActualInputs {
  readonly externalUsers: readonly ExternalUserAssignment[];
  /** Ordered facts by `externalUserId` per integration; see `userKey`. */
  readonly facts: ReadonlyMap<string, readonly LineFact[]>;
  readonly feeds: ReadonlyMap<string, Feed>;
}

export const userKey = (integrationId: string, externalUserId: string): string =>
  `${integrationId}\u0000${externalUserId}`;

const offline: Actual = {
  kind: 'offline',
  activityId: null,
  externalStatus: null,
  breakType: null,
  estimated: false,
};
const offlineEstimated: Actual = { ...offline, estimated: true };
const unknown: Actual = { ...offline, kind: 'unknown' };

/** Contiguous pieces over `[from, to)`; adjacent ones may carry the same actual (the same object then). */
export function actualPieces(
  inputs: ActualInputs,
  rules: Rules,
  from: Instant,
  to: Instant,
  context: LineContext,
  withReasons = false,
): ActualPiece[] {
  const entries = inputs.externalUsers.map((user) => entryOf(user, inputs, from, context));
  const borders = bordersOf(entries, from, to);
  const intern = new Map<string, Actual>();
  const pieces: ActualPiece[] = [];
  for (let i = 0; i + 1 < borders.length; i++) {
    const start = borders[i]!;
    const end = borders[i + 1]!;
    if (start === end) continue;
    const winner = winnerAt(entries, start);
    const reason = withReasons ? reasonAt(entries, start, winner) : null;
    if (typeof winner === 'string') {
      pieces.push({
        from: start,
        to: end,
        actual: winner === 'unknown' ? unknown : winner === 'offline' ? offline : offlineEstimated,
        reason,
      });
    } else {
      pushMapped(pieces, start, end, winner, rules, intern, reason);
    }
  }
  return pieces;
}

/** Gaps of a feed as they are seen at asOf; the live end counts once it has lasted as long as the threshold. */
export function gapsAt(feed: Feed, asOf: Instant): Interval[] {
  const gaps: Interval[] = [];
  for (const gap of feed.gaps) {
    if (gap.to <= asOf) gaps.push(gap);
    else if (asOf - gap.from >= feed.thresholdMs) gaps.push({ from: gap.from, to: asOf });
  }
  if (feed.last !== null && asOf - feed.last >= feed.thresholdMs) gaps.push({ from: feed.last, to: asOf });
  return gaps;
}

/** The first silence that ends after an instant; it began before when a notification told of it by a clock that is ahead. */
export function gapAhead({ gaps }: Feed, at: Instant): Interval | null {
  let index = gaps.length;
  while (index > 0 && gaps[index - 1]!.to > at) index--;
  return gaps[index] ?? null;
}

interface Entry {
  readonly user: ExternalUserAssignment;
  readonly validFrom: Instant;
  readonly validTo: Instant;
  readonly line: readonly LinePiece[];
  readonly gaps: readonly Interval[];
  piece: number;
  gap: number;
}

function entryOf(
  user: ExternalUserAssignment,
  inputs: ActualInputs,
  from: Instant,
  context: LineContext,
): Entry {
  const facts = inputs.facts.get(userKey(user.integrationId, user.externalUserId)) ?? [];
  const feed = inputs.feeds.get(user.integrationId);
  return {
    user,
    validFrom: user.validFrom ?? Number.NEGATIVE_INFINITY,
    validTo: user.validTo ?? Number.POSITIVE_INFINITY,
    line: userLine(facts, from, context),
    gaps: feed ? gapsAt(feed, context.asOf) : [],
    piece: 0,
    gap: 0,
  };
}

/** Ascending; some may be there more than once. */
function bordersOf(entries: readonly Entry[], from: Instant, to: Instant): Instant[] {
  const borders: Instant[] = [from, to];
  const add = (at: Instant) => {
    if (at > from && at < to) borders.push(at);
  };
  for (const entry of entries) {
    add(entry.validFrom);
    add(entry.validTo);
    for (const piece of entry.line) add(piece.from);
    for (const gap of entry.gaps) {
      add(gap.from);
      add(gap.to);
    }
  }
  return borders.sort((a, b) => a - b);
}

/** Asked with ascending instants: the pointers of the entries only move forward. */
function winnerAt(
  entries: readonly Entry[],
  at: Instant,
): LinePiece | 'unknown' | 'offline' | 'offline-estimated' {
  // Nobody is valid, or all that are valid are silent, unless one lives.
  let alive = false;
  let estimated = false;
  let winner: LinePiece | null = null;
  let winnerEntry: Entry | null = null;
  for (const entry of entries) {
    if (at < entry.validFrom || at >= entry.validTo) continue;
    while (entry.gap < entry.gaps.length && entry.gaps[entry.gap]!.to <= at) entry.gap++;
    if (!(entry.gap < entry.gaps.length && entry.gaps[entry.gap]!.from <= at)) alive = true;
    while (entry.piece + 1 < entry.line.length && entry.line[entry.piece + 1]!.from <= at) entry.piece++;
    const piece = entry.line[entry.piece];
    if (!piece || piece.from > at) continue;
    if (piece.status === null) estimated ||= piece.estimated;
    else if (!winner || isMoreRecent(piece, entry, winner, winnerEntry!)) {
      winner = piece;
      winnerEntry = entry;
    }
  }
  if (!alive) return 'unknown';
  return winner ?? (estimated ? 'offline-estimated' : 'offline');
}

/** Right after `winnerAt`, whose pointers stand at the instant. */
function reasonAt(entries: readonly Entry[], at: Instant, winner: ReturnType<typeof winnerAt>): ActualReason {
  const around = <I extends Interval>(interval: I | undefined): I | null =>
    interval && interval.from <= at ? interval : null;
  return {
    users: entries
      .filter(({ validFrom, validTo }) => at >= validFrom && at < validTo)
      .map(({ user, line, piece, gaps, gap }) => ({
        user,
        piece: around(line[piece]),
        gap: around(gaps[gap]),
      })),
    winner: typeof winner === 'string' ? null : winner,
  };
}

/** Most recent event; ties by sequence, integration, user (the greater wins). */
function isMoreRecent(a: LinePiece, entryA: Entry, b: LinePiece, entryB: Entry): boolean {
  if (a.event.occurredAt !== b.event.occurredAt) return a.event.occurredAt > b.event.occurredAt;
  const sequenceA = a.event.sequence ?? -1;
  const sequenceB = b.event.sequence ?? -1;
  if (sequenceA !== sequenceB) return sequenceA > sequenceB;
  if (entryA.user.integrationId !== entryB.user.integrationId) {
    return entryA.user.integrationId > entryB.user.integrationId;
  }
  return entryA.user.externalUserId > entryB.user.externalUserId;
}

function pushMapped(
  pieces: ActualPiece[],
  from: Instant,
  to: Instant,
  piece: LinePiece,
  rules: Rules,
  intern: Map<string, Actual>,
  reason: ActualReason | null,
): void {
  const { integrationId, status, breakType } = piece.status!;
  if (status === null) {
    pieces.push({ from, to, actual: actualOf(intern, defaultActivityId, null, null), reason });
    return;
  }
  const steps = rules.mapping(integrationId, status, breakType);
  for (let i = 0; i < steps.from.length; i++) {
    const start = Math.max(from, steps.from[i]!);
    const end = Math.min(to, steps.from[i + 1] ?? to);
    if (start < end) {
      const actual = actualOf(intern, steps.values[i]!, status, breakType);
      pieces.push({ from: start, to: end, actual, reason });
    }
  }
}

function actualOf(
  intern: Map<string, Actual>,
  activityId: string,
  externalStatus: string | null,
  breakType: string | null,
): Actual {
  const key = `${activityId}\u0000${externalStatus ?? ''}\u0000${breakType ?? ''}`;
  let actual = intern.get(key);
  if (!actual) {
    actual = { kind: 'activity', activityId, externalStatus, breakType, estimated: false };
    intern.set(key, actual);
  }
  return actual;
}
