/** The head count of a live board. It is not the time score (domain.md, "Metrics"). */
import type { ActivityType } from '@adherence/domain/model.ts';
import { z } from 'zod';
import type { LiveItem } from './row.ts';

/**
 * Everybody is counted once: who is out but still in the buffer counts as inBuffer. headcountAdherence = (in adherence
 * or in buffer) / (people whose schedule counts now and who have data), null when there are none.
 */
export const summaryView = z.object({
  inAdherence: z.int(),
  inBuffer: z.int(),
  notPresent: z.int(),
  wrongActivity: z.int(),
  notScheduled: z.int(),
  noData: z.int(),
  headcountAdherence: z.number().nullable(),
});
export type Summary = z.output<typeof summaryView>;

export function summaryOf(
  items: Iterable<Pick<LiveItem, 'state' | 'inBuffer' | 'scheduledActivityId'>>,
  activityTypes: ReadonlyMap<string, ActivityType>,
): Summary {
  const counts = { inAdherence: 0, inBuffer: 0, notPresent: 0, wrongActivity: 0, notScheduled: 0, noData: 0 };
  let inScore = 0;
  let counted = 0;
  for (const { state, inBuffer, scheduledActivityId } of items) {
    if (state === 'IN_ADHERENCE') {
      counts.inAdherence++;
      // Vacation that matches illness is in adherence, and yet no time that counts.
      if (!isCounted(activityTypes.get(scheduledActivityId ?? ''))) continue;
      inScore++;
      counted++;
    } else if (state === 'NOT_PRESENT' || state === 'WRONG_ACTIVITY') {
      counted++;
      if (inBuffer) {
        counts.inBuffer++;
        inScore++;
      } else if (state === 'NOT_PRESENT') {
        counts.notPresent++;
      } else {
        counts.wrongActivity++;
      }
    } else if (state === 'NOT_SCHEDULED') {
      counts.notScheduled++;
    } else if (state === 'NO_DATA') {
      counts.noData++;
    }
  }
  return { ...counts, headcountAdherence: counted === 0 ? null : inScore / counted };
}

/** An activity that is not known counts as Presence, as `compute` has it. */
const isCounted = (type: ActivityType = 'Presence'): boolean =>
  type === 'Presence' || type === 'Meeting' || type === 'Break';
