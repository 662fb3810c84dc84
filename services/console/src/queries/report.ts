/** The report: per person and activity, over calendar days of the people's own planning units. */
import { idList, type Sql } from './sql.ts';

export interface ReportRow {
  readonly person: string;
  readonly activity: string;
  readonly scheduled: number;
  readonly actual: number;
  readonly inside: number;
  readonly outside: number;
  readonly without_data: number;
}

/**
 * Scheduled, in, out and no data belong to the scheduled activity, actual to the actual one, whatever is scheduled or
 * excluded then (domain.md, "Report columns"). Dates inclusive; milliseconds; by person and activity.
 */
export function reportRows(tenantId: string, personIds: readonly string[], from: string, to: string): Sql {
  const own = `tenant = {tenant:String} AND person IN (${idList(personIds)})
    AND day >= {from:Date} AND day <= {to:Date}`;
  return {
    text: `SELECT person, activity, sum(scheduled_part) AS scheduled, sum(actual_part) AS actual,
  sum(in_part) AS inside, sum(out_part) AS outside, sum(no_data_part) AS without_data
FROM (
  SELECT person, cells.scheduled_activity AS activity, toInt64(cells.scheduled_ms) AS scheduled_part,
    toInt64(0) AS actual_part, toInt64(cells.in_ms) AS in_part,
    toInt64(cells.not_present_ms) + toInt64(cells.wrong_activity_ms) AS out_part,
    toInt64(cells.no_data_ms) AS no_data_part
  FROM person_days FINAL ARRAY JOIN cells
  WHERE ${own} AND cells.scheduled_activity != ''
  UNION ALL
  SELECT person, segments.actual_activity AS activity, toInt64(0), segments.to_at - segments.from_at,
    toInt64(0), toInt64(0), toInt64(0)
  FROM person_days FINAL ARRAY JOIN segments
  WHERE ${own} AND segments.actual_activity != ''
)
GROUP BY person, activity
HAVING scheduled > 0 OR actual > 0
ORDER BY person, activity`,
    parameters: { tenant: tenantId, from, to },
  };
}
