/**
 * What is older than RETENTION_DAYS is deleted by ClickHouse in its own time (TTL). Inputs outlive results by as much as
 * a computation looks back: missing logouts reach two weeks, and the last status before a range is looked for further.
 */
const inputsLongerDays = 60;

const afterDays = (days: number): string => `toIntervalDay(${days})`;

/** Statements that set how long the tables keep their rows; doing them again changes nothing. */
export function retentionStatements(retentionDays: number): string[] {
  const results = afterDays(retentionDays);
  const inputs = afterDays(retentionDays + inputsLongerDays);
  const occurred = `toDateTime(intDiv(occurred_at, 1000)) + ${inputs}`;
  const ttls: readonly (readonly [table: string, ttl: string])[] = [
    ['facts', occurred],
    ['break_details', occurred],
    ['feed_seconds', `toDateTime(second) + ${inputs}`],
    ['schedules', `shift_date + ${inputs}`],
    ['person_days', `day + ${results}`],
    ['result_changes', `day + ${results}`],
  ];
  return ttls.map(
    ([table, ttl]) => `ALTER TABLE ${table} MODIFY TTL ${ttl} SETTINGS materialize_ttl_after_modify = 0`,
  );
}
