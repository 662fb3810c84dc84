/**
 * Closed periods and groups: in a closed period people count in the team and the unit they were in when it was closed,
 * also those who are gone since; who came to the unit later does not count in it. Everywhere else the last document
 * holds. So a range is cut where closed periods begin and end.
 */
import {
  closedRanges,
  intervalOf,
  type StoredClosedPeriod,
} from '@adherence/domain/configuration/closed-periods.ts';
import type { Person } from '@adherence/domain/configuration/entities.ts';
import type { Stored, TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Interval } from '@adherence/domain/model.ts';
import { shiftReachMs, startWithinMs } from '@adherence/domain/schedule-limits.ts';
import type { AdherenceResult, AdherenceRow } from './adherence.ts';
import { addAmounts } from './amounts.ts';
import { byGroupKey, type Group } from './groups.ts';

export interface Slice extends Interval {
  /** With the people as they count in it. */
  readonly tables: TenantTables;
}

/** Parts of a range, in order. `addsPeople`: the caller sees everybody, so those who are gone since as well. */
export function slicesOf(tables: TenantTables, range: Interval, addsPeople: boolean): Slice[] {
  const periods = [...tables.closedPeriods.values()]
    .filter(({ deleted }) => !deleted)
    .map((period) => ({ period, ...intervalOf(period) }))
    .filter(({ from, to }) => from < range.to && range.from < to);
  if (periods.length === 0) return [{ ...range, tables }];
  const borders = [range.from, range.to, ...periods.flatMap(({ from, to }) => [from, to])]
    .filter((at) => at >= range.from && at <= range.to)
    .sort((a, b) => a - b);
  return [...new Set(borders)].slice(0, -1).map((from, i, starts) => {
    const to = starts[i + 1] ?? range.to;
    const closed = periods.filter((period) => period.from <= from && to <= period.to);
    return { from, to, tables: tablesThen(tables, closed, addsPeople) };
  });
}

/** People as they count in dates that are all in a closed period of their unit; others as they are today. */
export function tablesOfDates(
  tables: TenantTables,
  dates: { readonly from: string; readonly to: string },
  addsPeople: boolean,
): TenantTables {
  const closed = [...tables.closedPeriods.values()].filter(
    ({ deleted, document }) => !deleted && document.from <= dates.from && dates.to <= document.to,
  );
  return tablesThen(
    tables,
    closed.map((period) => ({ period })),
    addsPeople,
  );
}

/** The unit of people who have come to a closed one since. */
export const noUnit = '';

function tablesThen(
  tables: TenantTables,
  closed: readonly { readonly period: StoredClosedPeriod }[],
  addsPeople: boolean,
): TenantTables {
  if (closed.length === 0) return tables;
  const people = new Map<string, Stored<Person>>(tables.people);
  const units = new Set(closed.map(({ period }) => period.document.planningUnitId));
  for (const [id, stored] of people) {
    const { document } = stored;
    if (units.has(document.planningUnitId)) {
      people.set(id, { ...stored, document: { ...document, planningUnitId: noUnit } });
    }
  }
  // Who is in several counts where the first was closed.
  for (const { period } of [...closed].sort((a, b) => b.period.closing.offset - a.period.closing.offset)) {
    for (const [id, document] of period.closing.people) {
      const today = tables.people.get(id);
      if (today || addsPeople) people.set(id, { ...(today ?? period), document });
    }
  }
  return { ...tables, people };
}

export interface ClosableRow extends AdherenceRow {
  /** All of it is in closed periods of everybody in it. */
  readonly closed: boolean;
}

/**
 * Tells which rows of a slice are closed; `whole` is the range that was asked for. By shift date a row has what its
 * shifts have before and after the date, too.
 */
export function closableRows(
  { tables }: Slice,
  groups: readonly Group[],
  rows: readonly AdherenceRow[],
  whole: Interval,
  shiftDate: boolean,
): ClosableRow[] {
  const isClosed = closedRanges(tables);
  const ids = new Map(groups.map(({ key, people }) => [key, people.map(({ personId }) => personId)]));
  return rows.map((row) => {
    const [before, after] = shiftDate ? [startWithinMs, shiftReachMs] : [0, 0];
    const range = {
      from: Math.max(row.from - before, whole.from),
      to: Math.min(row.to + after, whole.to),
    };
    return { ...row, closed: isClosed(ids.get(row.key) ?? [], range) };
  });
}

/** Rows of the slices as rows of the whole: amounts of one group and period add up. */
export function joinedResult(
  parts: readonly (AdherenceResult & { readonly rows: readonly ClosableRow[] })[],
): AdherenceResult & { readonly rows: readonly ClosableRow[] } {
  const rows = new Map<string, ClosableRow>();
  for (const row of parts.flatMap((part) => part.rows)) {
    const key = `${row.from}|${row.to}|${row.key ?? ''}`;
    const known = rows.get(key);
    if (!known) {
      rows.set(key, row);
      continue;
    }
    const amounts = { ...known.amounts };
    addAmounts(amounts, row.amounts);
    rows.set(key, { ...row, amounts, final: known.final && row.final, closed: known.closed && row.closed });
  }
  const instants = parts.map(({ asOf }) => asOf).filter((asOf) => asOf !== null);
  return {
    asOf: instants.length === 0 ? null : Math.min(...instants),
    rows: [...rows.values()].sort((a, b) => a.from - b.from || byGroupKey(a, b)),
  };
}
