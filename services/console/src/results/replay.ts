/** Quarantined notifications -> raw ones, read again as they are read today. Pure. */
import type { Instant } from '@adherence/domain/model.ts';
import { parseItem } from '@adherence/domain/notifications/parse.ts';
import { type RejectReason, rejectReasons } from '@adherence/domain/notifications/reject-reasons.ts';
import { splitBody } from '@adherence/domain/notifications/split-body.ts';
import type { RawNotification } from '@adherence/schemas/records.ts';
import type { RejectedRow } from '../queries/rejected.ts';

export interface Replay {
  readonly records: readonly RawNotification[];
  /** Why nothing, or not all, of it could be read; null when all of it could. */
  readonly fault: string | null;
}

/**
 * With the original time of receipt, so that nothing is placed later than it was; known from the replay on. `body`: its
 * bytes, decompressed, or why they cannot be.
 */
export function replayOf(
  tenantId: string,
  row: RejectedRow,
  body: Buffer | RejectReason,
  replayedAt: Instant,
): Replay {
  if (row.integration === '') return { records: [], fault: 'it belongs to no integration' };
  if (typeof body === 'string') return { records: [], fault: rejectReasons[body] };
  const items = itemsOf(row, body);
  const records: RawNotification[] = [];
  const faults: string[] = [];
  for (const [index, { format, bytes, fault, envelope }] of items.entries()) {
    const parsed = fault === null ? parseItem(format, bytes, envelope) : null;
    if (!parsed?.ok) {
      faults.push(parsed ? `${parsed.reason}: ${parsed.detail}` : fault!);
      continue;
    }
    records.push({
      tenantId,
      integrationId: row.integration,
      externalUserId: parsed.item.agentId,
      receivedAt: row.received_at,
      replayedAt,
      requestId: row.request_id,
      itemIndex: row.format === 'unknown' ? index : row.item_index,
      format,
      body: bytes,
      envelope,
    });
  }
  return { records, fault: faults.length === 0 ? null : faults.slice(0, 3).join('; ') };
}

interface Item {
  readonly format: 'json' | 'form';
  readonly bytes: Buffer;
  readonly fault: string | null;
  readonly envelope: string | null;
}

/** A whole body that could not be split is split again; an item is one. */
function itemsOf({ format, envelope }: RejectedRow, body: Buffer): readonly Item[] {
  if (format === 'json' || format === 'form')
    return [{ format, bytes: body, fault: null, envelope: envelope || null }];
  const split = splitBody(body);
  if (split.kind === 'items') {
    return split.items.map((item) => ({ ...item, fault: item.fault && rejectReasons[item.fault] }));
  }
  const fault = split.kind === 'unparseable' ? rejectReasons[split.reason] : 'too many items';
  return [{ format: 'json', bytes: body, fault, envelope: null }];
}
