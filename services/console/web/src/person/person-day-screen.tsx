import type { Interval } from '@adherence/domain/model.ts';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { getAll, getJson } from '../api/client.ts';
import type { Adherence, AdherenceRow, Person, Schedule, Timeline } from '../api/types.ts';
import { useRequest } from '../api/use-request.ts';
import { Choice } from '../components/choice.tsx';
import { DayNotes } from '../components/day-notes.tsx';
import { DayPicker } from '../components/day-picker.tsx';
import { DayTotals } from '../components/day-totals.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { directory, zoneOfUnit } from '../directory.ts';
import { dateText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { hrefOf, place, setQuery } from '../router.ts';
import { mayPlan } from '../setup/sections.ts';
import { now } from '../time/clock.ts';
import { addDays, dateOr, localDateOf, localDay } from '../time/zone-axis.ts';
import { activePart, type DayRow, dayRows, type Slot, shiftOf, slotsOf } from './day-rows.ts';
import { DayTimeline } from './day-timeline.tsx';
import { EventsTable } from './events-table.tsx';
import { ExceptionPanel } from './exception-panel.tsx';
import { SegmentTable } from './segment-table.tsx';
import { WhyPanel } from './why-panel.tsx';

type View = 'fit' | 'day' | 'shift';

/** What a person was scheduled for and did on one day of their planning unit's zone. */
export function PersonDayScreen({ personId }: { readonly personId: string }) {
  const known = directory.value.people?.get(personId);
  const person = useRequest(`person|${personId}`, (signal) =>
    getJson<Person>(`/people/${encodeURIComponent(personId)}`, {}, signal),
  );
  const shown = person.data ?? known;
  useEffect(() => {
    document.title = `${shown ? t('person.title', { name: shown.name }) : personId} · ${t('app.name')}`;
  }, [shown, personId]);

  return (
    <section class="page">
      <p class="crumbs">
        <a href="/board">{t('person.back')}</a>
        {shown?.team && <a href={hrefOf('/team-day', { who: `team:${shown.team}` })}>{shown.team}</a>}
        <a href={hrefOf('/history', { who: `person:${personId}` })}>{t('person.history')}</a>
      </p>
      <h1 tabIndex={-1}>{shown?.name ?? personId}</h1>
      {person.error ? (
        <ErrorNotice error={person.error} retry={person.reload} />
      ) : (
        shown && <PersonDay person={shown} key={shown.id} />
      )}
    </section>
  );
}

function PersonDay({ person }: { readonly person: Person }) {
  const { query } = place.value;
  const timeZone = zoneOfUnit(person.planningUnitId);
  const date = dateOr(query.get('date'), timeZone, now.value);
  const asked = query.get('view');
  const view: View = asked === 'day' || asked === 'shift' ? asked : 'fit';
  const [pointed, setPointed] = useState<DayRow | undefined>(undefined);
  const [exception, setException] = useState<Interval | null>(null);
  const [saved, setSaved] = useState(false);
  const showsWhy = query.get('why') === '1';
  useEffect(() => {
    setException(null);
    setSaved(false);
  }, [date]);
  // After an exception the day is computed again within moments.
  const refreshMs = saved ? 2_000 : date === localDateOf(timeZone, now.value) ? 30_000 : undefined;
  const day = localDay(timeZone, date);

  const { data, error, loading, reload } = useRequest(
    `day|${person.id}|${date}|${view === 'shift'}`,
    (signal) => loadDay(person.id, date, day, view === 'shift', signal),
    refreshMs,
  );
  const slots = data?.slots ?? noSlots;
  const shift = shiftOf(slots, date);
  const crossesMidnight = shift !== null && (shift.from < day.from || shift.to > day.to);
  const computedTo = data
    ? Date.parse(data.timeline.segments.at(-1)?.to ?? data.timeline.asOf ?? '')
    : Number.NaN;
  const rows = useMemo(() => {
    if (!data) return [];
    const range = view === 'shift' && shift ? shift : day;
    return dayRows(data.timeline.segments, slots, range, Number.isNaN(computedTo) ? now.peek() : computedTo);
  }, [data, view, day.from, day.to]);
  // A shift over midnight reaches into the next day.
  const loaded = {
    from: Math.min(day.from, rows[0]?.from ?? day.from),
    to: Math.max(day.to, rows.at(-1)?.to ?? day.to),
  };
  const axis = axisOf(view, day, shift, rows, slots);

  return (
    <>
      <div class="toolbar">
        <DayPicker date={date} timeZone={timeZone} />
        <p class="toolbar-title">{dateText(date)}</p>
        <Choice<View>
          label={t('person.range')}
          name="view"
          value={view}
          options={[
            { value: 'fit', text: t('person.fit') },
            { value: 'day', text: t('person.wholeDay') },
            ...(crossesMidnight || view === 'shift'
              ? [{ value: 'shift' as const, text: t('person.shift') }]
              : []),
          ]}
          onChoose={(value) => setQuery({ view: value === 'fit' ? null : value })}
        />
      </div>
      <DayNotes
        timeZone={timeZone}
        day={day}
        asOf={data?.timeline.asOf ?? null}
        isFinal={data?.totals?.final}
      />
      {person.externalUsers.length === 0 && <p class="notice warning">{t('person.noUsers')}</p>}
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data && (
        <div class={loading ? 'stale' : undefined} aria-busy={loading}>
          {rows.length === 0 ? (
            <div class="empty">
              <p>{t('person.empty')}</p>
            </div>
          ) : (
            <>
              <DayTotals row={data.totals} target={directory.value.settings?.targetScore ?? null} />
              <DayTimeline
                key={`${date}|${view}`}
                rows={rows}
                slots={slots}
                axis={axis}
                timeZone={timeZone}
                onPoint={setPointed}
                onSelect={mayPlan() ? (interval) => setException(wholeSeconds(interval)) : undefined}
                selected={exception}
              />
              <div class="day-tools">
                <button
                  type="button"
                  aria-expanded={showsWhy}
                  onClick={() => setQuery({ why: showsWhy ? null : '1' }, true)}
                >
                  {t('why.show')}
                </button>
                {mayPlan() && !exception && pointed && (
                  <button type="button" onClick={() => setException(wholeSeconds(pointed))}>
                    {t('exception.add')}
                  </button>
                )}
              </div>
              {saved && (
                <p class="notice good" role="status">
                  {t('exception.saved')}
                </p>
              )}
              {exception && (
                <ExceptionPanel
                  personId={person.id}
                  timeZone={timeZone}
                  day={day}
                  interval={exception}
                  onChange={setException}
                  onSaved={() => {
                    setException(null);
                    setSaved(true);
                    reload();
                  }}
                  onCancel={() => setException(null)}
                />
              )}
              {showsWhy && (
                <WhyPanel
                  personId={person.id}
                  range={loaded}
                  row={pointed}
                  timeZone={timeZone}
                  asOf={data.timeline.asOf}
                />
              )}
              <SegmentTable rows={rows} timeZone={timeZone} />
              <EventsTable personId={person.id} range={loaded} timeZone={timeZone} />
            </>
          )}
        </div>
      )}
    </>
  );
}

/** Whole seconds around it: forms have no milliseconds. */
const wholeSeconds = ({ from, to }: Interval): Interval => ({
  from: Math.floor(from / 1000) * 1000,
  to: Math.ceil(to / 1000) * 1000,
});

interface DayData {
  readonly timeline: Timeline;
  readonly slots: readonly Slot[];
  readonly totals: AdherenceRow | undefined;
}

const noSlots: readonly Slot[] = [];
const halfDay = 12 * 60 * 60_000;

async function loadDay(
  personId: string,
  date: string,
  day: Interval,
  byShift: boolean,
  signal: AbortSignal,
): Promise<DayData> {
  const schedules = await getAll<Schedule>(
    '/schedules',
    { personId, from: addDays(date, -1), to: addDays(date, 1) },
    signal,
  );
  const slots = slotsOf(schedules);
  const shift = byShift ? shiftOf(slots, date) : null;
  const from = new Date(Math.min(day.from, shift?.from ?? day.from)).toISOString();
  const to = new Date(Math.max(day.to, shift?.to ?? day.to)).toISOString();
  const path = `/people/${encodeURIComponent(personId)}/timeline`;
  const adherence = { from, to, granularity: 'day', groupBy: 'person', personId, shiftDate: byShift };
  const [timeline, totals] = await Promise.all([
    getJson<Timeline>(path, { from, to }, signal),
    getJson<Adherence>('/adherence', adherence, signal),
  ]);
  // A range that reaches into the next day for the shift brings that day's row too.
  const own = totals.items.find((row) => Math.abs(Date.parse(row.from) - day.from) < halfDay);
  return { timeline, slots, totals: own };
}

function axisOf(
  view: View,
  day: Interval,
  shift: Interval | null,
  rows: readonly Interval[],
  slots: readonly Slot[],
): Interval {
  if (view === 'day') return day;
  if (view === 'shift' && shift)
    return activePart({ from: shift.from - halfDay, to: shift.to + halfDay }, [shift], []);
  return activePart(day, rows, slots);
}
