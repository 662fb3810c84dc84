/**
 * Which statuses have a break type that is worth asking for: those that came without one, of an integration that
 * imports break details, and that are a break as far as anybody has said: some mapping names a break type of theirs,
 * or the activity that they are mapped to is of type Break. A status that is not mapped yet is not asked about.
 */
import { statusOfKey, type TenantRules, type TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { ActivityEvent } from '@adherence/schemas/records.ts';

export function isBreakToLookUp(event: ActivityEvent, tenant: TenantTables): boolean {
  const { eventType, status, breakType, integrationId, activityId } = event;
  if (eventType !== 'STATUS' || status === null || breakType !== null) return false;
  if (statusesWithBreakTypes(tenant.rules, integrationId).has(status)) return true;
  return activityId !== null && tenant.activities.get(activityId)?.document.type === 'Break';
}

/**
 * A status is asked about only while it can be the agent's current one: a sender that is behind may already have more
 * to tell, and so may the topic when its records are old (a replay, an outage of ours).
 */
export const isInTime = ({ occurredAt, receivedAt }: ActivityEvent, now: number): boolean =>
  receivedAt - occurredAt <= currentWithinMs && now - receivedAt <= currentWithinMs;

export const currentWithinMs = 60_000;

/** Rules are replaced as a whole when a mapping changes, so what is read off them may hang on them. */
const known = new WeakMap<TenantRules, Map<string, ReadonlySet<string>>>();

function statusesWithBreakTypes(rules: TenantRules, integrationId: string): ReadonlySet<string> {
  let byIntegration = known.get(rules);
  if (!byIntegration) {
    byIntegration = new Map();
    known.set(rules, byIntegration);
  }
  let statuses = byIntegration.get(integrationId);
  if (!statuses) {
    const keys = [...(rules.statusMappings.get(integrationId)?.keys() ?? [])].map(statusOfKey);
    statuses = new Set(keys.filter(({ breakType }) => breakType !== null).map(({ status }) => status));
    byIntegration.set(integrationId, statuses);
  }
  return statuses;
}
