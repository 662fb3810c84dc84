/** The part of a day that the time axis shows. Pure; all within the whole axis. */
import type { Instant, Interval } from '@adherence/domain/model.ts';

/** Closer one cannot look: a bar of ten seconds is a finger wide then. */
export const leastSpanMs = 5 * 60_000;

/** Changes the span by a factor around an instant, which stays where it is. */
export function zoomed(shown: Interval, whole: Interval, factor: number, around: Instant): Interval {
  const length = whole.to - whole.from;
  const span = Math.min(length, Math.max(leastSpanMs, (shown.to - shown.from) * factor));
  const share = (around - shown.from) / (shown.to - shown.from);
  return within(whole, Math.round(around - share * span), Math.round(span));
}

/** Moves by a share of what is shown. */
export function panned(shown: Interval, whole: Interval, share: number): Interval {
  const span = shown.to - shown.from;
  return within(whole, shown.from + Math.round(share * span), span);
}

/** Moves as little as is needed to see an interval, or its beginning where it is longer. */
export function revealing(shown: Interval, whole: Interval, { from, to }: Interval): Interval {
  const span = shown.to - shown.from;
  if (from >= shown.from && to <= shown.to) return shown;
  if (from < shown.from || to - from > span) return within(whole, from, span);
  return within(whole, to - span, span);
}

function within(whole: Interval, from: Instant, span: number): Interval {
  const start = Math.min(Math.max(from, whole.from), whole.to - span);
  return { from: start, to: start + span };
}

/** To which a pointer is rounded: fine when one looks closely. */
export const snapMs = ({ from, to }: Interval): number =>
  to - from > 6 * 3_600_000 ? 5 * 60_000 : to - from > 3_600_000 ? 60_000 : 10_000;

export const snapped = (at: Instant, step: number): Instant => Math.round(at / step) * step;
