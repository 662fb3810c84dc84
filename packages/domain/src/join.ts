/**
 * The join of a fact with the mapping tables as of its time. It routes an event to a person and serves live
 * consumers; what counts is decided by `compute`.
 */
import { defaultActivityId, rulesOf, valueAt } from './compute/rules.ts';
import { personAt, type TenantTables } from './configuration/tables.ts';
import type { StatusFact } from './model.ts';

export interface Joined {
  /** null while the external user is unmapped at the time of the event. */
  readonly personId: string | null;
  /** The fallback activity for a status never mapped; null when the event carries no activity. */
  readonly activityId: string | null;
}

type JoinedFact = Pick<
  StatusFact,
  'integrationId' | 'externalUserId' | 'eventType' | 'status' | 'breakType' | 'occurredAt'
>;

export function join(fact: JoinedFact, tables: TenantTables): Joined {
  return {
    personId: personAt(tables, fact.integrationId, fact.externalUserId, fact.occurredAt),
    activityId: activityOf(fact, tables),
  };
}

function activityOf(fact: JoinedFact, tables: TenantTables): string | null {
  if (fact.eventType === 'LOGOUT' || fact.eventType === 'HEARTBEAT') return null;
  if (fact.status === null) return defaultActivityId;
  const steps = rulesOf(tables.rules).mapping(fact.integrationId, fact.status, fact.breakType);
  return valueAt(steps, fact.occurredAt);
}
