/**
 * A year of a contact centre, made inside the engine: rows of person_days as their owner would have stored them, true to
 * the identity of domain.md. For tests and benchmarks of what is read from history.
 */
import { addDays, nextMonthStart } from '@adherence/domain/calendar.ts';
import type { ClickHouse } from '@adherence/runtime/clickhouse.ts';
import { amountColumns } from '@adherence/schemas/tables.ts';

export interface GeneratedHistory {
  readonly tenantId: string;
  readonly people: number;
  /** First and last day, both inclusive. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

export const teamSize = 50;
export const generatedPersonId = (number: number): string => `p${String(number).padStart(4, '0')}`;
export const generatedTeam = (number: number): string =>
  `Team ${String(Math.floor(number / teamSize) + 1).padStart(2, '0')}`;

const firstNames = ['Anna', 'Bilal', 'Chloé', 'David', 'Elif', 'Farid', 'Grace', 'Hugo', 'Inès', 'Jonas'];
const lastNames = [
  'Moreau',
  'Nguyen',
  'Okafor',
  'Petit',
  'Quiroga',
  'Rossi',
  'Schmidt',
  'Traoré',
  'Urban',
  'Vidal',
];

/** Bodies of POST /people/import. */
export const generatedPeople = (count: number): object[] =>
  Array.from({ length: count }, (_, n) => ({
    personId: generatedPersonId(n),
    name: `${firstNames[n % 10]} ${lastNames[Math.floor(n / 10) % 10]} ${Math.floor(n / 100) + 1}`,
    team: generatedTeam(n),
    externalUsers: [],
  }));

export const generatedActivities = [
  { id: 'calls', name: 'Calls', type: 'Presence', color: '#2f6fde' },
  { id: 'lunch', name: 'Lunch', type: 'Break', color: '#e0a526' },
  { id: 'meeting', name: 'Team meeting', type: 'Meeting', color: '#8e5bd0' },
] as const;

/** Month by month; the last day is not computed to its end, and not final. */
export async function storeGeneratedHistory(db: ClickHouse, history: GeneratedHistory): Promise<void> {
  for (let first = history.from; first <= history.to; first = nextMonthStart(first)) {
    const last = addDays(nextMonthStart(first), -1);
    await db.command(daysSql(history, first, last < history.to ? last : history.to, 1));
  }
}

/** Writes a share of the rows again, as recomputations do: every n-th person's. */
export async function storeAgain(db: ClickHouse, history: GeneratedHistory, every: number): Promise<void> {
  await db.command(daysSql(history, history.from, history.to, 2, `AND n % ${every} = 0`));
}

const quarter = 900_000;

/** 32 quarters of an hour from nine on, and one unscheduled now and then; `i` goes through them, `r` is random. */
function daysSql(
  { tenantId, people, timeZone, to: lastDay }: GeneratedHistory,
  from: string,
  to: string,
  version: number,
  where = '',
): string {
  const ms = (name: string, amount: string) =>
    `arrayMap((i, r) -> toInt32(${amount}), places, randoms) AS ${name}`;
  const isScheduled = 'i < 32';
  const noData = `i < 8 AND silent AND ${isScheduled}`;
  const out = `if(${isScheduled} AND NOT (${noData}) AND r % 100 < weakness, (r % 9 + 1) * 100000, 0)`;
  const isAway = 'r % 2 = 0';
  const inside = `if(${isScheduled} AND NOT (${noData}), ${quarter} - ${out}, 0)`;
  const amounts: Readonly<Record<string, string>> = {
    scheduled_ms: `if(${isScheduled}, ${quarter}, 0)`,
    in_ms: inside,
    not_present_ms: `if(${isAway}, ${out}, 0)`,
    wrong_activity_ms: `if(${isAway}, 0, ${out})`,
    no_data_ms: `if(${noData}, ${quarter}, 0)`,
    excluded_ms: '0',
    not_scheduled_ms: `if(${isScheduled}, 0, (r % 5) * 100000)`,
    worked_ms: `if(${isScheduled}, ${inside} + if(${isAway}, 0, ${out}), (r % 5) * 100000)`,
    raw_in_ms: inside,
    raw_not_present_ms: `if(${isAway}, ${out}, 0)`,
    raw_wrong_activity_ms: `if(${isAway}, 0, ${out})`,
  };
  const activity = (i: string) =>
    `multiIf(${i} IN (12, 13), 'lunch', ${i} = 20, 'meeting', ${i} < 32, 'calls', '')`;
  const cells = amountColumns.map((name) => ms(`c_${name}`, amounts[name]!));
  const count = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
  return `INSERT INTO person_days (tenant, person, day, version, as_of, rules_version, time_zone, day_start, day_end,
  final_until, ${amountColumns.join(', ')}, cells.bucket, cells.shift_date, cells.scheduled_activity,
  cells.actual_activity, ${amountColumns.map((name) => `cells.${name}`).join(', ')}, segments.from_at, segments.to_at,
  segments.shift_date, segments.scheduled_activity, segments.actual_kind, segments.actual_activity,
  segments.external_status, segments.break_type, segments.estimated, segments.state, segments.in_buffer,
  segments.counted_as)
SELECT '${tenantId}', person, day, ${version}, as_of, 1, '${timeZone}', day_start, day_end, final_until,
  ${amountColumns.map((name) => `arraySum(c_${name})`).join(', ')}, buckets, shift_dates, scheduled,
  actual, ${amountColumns.map((name) => `c_${name}`).join(', ')},
  buckets, arrayMap(b -> b + ${quarter}, buckets), shift_dates, scheduled,
  arrayMap(a -> if(a = '', 'offline', 'activity'), actual), actual, arrayMap(a -> if(a = '', NULL, 'TALKING'), actual),
  arrayMap(i -> NULL, places), arrayMap(i -> 0, places),
  arrayMap((i, o) -> multiIf(i >= 32, 'NOT_SCHEDULED', o > 0, 'NOT_PRESENT', 'IN_ADHERENCE'), places, c_not_present_ms),
  arrayMap(i -> 0, places), arrayMap((i, o) -> multiIf(i >= 32, '', o > 0, 'out', 'in'), places, c_not_present_ms)
FROM (
  SELECT concat('p', leftPad(toString(n), 4, '0')) AS person, day,
    toInt64(toUnixTimestamp(toDateTime(concat(toString(day), ' 00:00:00'), '${timeZone}'))) * 1000 AS day_start,
    toInt64(toUnixTimestamp(toDateTime(concat(toString(day + 1), ' 00:00:00'), '${timeZone}'))) * 1000 AS day_end,
    if(day = toDate('${lastDay}'), day_start + 43200000, day_end) AS as_of,
    if(day = toDate('${lastDay}'), day_start + 39600000, day_end) AS final_until,
    arrayFilter(i -> i < 32 OR cityHash64(n, day) % 5 = 0, range(33)) AS places,
    arrayMap(i -> toInt64(cityHash64(n, day, i) % 9000), places) AS randoms,
    toInt64(3 + cityHash64(n) % 22 + cityHash64(n, day) % 9) AS weakness, cityHash64(n, day, 'gap') % 41 = 0 AS silent,
    arrayMap(i -> day_start + 32400000 + i * ${quarter}, places) AS buckets,
    arrayMap(i -> if(i < 32, toString(day), ''), places) AS shift_dates,
    arrayMap(i -> ${activity('i')}, places) AS scheduled, arrayMap(i -> if(i < 32, ${activity('i')}, 'calls'), places) AS actual,
    ${cells.join(',\n    ')}
  FROM (
    SELECT intDiv(number, ${count}) AS n, toDate('${from}') + (number % ${count}) AS day
    FROM numbers(${people * count})
  )
  WHERE toDayOfWeek(day) < 6 AND cityHash64(n, day, 'off') % 20 > 0 ${where}
)`;
}
