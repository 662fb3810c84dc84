/** How far a schedule may reach from its shift date: what is refused past it, and how long a date may still change. */

/** From the start of the first activity to the end of the last, at most. */
export const longestShiftMs = 36 * 60 * 60_000;

/** A shift may begin on the evening before its date, or after midnight; further away it belongs to another date. */
export const startWithinMs = 24 * 60 * 60_000;

/** No shift of a date ends later after the end of that date. */
export const shiftReachMs = startWithinMs + longestShiftMs;
