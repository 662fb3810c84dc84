import { ActivityName, ActualName, activityName, statusText } from '../components/activity-name.tsx';
import { StateIcon } from '../components/state-icon.tsx';
import { categoryName, stateName } from '../components/state-name.ts';
import { directory, zoneOfUnit } from '../directory.ts';
import { clockText, percentText } from '../format/amount.ts';
import { timeText, zoneAbbreviation } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { personDayHref } from '../person/person-day-href.ts';
import { hrefOf } from '../router.ts';
import { now } from '../time/clock.ts';
import type { BoardRow } from './board-view.ts';
import type { LiveItem } from './live-state.ts';
import { memo } from './memo.ts';
import { categoryOf, summaryOf } from './summary.ts';

interface InTable {
  readonly index: number;
  readonly measure: (row: HTMLTableRowElement | null) => void;
}

export const PersonRow = memo(PersonRowContent);

function PersonRowContent({
  item,
  withTeam,
  index,
  measure,
}: InTable & { readonly item: LiveItem; readonly withTeam: boolean }) {
  const category = categoryOf(item);
  const status = statusText(item.actual);
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} class={`person ${category}`}>
      <th scope="row">
        {directory.value.people ? <a href={personDayHref(item.personId)}>{item.name}</a> : item.name}
        {withTeam && <span class="under">{item.team ?? t('board.noTeam')}</span>}
      </th>
      <td class="scheduled">
        {item.scheduledActivityId === null ? (
          <span class="muted">{t('activity.none')}</span>
        ) : (
          <ActivityName activityId={item.scheduledActivityId} />
        )}
        <Next item={item} />
      </td>
      <td class="actual">
        <ActualName actual={item.actual} />
        {item.actual.estimated ? (
          <span class="under">{t('activity.estimated')}</span>
        ) : (
          status && <span class="under">{status}</span>
        )}
      </td>
      <td class="state">
        <span class={`badge ${category}`}>
          <StateIcon category={category} />
          {stateName(item.state)}
        </span>
      </td>
      <td class="since">
        <Timer since={item.since} />
        {item.inBuffer && <Buffer endsAt={item.bufferEndsAt} />}
      </td>
    </tr>
  );
}

/** When the schedule changes next, and to what. */
function Next({ item }: { readonly item: LiveItem }) {
  const { scheduledUntil, scheduledActivityId, nextScheduled, planningUnitId } = item;
  if (nextScheduled === null) {
    if (scheduledUntil === null) return null;
    return <span class="under">{t('board.until', { time: timeIn(scheduledUntil, planningUnitId) })}</span>;
  }
  const time = timeIn(nextScheduled.at, planningUnitId);
  if (nextScheduled.activityId === null) return <span class="under">{t('board.thenOff', { time })}</span>;
  const activity = activityName(nextScheduled.activityId);
  return (
    <span class="under">
      {t(scheduledActivityId === null ? 'board.from' : 'board.then', { time, activity })}
    </span>
  );
}

/** The zone is named where it is not that of the board. */
function timeIn(at: number, unit: string | undefined): string {
  const zone = zoneOfUnit(unit);
  const isOther = zone !== directory.value.tenantTimeZone;
  return isOther ? `${timeText(at, zone)} ${zoneAbbreviation(zone, at)}` : timeText(at, zone);
}

export function Timer({ since }: { readonly since: number }) {
  return <span class="timer">{clockText(now.value - since)}</span>;
}

function Buffer({ endsAt }: { readonly endsAt: number | null }) {
  const left = endsAt === null ? 0 : endsAt - now.value;
  return (
    <span class="buffer">
      <StateIcon category="inBuffer" size={13} />
      {categoryName('inBuffer')}
      {', '}
      {left > 0 ? t('board.bufferLeft', { time: clockText(left + 999) }) : t('board.bufferOver')}
    </span>
  );
}

type Group = Pick<Extract<BoardRow, { kind: 'group' }>, 'by' | 'key' | 'items'>;

export function GroupRow({ group: { by, key, items }, index, measure }: InTable & { readonly group: Group }) {
  const { activities, people } = directory.value;
  const { headcount } = summaryOf(items, (id) => activities.get(id)?.type);
  const name = groupName({ by, key });
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} class="team">
      <td colSpan={5}>
        <h2>
          {key === null || !people ? (
            name
          ) : (
            <a href={hrefOf('/team-day', { who: `${by}:${key}` })} title={t('board.teamDay', { team: name })}>
              {name}
            </a>
          )}
        </h2>
        <span class="muted">
          {t('board.teamCount', { n: items.length })}
          {headcount !== null && ` · ${t('board.teamScore', { score: percentText(headcount, 0) })}`}
        </span>
      </td>
    </tr>
  );
}

export function groupName({ by, key }: Pick<Group, 'by' | 'key'>): string {
  if (key === null) return t(by === 'team' ? 'board.noTeam' : 'board.noUnit');
  return by === 'team' ? key : (directory.value.units.get(key)?.name ?? key);
}
