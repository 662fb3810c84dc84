/** How a break web service does, from what every instance of enrichment tells of it. */
import type { Instant } from '@adherence/domain/model.ts';
import type { BreakFault } from '@adherence/odigo-web-service/break-fault.ts';

/** As enrichment tells it (break-client.ts). */
export interface BreakServiceTold {
  readonly state: 'ok' | 'failing' | 'paused';
  readonly lastAnswerAt: Instant | null;
  readonly retryAt: Instant | null;
  readonly fault: (BreakFault & { readonly at: Instant }) | null;
}

/** An instance that has told nothing for so much longer than another one is gone, or asks nothing. */
const staleMs = 15 * 60_000;
const badness = { ok: 0, failing: 1, paused: 2 };

/** The worst of what is told, since that is what some of the breaks meet; null when nothing is. */
export function worstOf(told: readonly BreakServiceTold[]): BreakServiceTold | null {
  const newest = Math.max(...told.map(toldAt));
  const fresh = told.filter((each) => toldAt(each) >= newest - staleMs);
  const [worst] = fresh.sort((a, b) => badness[b.state] - badness[a.state] || toldAt(b) - toldAt(a));
  if (!worst) return null;
  const answers = fresh.flatMap(({ lastAnswerAt }) => lastAnswerAt ?? []);
  return { ...worst, lastAnswerAt: answers.length === 0 ? null : Math.max(...answers) };
}

const toldAt = ({ lastAnswerAt, fault }: BreakServiceTold): Instant =>
  Math.max(lastAnswerAt ?? 0, fault?.at ?? 0);
