/**
 * What an envelope says for all of its entries: their event type, and when they happened. An entry's own members hold
 * first. Why a time of an envelope places its entries and identifies none: decision 0014.
 */
import { adapter, canonical } from './adapter.ts';
import { readFields } from './field-reader.ts';
import { decodeText } from './text.ts';

export interface EnvelopeMembers {
  /** As it is written; null without one. */
  readonly eventType: string | null;
  /** Candidates, the best spelling first. */
  readonly times: readonly string[];
}

/** Where a member whose value is no object or array lies in a body; ends are exclusive. */
export interface ScalarMember {
  readonly keyAt: number;
  readonly keyEnd: number;
  readonly start: number;
  readonly end: number;
}

/** The members that hold for entries, as they were sent, as one JSON object; null when there are none. */
export function envelopeOf(bytes: Buffer, members: readonly ScalarMember[]): string | null {
  const kept = members.flatMap(({ keyAt, keyEnd, start, end }) => {
    if (keyEnd - keyAt > maxMemberBytes || end - start > maxMemberBytes) return [];
    const member = `${decodeText(bytes.subarray(keyAt, keyEnd))}:${decodeText(bytes.subarray(start, end))}`;
    const [name] = Object.keys(objectOf(`{${member}}`));
    return name !== undefined && inherited.has(canonical(name)) ? [member] : [];
  });
  return kept.length === 0 ? null : `{${kept.join(',')}}`;
}

/** Total: what is no JSON object says nothing. */
export function readEnvelope(envelope: string | null): EnvelopeMembers {
  if (envelope === null) return nothing;
  // All entries of an envelope are read one after the other.
  if (envelope !== last.text) last = { text: envelope, members: membersOf(objectOf(envelope)) };
  return last.members;
}

const maxMemberBytes = 256;
const timeNames: ReadonlySet<string> = new Set(adapter.envelopeTimes.map(canonical));
const inherited: ReadonlySet<string> = new Set([...adapter.fields.eventType.map(canonical), ...timeNames]);

const nothing: EnvelopeMembers = { eventType: null, times: [] };
let last = { text: '', members: nothing };

function membersOf(object: Readonly<Record<string, unknown>>): EnvelopeMembers {
  const { values } = readFields(object);
  const ownTimes = Object.entries(object).filter(([name]) => timeNames.has(canonical(name)));
  return {
    eventType: values.eventType?.text ?? null,
    times: readFields(Object.fromEntries(ownTimes)).times,
  };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
