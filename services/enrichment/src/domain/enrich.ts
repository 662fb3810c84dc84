/**
 * Raw notification -> status fact -> activity event. Total and pure: what cannot be read becomes a dead letter with
 * its bytes and its place on the topic; what is mapped to nobody is an event all the same.
 */
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { join } from '@adherence/domain/join.ts';
import { normalise } from '@adherence/domain/notifications/normalise.ts';
import { parseItem } from '@adherence/domain/notifications/parse.ts';
import type { RejectReason } from '@adherence/domain/notifications/reject-reasons.ts';
import type { ActivityEvent, RawNotification, RejectedNotification } from '@adherence/schemas/records.ts';

/** Place of the raw record on its topic. */
export interface Source {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** The tables as they stand below `offset` of the configuration log. */
export interface Tables {
  readonly tenant: (tenantId: string) => TenantTables | undefined;
  readonly offset: number;
}

export type Enriched =
  | { readonly kind: 'event'; readonly event: ActivityEvent }
  | { readonly kind: 'rejected'; readonly rejected: RejectedNotification };

export function enrich(raw: RawNotification, source: Source, tables: Tables): Enriched {
  const parsed = parseItem(raw.format, raw.body, raw.envelope);
  if (!parsed.ok)
    return { kind: 'rejected', rejected: rejectedOf(raw, source, parsed.reason, parsed.detail) };
  const { tenantId, integrationId, receivedAt, itemIndex } = raw;
  const tenant = tables.tenant(tenantId);
  const timeZone = timeZoneOf(tenant, integrationId);
  const fact = normalise(parsed.item, { tenantId, integrationId, timeZone, receivedAt, itemIndex });
  const { personId, activityId } = tenant ? join(fact, tenant) : nobody;
  return {
    kind: 'event',
    // One by one: copying them at once is dearer, and this is done for every notification.
    event: {
      tenantId: fact.tenantId,
      integrationId: fact.integrationId,
      externalUserId: fact.externalUserId,
      eventType: fact.eventType,
      status: fact.status,
      breakType: fact.breakType,
      occurredAt: fact.occurredAt,
      sequence: fact.sequence,
      dedupKey: fact.dedupKey,
      contentHash: fact.contentHash,
      receivedAt: fact.receivedAt,
      replayedAt: raw.replayedAt ?? null,
      flags: fact.flags as ActivityEvent['flags'],
      detail: fact.detail,
      personId,
      activityId,
      configurationOffset: tables.offset,
      sourcePartition: source.partition,
      sourceOffset: source.offset,
    },
  };
}

const nobody = { personId: null, activityId: null };

/** An integration that was deleted since is read in its tenant's zone. */
function timeZoneOf(tenant: TenantTables | undefined, integrationId: string): string {
  if (!tenant) return 'UTC';
  return tenant.integrations.get(integrationId)?.document.timeZone ?? tenant.tenant.document.timeZone;
}

function rejectedOf(
  raw: RawNotification,
  source: Source,
  reason: RejectReason,
  detail: string,
): RejectedNotification {
  const { tenantId, integrationId, receivedAt, requestId, itemIndex, format, body, envelope = null } = raw;
  return {
    tenantId,
    integrationId,
    stage: 'enrichment',
    reason,
    detail,
    receivedAt,
    requestId,
    itemIndex,
    format,
    body,
    envelope,
    sourceTopic: source.topic,
    sourcePartition: source.partition,
    sourceOffset: source.offset,
  };
}
