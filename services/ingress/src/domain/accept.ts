/**
 * A request body as the records it becomes: one raw notification per good item, with its original bytes, and one dead
 * letter per bad one. Total; it depends on nothing but its arguments.
 */
import { parseItem } from '@adherence/domain/notifications/parse.ts';
import { type RejectReason, rejectReasons } from '@adherence/domain/notifications/reject-reasons.ts';
import { type BodyItem, maxItemBytes, splitBody } from '@adherence/domain/notifications/split-body.ts';
import type { RawNotification, RejectedNotification } from '@adherence/schemas/records.ts';

/** Where a request came from and when; its token has been checked. */
export interface Origin {
  readonly tenantId: string;
  readonly integrationId: string;
  readonly requestId: string;
  /** Epoch milliseconds, the same for all items of the request. */
  readonly receivedAt: number;
}

export type Acceptance =
  | {
      readonly kind: 'records';
      readonly accepted: readonly RawNotification[];
      readonly rejected: readonly RejectedNotification[];
      /** The body could not be split at all: it is the one rejected record. */
      readonly unparseable: boolean;
    }
  | { readonly kind: 'too-large' };

export function acceptBody(body: Buffer, contentType: string | undefined, origin: Origin): Acceptance {
  const split = splitBody(body, contentType);
  if (split.kind === 'too-many-items') return { kind: 'too-large' };
  if (split.kind === 'unparseable') return quarantineBody(body, split.reason, origin);
  const accepted: RawNotification[] = [];
  const rejected: RejectedNotification[] = [];
  for (const [itemIndex, item] of split.items.entries()) {
    if (item.fault !== null) {
      rejected.push(rejectedItem(item, itemIndex, item.fault, rejectReasons[item.fault], origin));
      continue;
    }
    const result = parseItem(item.format, item.bytes, item.envelope);
    if (result.ok) accepted.push(rawNotification(item, itemIndex, result.item.agentId, origin));
    else rejected.push(rejectedItem(item, itemIndex, result.reason, result.detail, origin));
  }
  return { kind: 'records', accepted, rejected, unparseable: false };
}

/** A body of which nothing can be read, kept as it came. */
export function quarantineBody(body: Buffer, reason: RejectReason, origin: Origin): Acceptance {
  const item = { format: 'unknown' as const, bytes: body, envelope: null };
  const rejected = [rejectedItem(item, 0, reason, rejectReasons[reason], origin)];
  return { kind: 'records', accepted: [], rejected, unparseable: true };
}

function rawNotification(
  { format, bytes, envelope }: BodyItem,
  itemIndex: number,
  externalUserId: string,
  origin: Origin,
): RawNotification {
  const { tenantId, integrationId, requestId, receivedAt } = origin;
  const body = bytes;
  return {
    tenantId,
    integrationId,
    externalUserId,
    receivedAt,
    requestId,
    itemIndex,
    format,
    body,
    envelope,
  };
}

function rejectedItem(
  {
    format,
    bytes,
    envelope,
  }: Pick<BodyItem, 'bytes' | 'envelope'> & { readonly format: RejectedNotification['format'] },
  itemIndex: number,
  reason: RejectReason,
  detail: string,
  origin: Origin,
): RejectedNotification {
  const whole = bytes.length <= maxItemBytes;
  return {
    tenantId: origin.tenantId,
    integrationId: origin.integrationId,
    stage: 'ingress',
    reason,
    detail: whole ? detail : `${detail} The first ${maxItemBytes} of ${bytes.length} bytes are kept.`,
    receivedAt: origin.receivedAt,
    requestId: origin.requestId,
    itemIndex,
    format,
    body: whole ? bytes : bytes.subarray(0, maxItemBytes),
    envelope,
    sourceTopic: null,
    sourcePartition: null,
    sourceOffset: null,
  };
}
