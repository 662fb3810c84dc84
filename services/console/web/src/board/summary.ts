/**
 * Head counts of the board, by the rule of the API's own summary: everybody is counted once; who is out but still in
 * the buffer counts as in buffer. The score is a head count, not the time score (domain.md, "Metrics").
 */
import type { ActivityType } from '@adherence/domain/model.ts';
import type { LiveItem } from './live-state.ts';

export const categories = [
  'inAdherence',
  'inBuffer',
  'notPresent',
  'wrongActivity',
  'notScheduled',
  'noData',
  'excluded',
] as const;
export type Category = (typeof categories)[number];

export interface Summary {
  readonly counts: Readonly<Record<Category, number>>;
  /** null when nobody's schedule counts. */
  readonly headcount: number | null;
}

export function summaryOf(
  items: Iterable<LiveItem>,
  typeOf: (activityId: string) => ActivityType | undefined,
): Summary {
  const counts: Record<Category, number> = {
    inAdherence: 0,
    inBuffer: 0,
    notPresent: 0,
    wrongActivity: 0,
    notScheduled: 0,
    noData: 0,
    excluded: 0,
  };
  let inScore = 0;
  let counted = 0;
  for (const item of items) {
    const category = categoryOf(item);
    counts[category]++;
    if (!countsNow(item, category, typeOf)) continue;
    counted++;
    if (category === 'inAdherence' || category === 'inBuffer') inScore++;
  }
  return { counts, headcount: counted === 0 ? null : inScore / counted };
}

export function categoryOf({ state, inBuffer }: Pick<LiveItem, 'state' | 'inBuffer'>): Category {
  switch (state) {
    case 'IN_ADHERENCE':
      return 'inAdherence';
    case 'NOT_PRESENT':
      return inBuffer ? 'inBuffer' : 'notPresent';
    case 'WRONG_ACTIVITY':
      return inBuffer ? 'inBuffer' : 'wrongActivity';
    case 'NOT_SCHEDULED':
      return 'notScheduled';
    case 'NO_DATA':
      return 'noData';
    case 'EXCLUDED':
      return 'excluded';
  }
}

/** Vacation that matches illness is in adherence, and yet no time that counts. */
function countsNow(
  { scheduledActivityId }: LiveItem,
  category: Category,
  typeOf: (activityId: string) => ActivityType | undefined,
): boolean {
  if (category === 'notPresent' || category === 'wrongActivity' || category === 'inBuffer') return true;
  if (category !== 'inAdherence') return false;
  const type = typeOf(scheduledActivityId ?? '') ?? 'Presence';
  return type === 'Presence' || type === 'Meeting' || type === 'Break';
}
