import { useState } from 'preact/hooks';
import { deleteAt } from '../../api/client.ts';
import type { Schedule } from '../../api/types.ts';
import { activityName } from '../../components/activity-name.tsx';
import { ConfirmDialog } from '../../components/dialog/confirm-dialog.tsx';
import { tell } from '../../components/dialog/toasts.tsx';
import { RemoteTable } from '../../components/table/remote-table.tsx';
import { directory, teams, zoneOfPerson } from '../../directory.ts';
import { timeText, weekdayDateText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { personDayHref } from '../../person/person-day-href.ts';
import { place, setQuery } from '../../router.ts';
import { now } from '../../time/clock.ts';
import { addDays, dateOr, localDateOf } from '../../time/zone-axis.ts';
import { ScreenHead } from '../frame/screen-head.tsx';
import { mayPlan } from '../sections.ts';
import { ChooseShift } from './choose-shift.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';

interface ListedSchedule extends Schedule {
  readonly etag: string;
}

/** What people were to do, shift by shift; each is edited as a whole. */
export function SchedulesScreen() {
  const { query } = place.value;
  const zone = directory.value.tenantTimeZone;
  const today = localDateOf(zone, now.peek());
  const from = dateOr(query.get('from') ?? today, zone, now.peek());
  const to = dateOr(query.get('to') ?? addDays(from, 6), zone, now.peek());
  const team = query.get('team') ?? undefined;
  const personId = query.get('person') ?? undefined;
  const [version, setVersion] = useState(0);
  const [editing, setEditing] = useState<{ personId: string; shiftDate: string } | null>(null);
  const [choosing, setChoosing] = useState(false);
  const [deleting, setDeleting] = useState<ListedSchedule | null>(null);
  const personName = (id: string) => directory.value.people?.get(id)?.name ?? id;
  const nameOf = ({ personId: id, shiftDate }: Schedule) => `${personName(id)}, ${shiftDate}`;
  const done = (text: string) => {
    tell(text);
    setVersion(version + 1);
  };

  return (
    <>
      <ScreenHead title={t('setup.schedules')} lead={t('schedules.lead')} />
      <RemoteTable<ListedSchedule>
        name="schedules"
        path="/schedules"
        query={{ from, to, team, personId }}
        searchable
        version={version}
        label={t('setup.schedules')}
        rowKey={({ personId: id, shiftDate }) => `${id}|${shiftDate}`}
        rowName={nameOf}
        columns={[
          {
            key: 'person',
            header: t('board.person'),
            text: ({ personId: id }) => personName(id),
            cell: ({ personId: id, shiftDate }) => (
              <a href={personDayHref(id, shiftDate)}>{personName(id)}</a>
            ),
          },
          { key: 'id', header: t('field.id'), text: ({ personId: id }) => id, hidden: true },
          {
            key: 'date',
            header: t('schedules.date'),
            text: ({ shiftDate }) => shiftDate,
            cell: ({ shiftDate }) => weekdayDateText(shiftDate),
            kind: 'time',
          },
          { key: 'hours', header: t('schedules.hours'), text: hoursText, kind: 'time' },
          { key: 'activities', header: t('setup.activities'), text: activitiesText },
          {
            key: 'zone',
            header: t('setup.zone'),
            text: ({ personId: id }) => zoneOfPerson(id).replaceAll('_', ' '),
          },
        ]}
        actions={
          mayPlan()
            ? (schedule) => (
                <>
                  <button
                    type="button"
                    aria-label={`${t('action.edit')} ${nameOf(schedule)}`}
                    onClick={() => setEditing(schedule)}
                  >
                    {t('action.edit')}
                  </button>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={`${t('action.delete')} ${nameOf(schedule)}`}
                    onClick={() => setDeleting(schedule)}
                  >
                    {t('action.delete')}
                  </button>
                </>
              )
            : undefined
        }
        filters={<Filters from={from} to={to} team={team} personId={personId} />}
        buttons={
          mayPlan() && (
            <>
              <a class="button" href="/setup/imports?kind=schedules">
                {t('people.import')}
              </a>
              <button type="button" class="primary" onClick={() => setChoosing(true)}>
                {t('schedules.add')}
              </button>
            </>
          )
        }
        empty={<p>{t('schedules.empty')}</p>}
      />
      {choosing && (
        <ChooseShift
          date={from}
          onClose={() => setChoosing(false)}
          onChosen={(shift) => {
            setChoosing(false);
            setEditing(shift);
          }}
        />
      )}
      {editing && (
        <ScheduleDialog
          personId={editing.personId}
          shiftDate={editing.shiftDate}
          onClose={() => setEditing(null)}
          onSaved={(schedule) => {
            setEditing(null);
            done(t('action.saved', { name: nameOf(schedule) }));
          }}
        />
      )}
      {deleting && (
        <ConfirmDialog
          title={t('action.deleteTitle', { name: nameOf(deleting) })}
          action={t('action.delete')}
          onClose={() => setDeleting(null)}
          onConfirm={async () => {
            const path = `/schedules/${encodeURIComponent(deleting.personId)}/${deleting.shiftDate}`;
            await deleteAt(path, {}, deleting.etag);
            done(t('action.deleted', { name: nameOf(deleting) }));
          }}
        >
          <p>{t('schedules.delete')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function hoursText({ personId, activities }: Schedule): string {
  const [first] = activities;
  if (!first) return t('schedules.dayOff');
  const zone = zoneOfPerson(personId);
  return `${timeText(Date.parse(first.start), zone)}–${timeText(Date.parse(activities.at(-1)!.end), zone)}`;
}

function activitiesText({ personId, activities }: Schedule): string {
  const zone = zoneOfPerson(personId);
  return activities
    .map(({ activityId, start }) => `${timeText(Date.parse(start), zone)} ${activityName(activityId)}`)
    .join(', ');
}

interface FiltersProps {
  readonly from: string;
  readonly to: string;
  readonly team: string | undefined;
  readonly personId: string | undefined;
}

function Filters({ from, to, team, personId }: FiltersProps) {
  const people = [...(directory.value.people?.values() ?? [])].filter(
    (person) => team === undefined || person.team === team,
  );
  const date = (name: 'from' | 'to', value: string) => (
    <label>
      <span>{t(`field.${name}`)}</span>
      <input
        type="date"
        value={value}
        required
        onChange={({ currentTarget }) => {
          if (currentTarget.value) setQuery({ [name]: currentTarget.value });
        }}
      />
    </label>
  );
  return (
    <>
      {date('from', from)}
      {date('to', to)}
      <label>
        <span>{t('board.team')}</span>
        <select
          value={team ?? ''}
          onChange={({ currentTarget: { value } }) => setQuery({ team: value || null, person: null })}
        >
          <option value="">{t('board.allTeams')}</option>
          {teams.value.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('board.person')}</span>
        <select
          value={personId ?? ''}
          onChange={({ currentTarget: { value } }) => setQuery({ person: value || null })}
        >
          <option value="">{t('exceptions.everyone')}</option>
          {people
            .toSorted((a, b) => a.name.localeCompare(b.name))
            .map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
        </select>
      </label>
    </>
  );
}
