import 'uplot/dist/uPlot.min.css';
import type { Interval } from '@adherence/domain/model.ts';
import { getJson } from '../api/client.ts';
import type { Adherence } from '../api/types.ts';
import { useRequest } from '../api/use-request.ts';
import { Choice } from '../components/choice.tsx';
import { DayNotes } from '../components/day-notes.tsx';
import { DayPicker } from '../components/day-picker.tsx';
import { DayTotals } from '../components/day-totals.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { ScopeSelect } from '../components/scope-select.tsx';
import { directory } from '../directory.ts';
import { dateText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { place, setQuery } from '../router.ts';
import { now } from '../time/clock.ts';
import { dateOr, localDateOf, localDay } from '../time/zone-axis.ts';
import { DayCurve } from './day-curve.tsx';
import { IntervalPeople } from './interval-people.tsx';
import { IntervalTable } from './interval-table.tsx';
import { PeopleTable } from './people-table.tsx';
import {
  groupQuery,
  peopleQuery,
  type Scope,
  scopeOf,
  scopeText,
  selectionQuery,
  zoneOfScope,
} from './scope.ts';
import { TeamsTable } from './teams-table.tsx';
import { WorstList } from './worst-list.tsx';

const intervals = ['15m', '30m', '1h'] as const;
type IntervalChoice = (typeof intervals)[number];

/** A day of a team, a planning unit or everyone: the curve against the target, and who made it. */
export function TeamDayScreen() {
  const { query } = place.value;
  const known = directory.value;
  const scope = scopeOf(query.get('who'));
  const timeZone = zoneOfScope(scope, known);
  const date = dateOr(query.get('date'), timeZone, now.value);
  const granularity = intervals.find((each) => each === query.get('interval')) ?? '15m';
  const day = localDay(timeZone, date);
  const refreshMs = date === localDateOf(timeZone, now.value) ? 60_000 : undefined;
  const { data, error, loading, reload } = useRequest(
    `team-day|${scopeText(scope)}|${date}|${granularity}`,
    (signal) => loadDay(scope, day, granularity, signal),
    refreshMs,
  );
  const target = known.settings?.targetScore ?? null;
  const total = data?.total.items[0];
  const chosen = data?.curve.items.find(({ from }) => from === query.get('at')) ?? null;
  const asOf = Date.parse(data?.curve.asOf ?? '') || now.peek();

  return (
    <section class="page">
      <h1 tabIndex={-1}>{t('teamDay.title')}</h1>
      <div class="toolbar">
        <DayPicker date={date} timeZone={timeZone} />
        <p class="toolbar-title">{dateText(date)}</p>
        <ScopeSelect scope={scope} />
        <Choice<IntervalChoice>
          label={t('teamDay.interval')}
          name="interval"
          value={granularity}
          options={intervals.map((value) => ({ value, text: t(`teamDay.interval.${value}`) }))}
          onChoose={(value) => setQuery({ interval: value === '15m' ? null : value })}
        />
      </div>
      <DayNotes timeZone={timeZone} day={day} asOf={data?.total.asOf ?? null} isFinal={total?.final} />
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data && (
        <div class={loading ? 'stale' : undefined} aria-busy={loading}>
          {data.curve.items.length === 0 ? (
            <div class="empty">
              <p>{t('teamDay.empty')}</p>
            </div>
          ) : (
            <>
              <DayTotals row={total} target={target} />
              <DayCurve rows={data.curve.items} day={day} timeZone={timeZone} target={target} asOf={asOf} />
              <IntervalTable rows={data.curve.items} timeZone={timeZone} target={target} asOf={asOf} />
              <WorstList
                rows={data.curve.items}
                timeZone={timeZone}
                target={target}
                chosen={chosen?.from ?? null}
              />
              {chosen && <IntervalPeople row={chosen} scope={scope} date={date} timeZone={timeZone} />}
              {data.teams && data.teams.items.length > 1 && (
                <TeamsTable rows={data.teams.items} date={date} target={target} />
              )}
              <PeopleTable rows={data.people.items} date={date} target={target} />
            </>
          )}
        </div>
      )}
    </section>
  );
}

interface DayData {
  readonly curve: Adherence;
  readonly total: Adherence;
  readonly people: Adherence;
  /** null where the scope is a team or less. */
  readonly teams: Adherence | null;
}

async function loadDay(
  scope: Scope,
  { from, to }: Interval,
  granularity: IntervalChoice,
  signal: AbortSignal,
): Promise<DayData> {
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const load = (query: object) => getJson<Adherence>('/adherence', { ...range, ...query }, signal);
  const hasTeams = scope.kind === 'everyone' || scope.kind === 'unit';
  const [curve, total, people, teams] = await Promise.all([
    load({ ...groupQuery(scope), granularity }),
    load({ ...groupQuery(scope), granularity: 'total' }),
    load({ ...peopleQuery(scope), granularity: 'total' }),
    hasTeams ? load({ ...selectionQuery(scope), groupBy: 'team', granularity: 'total' }) : null,
  ]);
  return { curve, total, people, teams };
}
