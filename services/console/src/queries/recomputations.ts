/** Progress of recomputations that somebody asked for. */
import { topics } from '@adherence/schemas/topics.ts';
import { idList, type Sql } from './sql.ts';

export interface ProgressRow {
  readonly id: string;
  readonly people: number;
  readonly people_done: number;
}

/** Per recomputation: people that were asked for, and those whose rows are replaced. */
export const recomputationProgress = (tenantId: string, ids: readonly string[]): Sql => ({
  text: `SELECT recomputation_id AS id, uniqExact(person) AS people, uniqExactIf(person, done = 1) AS people_done
FROM recomputations FINAL
WHERE tenant = {tenant:String} AND recomputation_id IN (${idList(ids)})
GROUP BY recomputation_id`,
  parameters: { tenant: tenantId },
});

export interface RunningRow {
  readonly reason: string;
  /** Of the change of the configuration; -1 for what no change asked for. */
  readonly change_offset: number;
  readonly asked: number;
  readonly people: number;
  readonly people_done: number;
}

/** What is being computed again, by what asked for it, the latest first. */
export const runningRecomputations = (tenantId: string, limit: number): Sql => ({
  text: `SELECT reason, if(asked_on = '${topics.configuration.name}', toInt64(ask_offset), -1) AS change_offset,
  min(asked_at) AS asked, uniqExact(person) AS people, uniqExactIf(person, done = 1) AS people_done
FROM recomputations FINAL
WHERE tenant = {tenant:String}
GROUP BY reason, change_offset
HAVING countIf(done = 0) > 0
ORDER BY asked DESC, reason
LIMIT {limit:UInt32}`,
  parameters: { tenant: tenantId, limit },
});
