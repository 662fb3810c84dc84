/** What the history asks the API for. Dates are days of each group's own calendar, so the figures are those of reports. */
import { getAll, getJson } from '../api/client.ts';
import type { Adherence, AdherenceDays, ClosedPeriod } from '../api/types.ts';
import { groupQuery, type Scope, selectionQuery } from '../team-day/scope.ts';
import type { DateRange, Grouping, HistoryQuery, Period } from './history-query.ts';

export interface Overview {
  readonly total: Adherence;
  readonly trend: Adherence;
  /** Of the period compared with; null when there is none. */
  readonly before: { readonly total: Adherence; readonly trend: Adherence } | null;
}

export async function loadOverview(query: HistoryQuery, signal: AbortSignal): Promise<Overview> {
  const { scope, range, period, other } = query;
  const [total, trend, totalBefore, trendBefore] = await Promise.all([
    readGroup(scope, range, 'total', signal),
    readGroup(scope, range, period, signal),
    other && readGroup(scope, other, 'total', signal),
    other && readGroup(scope, other, period, signal),
  ]);
  return { total, trend, before: totalBefore && trendBefore && { total: totalBefore, trend: trendBefore } };
}

export interface Rows {
  readonly rows: Adherence;
  readonly before: Adherence | null;
}

/** One row per person, team or unit of the scope. */
export async function loadRows(
  { scope, range, other }: HistoryQuery,
  grouping: Grouping,
  signal: AbortSignal,
): Promise<Rows> {
  const read = ({ from, to }: DateRange) => {
    const query = { ...selectionQuery(scope), groupBy: grouping, granularity: 'total', from, to };
    return getJson<Adherence>('/adherence', query, signal);
  };
  const [rows, before] = await Promise.all([read(range), other && read(other)]);
  return { rows, before };
}

export const loadDays = ({ scope, range }: HistoryQuery, signal: AbortSignal): Promise<AdherenceDays> =>
  getJson<AdherenceDays>('/adherence/days', { ...range, ...selectionQuery(scope) }, signal);

/** Pay periods whose numbers stand; there are few, and they change seldom. */
export const loadClosed = (signal: AbortSignal): Promise<ClosedPeriod[]> =>
  getAll<ClosedPeriod>('/closed-periods', {}, signal);

const readGroup = (
  scope: Scope,
  { from, to }: DateRange,
  granularity: Period | 'total',
  signal: AbortSignal,
): Promise<Adherence> =>
  getJson<Adherence>('/adherence', { ...groupQuery(scope), granularity, from, to }, signal);
