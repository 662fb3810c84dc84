/**
 * One item of a body, read as far as both ingress and enrichment need it: whom it is about, and whether the required
 * fields are there. Total: bytes in, an item or a reason out.
 */
import type { EventType, FactFlag } from '../model.ts';
import { adapter, canonical } from './adapter.ts';
import { type EnvelopeMembers, readEnvelope } from './envelope.ts';
import { type Fields, type FieldValue, readFields } from './field-reader.ts';
import { readForm } from './form.ts';
import type { RejectReason } from './reject-reasons.ts';
import type { ItemFormat } from './split-body.ts';
import { decodeText } from './text.ts';

/** An item in our terms, its times still as they were sent. Texts are NFC and trimmed; none is empty. */
export interface ParsedItem {
  readonly agentId: string;
  readonly eventType: EventType;
  readonly status: string | null;
  readonly breakType: string | null;
  readonly eventId: string | null;
  readonly sequence: number | null;
  readonly channel: string | null;
  readonly taskRef: string | null;
  /** Candidates for occurredAt, the best spelling first. */
  readonly times: readonly string[];
  /** The same of the envelope around the item. */
  readonly envelopeTimes: readonly string[];
  readonly flags: readonly FactFlag[];
  /** What else is shown: eventId, statusLabel, breakLabel, sessionId, channel, taskRef, gateId, instance, sentAt. */
  readonly detail: Readonly<Record<string, string>>;
}

export type ParseResult =
  | { readonly ok: true; readonly item: ParsedItem }
  | { readonly ok: false; readonly reason: RejectReason; readonly detail: string };

/** Of the fields that identify; what the configuration can map (entities.ts). */
export const maxTextLength = 256;
/** Of what is only shown; longer texts are cut. */
export const maxDetailLength = 512;

/** `envelope`: as split-body.ts found it around the item. */
export function parseItem(format: ItemFormat, bytes: Buffer, envelope: string | null = null): ParseResult {
  const value = format === 'form' ? readForm(bytes) : readJson(bytes);
  if (value === undefined)
    return reject('item-malformed', format === 'json' ? 'not well-formed JSON' : 'not a form');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return reject(
      'item-not-object',
      `found ${value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`}`,
    );
  }
  const fields = readFields(value as Record<string, unknown>);
  const around = readEnvelope(envelope);
  if (!fields.inexact || format === 'form') return readItem(fields, around);
  return readItem(readFields(readJson(bytes, exactNumbers) as Record<string, unknown>), around);
}

function readItem({ values, times }: Fields, around: EnvelopeMembers): ParseResult {
  const { agentId, status, breakType, eventId } = values;
  if (agentId === undefined)
    return reject('agent-missing', `expected one of ${adapter.fields.agentId.slice(0, 8).join(', ')}`);
  const { eventType, flags } = readEventType(values.eventType, around);
  if (status === undefined && eventType === 'STATUS') {
    return reject('status-missing', `expected one of ${adapter.fields.status.slice(0, 5).join(', ')}`);
  }
  for (const name of keyFields) {
    if ((values[name]?.text.length ?? 0) > maxTextLength) return reject('value-too-long', name);
  }
  return {
    ok: true,
    item: {
      agentId: agentId.text,
      eventType,
      status: status?.text ?? null,
      breakType: breakType?.text ?? null,
      eventId: eventId?.text ?? null,
      sequence: readSequence(values.sequence),
      channel: values.channel?.text ?? null,
      taskRef: values.taskRef?.text ?? null,
      times,
      envelopeTimes: around.times,
      flags,
      detail: readDetail(values),
    },
  };
}

const keyFields = ['agentId', 'status', 'breakType', 'eventId', 'channel', 'taskRef'] as const;

const eventTypeByName = new Map<string, EventType | 'SNAPSHOT'>(
  (Object.keys(adapter.eventTypes) as (EventType | 'SNAPSHOT')[]).flatMap((type) =>
    adapter.eventTypes[type].map((name) => [canonical(name), type] as const),
  ),
);

const noFlags: readonly FactFlag[] = [];
const statusType: ReadType = { eventType: 'STATUS', flags: noFlags };

interface ReadType {
  readonly eventType: EventType;
  readonly flags: readonly FactFlag[];
}

/**
 * Without a type it is a STATUS; entries of a SNAPSHOT are statuses; an unknown type is a STATUS with a flag. A type
 * of the envelope holds for entries without one; one that is unknown is about the envelope, not about them.
 */
function readEventType(own: FieldValue | undefined, around: EnvelopeMembers): ReadType {
  if (own !== undefined) return knownType(own.text) ?? unknownType;
  return (around.eventType === null ? null : knownType(around.eventType)) ?? statusType;
}

const unknownType: ReadType = { eventType: 'STATUS', flags: ['event-type-unknown'] };

function knownType(name: string): ReadType | null {
  const known = eventTypeByName.get(name) ?? eventTypeByName.get(canonical(name));
  if (known === undefined) return null;
  if (known === 'SNAPSHOT') return { eventType: 'STATUS', flags: ['snapshot'] };
  return known === 'STATUS' ? statusType : { eventType: known, flags: noFlags };
}

/** A whole number, as a number or as digits; anything else orders nothing. */
function readSequence(value: FieldValue | undefined): number | null {
  if (value === undefined || !/^\d{1,16}$/.test(value.text)) return null;
  const sequence = Number(value.text);
  return Math.abs(sequence) <= greatestSequence && Number.isInteger(sequence) ? sequence : null;
}

/** The greatest integer that the Avro codec writes exactly. */
const greatestSequence = 2 ** 53 - 2;

const detailFields = [
  'eventId',
  'statusLabel',
  'breakLabel',
  'sessionId',
  'channel',
  'taskRef',
  'gateId',
  'instance',
  'sentAt',
] as const;

function readDetail(values: Fields['values']): Record<string, string> {
  const detail: Record<string, string> = {};
  for (const name of detailFields) {
    const text = values[name]?.text;
    if (text !== undefined) detail[name] = cut(text);
  }
  if (values.status?.label) detail.statusLabel ??= cut(values.status.label);
  if (values.breakType?.label) detail.breakLabel ??= cut(values.breakType.label);
  return detail;
}

/** Not through the middle of a surrogate pair. */
const cut = (text: string): string =>
  text.length <= maxDetailLength ? text : text.slice(0, maxDetailLength).toWellFormed();

/** undefined when it is not well-formed. */
function readJson(bytes: Buffer, reviver?: Reviver): unknown {
  try {
    return JSON.parse(decodeText(bytes), reviver as Parameters<typeof JSON.parse>[1]);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Ids beyond 2^53 keep the digits that were sent: two agents must not become one by rounding. */
const exactNumbers: Reviver = (_key, value, context) =>
  typeof value === 'number' && Math.abs(value) >= 2 ** 53 ? (context.source ?? String(value)) : value;

const reject = (reason: RejectReason, detail: string): ParseResult => ({ ok: false, reason, detail });
