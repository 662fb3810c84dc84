import { hrefOf } from '../router.ts';

/** Address of a person's day; today in their zone when no date is given. Ids may have dots, so they are not last. */
export const personDayHref = (personId: string, date?: string): string =>
  hrefOf(`/people/${encodeURIComponent(personId)}/day`, date === undefined ? {} : { date });
