/** How far a schedule may reach from its shift date: what is refused past it, and how long a date may still change. */

/** From the start of the first activity to the end of the last, at most. */
export const longestShiftMs = 36 * 60 * 60_000;

/** A shift may begin on the evening before its date, or after midnight; further away it belongs to another date. */
export const startWithinMs = 24 * 60 * 60_000;

/** No shift of a date ends later after the end of that date. */
export const shiftReachMs = startWithinMs + longestShiftMs;

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

/** A missing logout may be set to end a status so long after its last event, at most. */
export const longestStatusMs = 7 * dayMs;

/**
 * Dates before an instant whose shifts may end a status that runs into it: 168 h of status, then from the end of a shift
 * 60 h and a day of 25 h to the start of its date, 253 h in all, reach into the 11th date back; another zone: one more.
 */
export const scheduleLookbackDays = Math.ceil((longestStatusMs + shiftReachMs + 25 * hourMs) / dayMs) + 1;
