/**
 * The line of statuses of one external user, from all its events, with the missing-logout policy applied
 * (domain.md: "The user's line first, then the person", "Missing logout").
 */

import type { Instant, LineFact } from '../model.ts';
import { bearsStatus, firstAfter } from './facts.ts';
import { type Settings, type Steps, valueAt } from './rules.ts';

export interface LinePiece {
  readonly from: Instant;
  readonly to: Instant;
  /** The event that the piece goes back to; the most recent one decides between several users. */
  readonly event: LineFact;
  /** The event that reported first what still ran at `event`: no heartbeat and no repeat, as far as facts are known. */
  readonly reportedBy: LineFact;
  /** null = offline. */
  readonly status: LineStatus | null;
  readonly estimated: boolean;
}

/** What the user reported; `status` null is a LOGIN without one (the activity `present`). */
export interface LineStatus {
  readonly integrationId: string;
  readonly status: string | null;
  readonly breakType: string | null;
}

export interface LineContext {
  /** Ends of the shifts of the person, ascending. */
  readonly shiftEnds: readonly Instant[];
  readonly settings: Steps<Settings>;
  readonly asOf: Instant;
}

/** Pieces that overlap `[from, asOf)`, contiguous from the user's first event on. `facts` are ordered. */
export function userLine(facts: readonly LineFact[], from: Instant, context: LineContext): LinePiece[] {
  const pieces: LinePiece[] = [];
  const end = firstAfter(facts, context.asOf - 1);
  const start = Math.max(0, firstAfter(facts, from) - 1);
  let reportedBy = lastReport(facts, start);
  let status = reportedBy ? statusOf(reportedBy, null) : null;
  let wasEnded = false;
  for (let i = start; i < end; i++) {
    const event = facts[i]!;
    if (bearsStatus(event)) {
      const running = status;
      status = statusOf(event, running);
      if (status !== running || wasEnded || !reportedBy) reportedBy = event;
    }
    const next = i + 1 < end ? facts[i + 1]!.occurredAt : context.asOf;
    if (next <= event.occurredAt) continue;
    const from = event.occurredAt;
    const cut = status === null ? next : missingLogout(from, next, context);
    wasEnded = cut < next;
    const report = reportedBy ?? event;
    if (from < cut) pieces.push({ from, to: cut, event, reportedBy: report, status, estimated: false });
    if (cut < next) {
      pieces.push({ from: cut, to: next, event, reportedBy: report, status: null, estimated: true });
    }
  }
  return pieces;
}

/** When a status that began at `e` ends by itself if nothing happens until `next`; `next` when it does not. */
function missingLogout(e: Instant, next: Instant, context: LineContext): Instant {
  const { missingLogout: policy } = valueAt(context.settings, e);
  let cut = next;
  const shiftEnd = firstShiftEnd(context.shiftEnds, e);
  if (shiftEnd < next && next - shiftEnd >= policy.afterShiftEndSeconds * 1000) cut = shiftEnd;
  const maxMs = policy.maxStatusSeconds * 1000;
  if (next - e >= maxMs) cut = Math.min(cut, e + maxMs);
  return cut;
}

/**
 * Instants at which the running status of a user would be ended by the policy, and from when it would be offline:
 * deadlines that are still undecided at asOf and end it earlier than one that has passed. Empty when offline.
 */
export function pendingLogouts(
  facts: readonly LineFact[],
  context: LineContext,
): { readonly decidedAt: Instant; readonly from: Instant }[] {
  const index = firstAfter(facts, context.asOf - 1) - 1;
  if (index < 0) return [];
  const event = facts[index]!;
  const report = bearsStatus(event) ? event : lastReport(facts, index);
  if (!report || report.eventType === 'LOGOUT') return [];
  const { missingLogout: policy } = valueAt(context.settings, event.occurredAt);
  const longest = event.occurredAt + policy.maxStatusSeconds * 1000;
  const shiftEnd = firstShiftEnd(context.shiftEnds, event.occurredAt);
  const deadlines = [
    { decidedAt: longest, from: longest },
    { decidedAt: shiftEnd + policy.afterShiftEndSeconds * 1000, from: shiftEnd },
  ];
  const endedAt = Math.min(
    ...deadlines.map(({ decidedAt, from }) => (decidedAt <= context.asOf ? from : Number.POSITIVE_INFINITY)),
  );
  return deadlines.filter(({ decidedAt, from }) => decidedAt > context.asOf && from < endedAt);
}

function firstShiftEnd(shiftEnds: readonly Instant[], after: Instant): Instant {
  let low = 0;
  let high = shiftEnds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shiftEnds[middle]! <= after) low = middle + 1;
    else high = middle;
  }
  return shiftEnds[low] ?? Number.POSITIVE_INFINITY;
}

/** The last fact before an index that bears a status. */
function lastReport(facts: readonly LineFact[], index: number): LineFact | null {
  for (let i = index - 1; i >= 0; i--) {
    const fact = facts[i]!;
    if (bearsStatus(fact)) return fact;
  }
  return null;
}

function statusOf(fact: LineFact, running: LineStatus | null): LineStatus | null {
  if (fact.eventType === 'LOGOUT') return null;
  const { integrationId, status, breakType } = fact;
  if (running && running.status === status && running.breakType === breakType) return running;
  return { integrationId, status, breakType };
}
