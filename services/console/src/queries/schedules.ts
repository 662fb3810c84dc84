/** The schedule documents that hold: the latest version of each, unless it was removed. */
import { idList, type Sql } from './sql.ts';

export interface ScheduleRow {
  readonly person: string;
  readonly date: string;
  readonly last_offset: number;
  readonly activity_ids: readonly string[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** In order of person and shift date, after a cursor; dates inclusive. */
export function schedulesOf(
  tenantId: string,
  personIds: readonly string[],
  fromDate: string,
  toDate: string,
  after: { readonly personId: string; readonly shiftDate: string } | null,
  limit: number,
): Sql {
  return {
    text: `SELECT person, toString(shift_date) AS date, max(offset) AS last_offset,
  argMax(activities.activity, offset) AS activity_ids,
  argMax(activities.start_at, offset) AS starts,
  argMax(activities.end_at, offset) AS ends
FROM schedules
WHERE tenant = {tenant:String} AND person IN (${idList(personIds)})
  AND shift_date >= {from:Date} AND shift_date <= {to:Date}${
    after ? '\n  AND (person, shift_date) > ({afterPerson:String}, {afterDate:Date})' : ''
  }
GROUP BY person, shift_date
HAVING argMax(removed, offset) = 0
ORDER BY person, shift_date
LIMIT {limit:UInt32}`,
    parameters: {
      tenant: tenantId,
      from: fromDate,
      to: toDate,
      limit,
      ...(after ? { afterPerson: after.personId, afterDate: after.shiftDate } : {}),
    },
  };
}
