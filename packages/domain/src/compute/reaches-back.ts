/** How far back must be computed for a range to be exact: to the start of the episode that runs into it (domain.md, "Episode"). */
import type { Instant, Segment } from '../model.ts';
import type { PersonInputs } from './compute.ts';
import { carryAt, isOut } from './segments.ts';

/**
 * The episode at an instant runs from where `segments` begin, and may have begun earlier: they must be computed from
 * further back, with inputs of more time. Before the first event and the first schedule nothing can have begun.
 */
export function reachesBack(
  { facts, schedules }: Pick<PersonInputs, 'facts' | 'schedules'>,
  segments: readonly Segment[],
  at: Instant,
): boolean {
  const first = segments[0];
  if (!first || at < first.from) return first !== undefined;
  const carry = carryAt(segments, at + 1);
  if (!carry || !isOut(carry.state) || carry.since > first.from) return false;
  for (const ordered of facts.values()) if (ordered[0] && ordered[0].occurredAt < first.from) return true;
  return schedules.some(({ activities }) => activities[0] && activities[0].start < first.from);
}
