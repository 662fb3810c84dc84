/** Progress of recomputations that somebody asked for. */
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
