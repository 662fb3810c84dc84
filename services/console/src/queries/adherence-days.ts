/** Calendar days of people from the day totals alone: what a heat map of a year needs, in columns. */
import { idList, type Sql } from './sql.ts';

export interface PersonDaysRow {
  readonly person: string;
  /** Days after the first of the range, ascending; the other columns go with it. */
  readonly days: readonly number[];
  readonly scheduled: readonly number[];
  readonly inside: readonly number[];
  readonly without_data: readonly number[];
  readonly worked: readonly number[];
  /** Least final_until of these days that are not final as a whole; null when all are. */
  readonly final_to: number | null;
  readonly latest_as_of: number;
}

/** Dates inclusive, each person's in their own zone; days with nothing in them are left out. */
export const personDays = (
  tenantId: string,
  personIds: readonly string[],
  from: string,
  to: string,
): Sql => ({
  text: `SELECT person, groupArrayIf(number, filled) AS days,
  groupArrayIf(scheduled_ms, filled) AS scheduled, groupArrayIf(in_ms, filled) AS inside,
  groupArrayIf(no_data_ms, filled) AS without_data, groupArrayIf(worked_ms, filled) AS worked,
  minOrNullIf(final_until, filled AND final_until < day_end) AS final_to, max(as_of) AS latest_as_of
FROM (
  SELECT person, toInt32(day - {from:Date}) AS number, scheduled_ms, in_ms, no_data_ms, worked_ms, final_until,
    day_end, as_of, scheduled_ms + excluded_ms + not_scheduled_ms + worked_ms > 0 AS filled
  FROM person_days FINAL
  WHERE tenant = {tenant:String} AND person IN (${idList(personIds)})
    AND day >= {from:Date} AND day <= {to:Date}
  ORDER BY person, day
)
GROUP BY person
ORDER BY person`,
  parameters: { tenant: tenantId, from, to },
});
