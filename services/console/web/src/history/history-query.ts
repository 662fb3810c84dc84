/** What the history shows, as the address says it. Dates are calendar days, both inclusive. Pure. */
import { addDays, nextMonthStart, weekStart } from '@adherence/domain/calendar.ts';
import { type Scope, scopeOf } from '../team-day/scope.ts';

export interface DateRange {
  readonly from: string;
  readonly to: string;
}

export const views = ['heat', 'ranking', 'distribution', 'whatIf'] as const;
export type View = (typeof views)[number];
export const metrics = ['adherence', 'conformance', 'coverage'] as const;
export type Metric = (typeof metrics)[number];
export const groupings = ['person', 'team', 'planningUnit'] as const;
export type Grouping = (typeof groupings)[number];
export const periods = ['day', 'week', 'month'] as const;
export type Period = (typeof periods)[number];
export const comparisons = ['none', 'previous', 'year', 'custom'] as const;
export type Comparison = (typeof comparisons)[number];
/** Least coverage in percent at which somebody is ranked. */
export const coverageLimits = [0, 50, 80, 90, 95] as const;

export interface HistoryQuery {
  readonly scope: Scope;
  readonly range: DateRange;
  readonly view: View;
  readonly metric: Metric;
  readonly grouping: Grouping;
  readonly period: Period;
  readonly comparison: Comparison;
  /** The period compared with; null when there is none. */
  readonly other: DateRange | null;
  readonly minCoverage: number;
  /** What of the address could not be used, to be said. */
  readonly fault: 'turned' | 'tooLong' | null;
}

/** Longest range that is read at once. */
export const maxDays = 400;
export const defaultMinCoverage = 80;

/** What an old link says and we do not know any more falls back to what is shown without it. */
export function historyQueryOf(query: URLSearchParams, today: string): HistoryQuery {
  const fallback = presetRange('days30', today);
  const asked = { from: dateOr(query.get('from'), fallback.from), to: dateOr(query.get('to'), fallback.to) };
  const turned = asked.from > asked.to;
  const ordered = turned ? { from: asked.to, to: asked.from } : asked;
  const tooLong = daysIn(ordered) > maxDays;
  const range = tooLong ? { ...ordered, from: addDays(ordered.to, 1 - maxDays) } : ordered;
  const comparison = oneOf(comparisons, query.get('vs')) ?? 'none';
  const limit = Number(query.get('coverage') ?? defaultMinCoverage);
  return {
    scope: scopeOf(query.get('who')),
    range,
    view: oneOf(views, query.get('view')) ?? 'heat',
    metric: oneOf(metrics, query.get('metric')) ?? 'adherence',
    grouping: oneOf(groupings, query.get('by')) ?? 'person',
    period: oneOf(periods, query.get('period')) ?? defaultPeriod(range),
    comparison,
    other: otherRange(comparison, range, query),
    minCoverage: coverageLimits.find((each) => each === limit) ?? defaultMinCoverage,
    fault: turned ? 'turned' : tooLong ? 'tooLong' : null,
  };
}

export const presets = [
  'days7',
  'days30',
  'week',
  'lastWeek',
  'month',
  'lastMonth',
  'days90',
  'months13',
] as const;
export type Preset = (typeof presets)[number];

/** Ranges that people ask for, up to today. */
export function presetRange(preset: Preset, today: string): DateRange {
  const month = `${today.slice(0, 7)}-01`;
  switch (preset) {
    case 'days7':
      return { from: addDays(today, -6), to: today };
    case 'days30':
      return { from: addDays(today, -29), to: today };
    case 'days90':
      return { from: addDays(today, -89), to: today };
    case 'week':
      return { from: weekStart(today), to: today };
    case 'lastWeek':
      return { from: addDays(weekStart(today), -7), to: addDays(weekStart(today), -1) };
    case 'month':
      return { from: month, to: today };
    case 'lastMonth':
      return { from: `${addDays(month, -1).slice(0, 7)}-01`, to: addDays(month, -1) };
    case 'months13':
      return { from: addDays(yearsBefore(today, 1), -30), to: today };
  }
}

/** The preset that a range is, null when it is none. */
export const presetOf = (range: DateRange, today: string): Preset | null =>
  presets.find((preset) => isSameRange(presetRange(preset, today), range)) ?? null;

export const daysIn = ({ from, to }: DateRange): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1;

/** Every date of a range. */
export const datesOf = (range: DateRange): string[] =>
  Array.from({ length: daysIn(range) }, (_, i) => addDays(range.from, i));

/** The same number of days before; whole months are compared with whole months. */
export function previousRange({ from, to }: DateRange): DateRange {
  const isMonth = from.endsWith('-01') && nextMonthStart(from) === addDays(to, 1);
  if (isMonth) return presetRange('lastMonth', from);
  return { from: addDays(from, -daysIn({ from, to })), to: addDays(from, -1) };
}

function otherRange(comparison: Comparison, range: DateRange, query: URLSearchParams): DateRange | null {
  switch (comparison) {
    case 'none':
      return null;
    case 'previous':
      return previousRange(range);
    case 'year':
      return { from: yearsBefore(range.from, 1), to: yearsBefore(range.to, 1) };
    case 'custom': {
      const previous = previousRange(range);
      const from = dateOr(query.get('vsFrom'), previous.from);
      const to = dateOr(query.get('vsTo'), previous.to);
      return from <= to ? { from, to } : { from: to, to: from };
    }
  }
}

/** The 29th of February becomes the 28th. */
function yearsBefore(date: string, years: number): string {
  const moved = `${Number(date.slice(0, 4)) - years}${date.slice(4)}`;
  return isDate(moved) ? moved : moved.replace('-29', '-28');
}

const defaultPeriod = (range: DateRange): Period => (daysIn(range) > 120 ? 'week' : 'day');

const isSameRange = (a: DateRange, b: DateRange): boolean => a.from === b.from && a.to === b.to;

const dayMs = 24 * 60 * 60_000;

function isDate(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

const dateOr = (text: string | null, fallback: string): string =>
  text !== null && isDate(text) ? text : fallback;

const oneOf = <T extends string>(all: readonly T[], text: string | null): T | undefined =>
  all.find((each) => each === text);
