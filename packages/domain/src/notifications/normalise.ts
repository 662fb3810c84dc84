/**
 * A parsed item as a status fact: the same for every spelling, envelope and repetition of the same notification.
 * The key and the hash are parts of the fact's stored identity: a change of either is a change of all stored data.
 */
import { hash } from 'node:crypto';
import type { FactFlag, Instant, StatusFact } from '../model.ts';
import type { ParsedItem } from './parse.ts';
import { type ReadTime, readTime } from './read-time.ts';
import { maxItems } from './split-body.ts';

export interface Receipt {
  readonly tenantId: string;
  readonly integrationId: string;
  /** IANA zone of the integration, for times that name none. */
  readonly timeZone: string;
  readonly receivedAt: Instant;
  /** Place of the item in its request: the order of items that carry no time of their own. */
  readonly itemIndex: number;
}

export type NormalisedFact = StatusFact & { readonly detail: Readonly<Record<string, string>> };

export function normalise(item: ParsedItem, receipt: Receipt): NormalisedFact {
  const { receivedAt } = receipt;
  const time = occurrence(item, receipt);
  return {
    tenantId: receipt.tenantId,
    integrationId: receipt.integrationId,
    externalUserId: item.agentId,
    eventType: item.eventType,
    status: item.status,
    breakType: item.breakType,
    occurredAt: time.occurredAt,
    sequence: item.sequence ?? time.order,
    dedupKey: dedupKeyOf(item, time, receipt),
    contentHash: contentHashOf(item, time.named),
    receivedAt,
    flags: time.flags.length === 0 ? item.flags : [...item.flags, ...time.flags],
    detail: item.detail,
  };
}

/** Clocks may run ahead by this much before an event is placed at its receipt. */
export const maxAheadMs = 5 * 60_000;

interface Occurrence {
  readonly occurredAt: Instant;
  /** The instant that the item itself named, before clamping; null when it named none that can be read. */
  readonly named: Instant | null;
  /** Events placed at one receipt, or at the time of an envelope, keep the order in which they came. */
  readonly order: number | null;
  readonly flags: readonly FactFlag[];
}

function occurrence({ times, envelopeTimes }: ParsedItem, receipt: Receipt): Occurrence {
  const { receivedAt, itemIndex } = receipt;
  const own = firstReadable(times, receipt);
  if (own !== null) {
    const { instant: named, flag } = own;
    if (named <= receivedAt + maxAheadMs) {
      return { occurredAt: named, named, order: null, flags: flag === null ? noFlags : [flag] };
    }
    return { occurredAt: receivedAt, named, order: named - receivedAt, flags: ['time-in-future'] };
  }
  const around = firstReadable(envelopeTimes, receipt);
  if (around !== null && around.instant <= receivedAt + maxAheadMs) {
    const { instant: occurredAt, flag } = around;
    const order = Math.min(receivedAt + maxAheadMs - occurredAt, orderedWithinMs) * maxItems + itemIndex;
    return { occurredAt, named: null, order, flags: flag === null ? ofEnvelope : [...ofEnvelope, flag] };
  }
  const flag = around === null ? 'time-missing' : 'time-in-future';
  return { occurredAt: receivedAt, named: null, order: itemIndex, flags: [flag] };
}

const noFlags: readonly FactFlag[] = [];
/** Envelopes of one time that come later still are in no order; so that the number stays an exact one. */
const orderedWithinMs = 366 * 24 * 60 * 60_000;
const ofEnvelope: readonly FactFlag[] = ['time-of-envelope'];

function firstReadable(times: readonly string[], { timeZone }: Receipt): ReadTime | null {
  for (const text of times) {
    const read = readTime(text, timeZone);
    if (read !== null) return read;
  }
  return null;
}

/**
 * The sender's event id with the instant it names: a sender that counts from 1 again loses nothing. Without an id the
 * content. Where the item names no time the receipt, whatever its id or its envelope say: only a repeat of the current
 * state collapses then, and of A, B, A none is taken for a repeat (odigo-notifications.md, "Dedup key").
 */
function dedupKeyOf(item: ParsedItem, { named, occurredAt }: Occurrence, receipt: Receipt): string {
  const { agentId, eventId, eventType, status, breakType, channel, taskRef } = item;
  const { receivedAt, itemIndex } = receipt;
  const content = [agentId, eventType, status, breakType, named, channel, taskRef];
  if (named !== null) return digest(eventId === null ? ['content', ...content] : ['id', eventId, named]);
  const key = ['receipt', receivedAt, itemIndex, eventId, ...content];
  return digest(occurredAt === receivedAt ? key : [...key, occurredAt]);
}

/** What makes two notifications with one key differ; nothing of transport or receipt. */
function contentHashOf(item: ParsedItem, named: Instant | null): string {
  const { eventType, status, breakType, sequence, channel, taskRef } = item;
  return digest([eventType, status, breakType, named, sequence, channel, taskRef]);
}

/** 128 bits of SHA-256, as 32 hexadecimal digits. */
const digest = (parts: readonly (string | number | null)[]): string =>
  hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32);
