import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../model.ts';
import { type NormalisedFact, normalise } from './normalise.ts';
import { parseItem } from './parse.ts';
import { splitBody } from './split-body.ts';

/** Where the golden vectors are; nothing else knows it. */
const directory = process.env.VECTORS_DIR ?? join(import.meta.dirname, '../../../../test/vectors');
const files =
  directory === undefined ? [] : readdirSync(directory).filter((name) => /\.json(\.gz)?$/.test(name));

describe('golden vectors: requests become exactly the events', () => {
  it('finds the vectors', () => expect(files.length).toBeGreaterThanOrEqual(18));

  it.each(files)('%s', (name) => {
    const vector = readVector(join(directory, name));
    const zones = zonesOf(vector);
    const facts: NormalisedFact[] = [];
    const events: VectorEvent[] = [];
    for (const { requests, events: expected } of [vector.first, vector.later]) {
      for (const request of requests) {
        const received = receive(request, zones);
        expect(received.accepted).toBe(request.accepted ?? received.accepted);
        expect(received.rejected).toBe(request.rejected ?? received.rejected);
        facts.push(...received.facts);
      }
      events.push(...expected);
      // A repeat that lost its id on the way is a fact of its own at the same instant: sets, not lists.
      const actual = new Set(distinct(facts).map(plainOfFact));
      expect([...actual].sort()).toEqual([...new Set(events.map(plainOfEvent))].sort());
    }
  });
});

interface Vector {
  readonly first: Phase;
  readonly later: Phase;
}
interface Phase {
  readonly calls: readonly { path: string; body?: { timeZone?: string } }[];
  readonly requests: readonly VectorRequest[];
  readonly events: readonly VectorEvent[];
}
interface VectorRequest {
  readonly integrationId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly base64?: string;
  readonly accepted: number | null;
  readonly rejected: number | null;
}
type PlainEvent = Pick<
  NormalisedFact,
  'integrationId' | 'externalUserId' | 'eventType' | 'status' | 'breakType' | 'sequence'
>;
interface VectorEvent extends PlainEvent {
  readonly occurredAt: string;
}

/** The vectors lie in the past of this receipt. */
const receivedAt: Instant = Date.parse('2030-01-01T00:00:00Z');

function readVector(path: string): Vector {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
}

function zonesOf(vector: Vector): Map<string, string> {
  const zones = new Map<string, string>();
  for (const { path, body } of [...vector.first.calls, ...vector.later.calls]) {
    const integrationId = /\/integrations\/([^/]+)$/.exec(path)?.[1];
    if (integrationId !== undefined && body?.timeZone !== undefined) zones.set(integrationId, body.timeZone);
  }
  return zones;
}

function receive(request: VectorRequest, zones: ReadonlyMap<string, string>) {
  const sent =
    request.text === undefined ? Buffer.from(request.base64!, 'base64') : Buffer.from(request.text);
  const body = request.headers['Content-Encoding'] === 'gzip' ? gunzipSync(sent) : sent;
  const split = splitBody(body, request.headers['Content-Type']);
  if (split.kind !== 'items') return { facts: [], accepted: 0, rejected: 1 };
  const facts: NormalisedFact[] = [];
  split.items.forEach((item, itemIndex) => {
    const parsed = item.fault === null ? parseItem(item.format, item.bytes) : null;
    if (!parsed?.ok) return;
    const { integrationId } = request;
    const timeZone = zones.get(integrationId)!;
    facts.push(normalise(parsed.item, { tenantId: 't', integrationId, timeZone, receivedAt, itemIndex }));
  });
  return { facts, accepted: facts.length, rejected: split.items.length - facts.length };
}

/** Repeats removed as the domain does: per integration, user and dedup key. */
function distinct(facts: readonly NormalisedFact[]): NormalisedFact[] {
  const byKey = new Map(
    facts.map((fact) => [`${fact.integrationId}|${fact.externalUserId}|${fact.dedupKey}`, fact] as const),
  );
  return [...byKey.values()];
}

/** What the domain reads of a notification: a LOGOUT and a HEARTBEAT say nothing by their status. */
function plainOf(event: PlainEvent, occurredAt: Instant): string {
  const { integrationId, externalUserId, eventType, status, breakType, sequence } = event;
  const telling = eventType === 'STATUS' || eventType === 'LOGIN';
  const state = telling ? [status, breakType] : [];
  return JSON.stringify([integrationId, externalUserId, occurredAt, eventType, ...state, sequence]);
}

const plainOfFact = (fact: NormalisedFact): string => plainOf(fact, fact.occurredAt);
const plainOfEvent = (event: VectorEvent): string => plainOf(event, Date.parse(event.occurredAt));
