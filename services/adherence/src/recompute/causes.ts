/** Why stored numbers change: from what was asked, and where nobody knows any more, from what was recorded since. */
import type { Instant } from '@adherence/domain/model.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { literal } from '@adherence/store/queries.ts';
import type { Cause } from '@adherence/store/result-changes.ts';
import type { StoredDay } from '@adherence/store/stored-days.ts';
import { configurationOf, type Owner } from '../owner.ts';
import type { Request } from '../partition.ts';
import type { ChangeNotes } from './configuration-changes.ts';

/** What a request says; who wrote it, as far as its change is still noted. */
export function causeOf(notes: ChangeNotes, request: Request): Cause {
  const { askedOn: topic, askOffset: offset, reason, recomputationId, askedAt: at, from, to } = request;
  const change = topic === topics.configuration.name ? noted(notes, offset) : undefined;
  return {
    reason,
    topic,
    offset,
    ref: recomputationId || (change?.id ?? ''),
    actor: change?.writtenBy ?? '',
    at,
    concerns: { from, to },
  };
}

/** Notes are in the order of their offsets. */
function noted({ changes }: ChangeNotes, offset: number): ChangeNotes['changes'][number] | undefined {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (changes[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return changes[low]?.offset === offset ? changes[low] : undefined;
}

export const lateEvent = (
  offset: number,
  dedupKey: string,
  at: Instant,
  concerns?: Cause['concerns'],
): Cause => ({
  reason: 'late event',
  topic: topics.activityEvents.name,
  offset,
  ref: dedupKey,
  actor: '',
  at,
  ...(concerns ? { concerns } : {}),
});

export const scheduleCause = (offset: number, shiftDate: string, actor: string, at: Instant): Cause => ({
  reason: 'schedule',
  topic: topics.activityEvents.name,
  offset,
  ref: shiftDate,
  actor,
  at,
});

const dayMs = 24 * 60 * 60_000;

/** Those that can have changed a day: what they concern is not further from it than missing logouts reach; else all. */
export function causesOfDay(
  causes: readonly Cause[],
  day: { readonly from: Instant; readonly to: Instant },
): readonly Cause[] {
  const near = causes.filter(
    ({ concerns }) =>
      !concerns ||
      (concerns.from < day.to + 2 * dayMs && (concerns.to === null || concerns.to > day.from - 2 * dayMs)),
  );
  return near.length > 0 ? near : causes;
}

/** Some explain enough. */
const limit = 5;

/**
 * After a take-over in the middle nobody knows what the last owner was about to do: schedules written and events
 * received since the stored row was computed are why.
 */
export async function causesSince(owner: Owner, tenantId: string, known: StoredDay): Promise<Cause[]> {
  const { db } = owner;
  const { personId, from, to, asOf, version } = known;
  const users = configurationOf(owner, tenantId, personId)?.externalUsers ?? [];
  const schedules = await db.query<{ last: number; date: string; actor: string; at: number }>(
    `SELECT offset AS last, toString(shift_date) AS date, written_by AS actor, written_at AS at FROM schedules FINAL
WHERE tenant = ${literal(tenantId)} AND person = ${literal(personId)} AND offset >= ${offsetOf(version)}
  AND shift_date >= toDate(${literal(known.day)}) - 2 AND shift_date <= toDate(${literal(known.day)}) + 1
ORDER BY offset LIMIT ${limit}`,
  );
  const causes = schedules.map(({ last, date, actor, at }) => scheduleCause(last, date, actor, at));
  if (users.length > 0) {
    const list = users.map((u) => `(${literal(u.integrationId)}, ${literal(u.externalUserId)})`).join(', ');
    const facts = await db.query<{ dedup_key: string; at: number }>(
      `SELECT dedup_key, min(known_at) AS at FROM facts
WHERE tenant = ${literal(tenantId)} AND (integration, external_user) IN (${list})
  AND occurred_at >= ${from - dayMs} AND occurred_at < ${to}
GROUP BY dedup_key HAVING at >= ${asOf} ORDER BY at LIMIT ${limit}`,
    );
    causes.push(...facts.map(({ dedup_key, at }) => ({ ...lateEvent(0, dedup_key, at), topic: '' })));
  }
  if (causes.length > 0) return causes;
  return [{ reason: 'taken over', topic: '', offset: 0, ref: '', actor: '', at: owner.clock.now() }];
}

const offsetOf = (version: string): bigint => BigInt(version) >> 84n;
