/** A contact centre with a past: facts and schedules stored as their owner would have, people who come to them later. */
import type { ClickHouse } from '@adherence/runtime/clickhouse.ts';
import {
  activities,
  externalUserOf,
  integration,
  integrationId,
  notification,
  personDocument,
  personIdOf,
  statuses,
  tenantId,
  timeZone,
} from './centre.ts';
import { operatorToken } from './local-stack.ts';

/** BENCH_PEOPLE makes a shorter run of it. */
export const people = Number(process.env.BENCH_PEOPLE ?? 1_000);
export const dayMs = 24 * 60 * 60_000;
export const eventsPerDay = 177;
export const veteranDays = 395;
export const veteranId = 'veteran';
export const veteranUser = 'veteran@centre.example';
const days = 30;
const shiftMs = 10 * 60 * 60_000;

/** Until yesterday: everybody's month, and the 13 months of one. */
export async function storeHistory(db: ClickHouse): Promise<void> {
  const today = Math.floor(Date.now() / dayMs) * dayMs;
  const everybody = `concat('agent.', leftPad(toString(intDiv(number, ${days * eventsPerDay})), 5, '0'), '@centre.example')`;
  const ofOne = days * eventsPerDay;
  for (let from = 0; from < people; from += peopleAtOnce) {
    const numbers = { from: from * ofOne, count: Math.min(peopleAtOnce, people - from) * ofOne };
    await db.command(factsSql(everybody, numbers, today - days * dayMs, days));
  }
  const ofVeteran = { from: 0, count: veteranDays * eventsPerDay };
  await db.command(factsSql(`'${veteranUser}'`, ofVeteran, today - veteranDays * dayMs, veteranDays));
  const person = `concat('p', leftPad(toString(intDiv(number, ${days + 1})), 5, '0'))`;
  await db.command(schedulesSql(person, people * (days + 1), today - days * dayMs, days + 1));
  await db.command(
    schedulesSql(`'${veteranId}'`, veteranDays + 1, today - veteranDays * dayMs, veteranDays + 1),
  );
}

/** `number` goes through the people, each with `ofOne` days; the last event of a day is a logout. */
function factsSql(
  user: string,
  { from, count }: { readonly from: number; readonly count: number },
  start: number,
  ofOne: number,
): string {
  const names = statuses.map(([status]) => `'${status}'`).join(', ');
  const inDay = `(number % ${eventsPerDay})`;
  const isLast = `${inDay} = ${eventsPerDay - 1}`;
  const at = `toInt64(${start} + intDiv(number % ${ofOne * eventsPerDay}, ${eventsPerDay}) * ${dayMs} + ${shiftMs - 2 * 3_600_000} + intDiv(${inDay} * ${shiftMs}, ${eventsPerDay}))`;
  return `INSERT INTO facts (tenant, integration, external_user, occurred_at, dedup_key, content_hash, event_type, status,
  break_type, sequence, received_at, flags, detail, source_partition, source_offset, version)
SELECT '${tenantId}', '${integrationId}', ${user}, ${at} AS at, leftPad(lower(hex(number)), 32, '0'), 'c',
  if(${isLast}, 'LOGOUT', 'STATUS'), if(${isLast}, NULL, [${names}][1 + number % ${statuses.length}]),
  NULL, NULL, at + 500, [], map(), 0, 0, 4503599627370496 - at - 500
FROM numbers(${from}, ${count})`;
}

/** One statement would take longer than a client waits. */
const peopleAtOnce = 100;

function schedulesSql(person: string, count: number, start: number, ofOne: number): string {
  const at = (hours: number) => `toInt64(day + ${(8 + hours) * 3_600_000})`;
  return `INSERT INTO schedules (tenant, person, shift_date, offset, removed, activities.activity, activities.start_at,
  activities.end_at, command_id, written_by, written_at)
SELECT '${tenantId}', ${person}, toDate(toDateTime(intDiv(day, 1000), 'UTC')), 0, 0, ['calls', 'pause', 'calls', 'meeting', 'calls'],
  [${[0, 3, 4, 7, 8].map(at)}], [${[3, 4, 7, 8, 10].map(at)}], 'history', 'operator', 0
FROM (SELECT number, ${start} + (number % ${ofOne}) * ${dayMs} AS day FROM numbers(${count}))`;
}

export interface Api {
  readonly load: { readonly hookUrl: string; readonly eventsUrl: string; readonly token: string };
  /** Everybody, by an import. */
  people(): Promise<void>;
  person(id: string, externalUserId: string): Promise<void>;
  settings(bufferSeconds: number, validFrom: number): Promise<void>;
  recompute(personIds: readonly string[], from: number, to: number): Promise<void>;
  tell(externalUserId: string, status: string): Promise<void>;
  statusOf(personId: string): Promise<string | null>;
  pipeline(): Promise<{ readonly pending: number; readonly recomputationsPending: number }>;
}

/** Through the public API, as an administrator would; without people. */
export async function setUpHistory(consoleUrl: string, ingressUrl: string): Promise<Api> {
  const api = `${consoleUrl}/api/v1`;
  let token = operatorToken;
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`${api}${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  };
  const tenant = { id: tenantId, name: 'Benchmark', timeZone };
  token = (await call<{ token: string }>('POST', '/tenants', tenant)).token;
  for (const [id, type] of activities) await call('PUT', `/activities/${id}`, { name: id, type });
  await call('PUT', `/integrations/${integrationId}`, integration);
  for (const [status, activityId] of statuses) {
    const mapping = { status, breakType: null, activityId };
    await call('POST', `/integrations/${integrationId}/status-mappings`, mapping);
  }
  const hook = await call<{ token: string }>('POST', `/integrations/${integrationId}/url-tokens`, {});
  const hookUrl = `${ingressUrl}/hooks/odigo/${hook.token}`;
  let told = 0;
  return {
    load: { hookUrl, eventsUrl: `${api}/live/events`, token },
    async people() {
      const all = Array.from({ length: people }, (_, n) => ({
        personId: personIdOf(n),
        ...personDocument(n),
      }));
      await call('POST', '/people/import', all);
    },
    person: (id, externalUserId) =>
      call('PUT', `/people/${id}`, { name: id, externalUsers: [{ integrationId, externalUserId }] }),
    settings: (notPresent, validFrom) =>
      call('PUT', '/settings', {
        bufferSeconds: { notPresent, wrongActivity: notPresent, notScheduled: 0 },
        validFrom: new Date(validFrom).toISOString(),
      }),
    recompute: (personIds, from, to) =>
      call('POST', '/recomputations', {
        personIds,
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
      }),
    async tell(externalUserId, status) {
      const at = Date.now();
      const body = notification(0, 0, at, `first-${told++}`)
        .replace(externalUserOf(0), externalUserId)
        .replace('"READY"', `"${status}"`);
      const response = await fetch(hookUrl, { method: 'POST', body });
      if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
      await response.arrayBuffer();
    },
    async statusOf(personId) {
      const live = await call<{ items: { personId: string; actual: { externalStatus: string | null } }[] }>(
        'GET',
        '/live',
      );
      return live.items.find((item) => item.personId === personId)?.actual.externalStatus ?? null;
    },
    pipeline: () => call('GET', '/pipeline'),
  };
}
