/** Explanations of the API as sentences, in the order in which one would tell them. Pure but for the language. */
import type { Instant, Interval } from '@adherence/domain/model.ts';
import type { ExplainedTimeline, Explanation, Notification } from '../api/explanation.ts';
import { activityName } from '../components/activity-name.tsx';
import { amountText } from '../format/amount.ts';
import { dateTimeText, timeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import type { DayRow } from './day-rows.ts';

/** The parts of the explained timeline that lie in a row, joined where they say the same of it. */
export function explanationsOf({ segments }: ExplainedTimeline, { from, to }: Interval): Explanation[] {
  return segments
    .filter((segment) => Date.parse(segment.from) < to && Date.parse(segment.to) > from)
    .flatMap(({ why = [] }) => why)
    .filter((part) => Date.parse(part.from) < to && Date.parse(part.to) > from);
}

export function sentencesOf(why: Explanation, row: DayRow, timeZone: string): string[] {
  const time = (text: string) => timeText(Date.parse(text), timeZone, true);
  return [
    causeOf(why, timeZone),
    mappingOf(why, row),
    why.schedule
      ? t('why.schedule', {
          activity: row.scheduledActivityId === null ? '' : activityName(row.scheduledActivityId),
          date: why.schedule.shiftDate,
          by: why.schedule.writtenByName ?? why.schedule.writtenBy,
          at: dateTimeText(Date.parse(why.schedule.writtenAt), timeZone),
        })
      : row.scheduledActivityId === null && t('why.noSchedule'),
    matchOf(why),
    ...why.exceptions.map(({ reason, from, to, writtenBy, writtenByName }) =>
      t('why.exception', { reason, from: time(from), to: time(to), by: writtenByName ?? writtenBy }),
    ),
    graceOf(why, time),
    why.closedPeriodId !== null && t('why.closed', { id: why.closedPeriodId }),
    row.countedAs !== null && t(`why.counted.${row.countedAs}`),
    row.countedAs === null && t('why.counted.none'),
  ].filter((sentence) => typeof sentence === 'string');
}

function causeOf(why: Explanation, timeZone: string): string {
  const { cause, notification, latest, repeats, missingLogout, feedGaps, externalUser } = why;
  const time = (text: string) => timeText(Date.parse(text), timeZone, true);
  switch (cause) {
    case 'notification': {
      if (!notification) return t('why.noNotification');
      const said = t('why.notification', {
        status: statusOf(notification),
        at: time(notification.occurredAt),
        received: time(notification.receivedAt),
        user: externalUser?.externalUserId ?? '',
        integration: externalUser?.integrationId ?? '',
      });
      return latest && repeats > 0
        ? `${said} ${t('why.repeats', { n: repeats, at: time(latest.occurredAt) })}`
        : said;
    }
    case 'missingLogout':
      return missingLogout
        ? t(`why.missingLogout.${missingLogout.limit}`, {
            at: time(missingLogout.endedAt),
            limit: amountText(
              1000 *
                (missingLogout.limit === 'afterShiftEnd'
                  ? missingLogout.afterShiftEndSeconds
                  : missingLogout.maxStatusSeconds),
            ),
          })
        : t('why.noNotification');
    case 'feedGap':
      return feedGaps
        .map(({ integrationId, from, to }) =>
          t('why.feedGap', { name: integrationId, from: time(from), to: time(to) }),
        )
        .join(' ');
    case 'noExternalUser':
      return t('why.noExternalUser');
    case 'noNotification':
      return t('why.noNotification');
  }
}

export function statusOf({
  eventType,
  status,
  breakType,
}: Pick<Notification, 'eventType' | 'status' | 'breakType'>): string {
  if (status === null) return eventType;
  return breakType === null ? status : `${status} / ${breakType}`;
}

function mappingOf({ mapping }: Explanation, row: DayRow): string | false {
  const activity = row.actual?.activityId;
  if (!mapping || !activity) return false;
  return t(`why.mapping.${mapping.rule}`, { activity: activityName(activity) });
}

function matchOf({ match }: Explanation): string | false {
  if (!match) return false;
  if (match.by !== 'rule') return t(`why.match.${match.by}`);
  return t('why.match.rule', { actual: match.rule?.actual ?? '', scheduled: match.rule?.scheduled ?? '' });
}

function graceOf({ grace }: Explanation, time: (text: string) => string): string | false {
  if (!grace) return false;
  const length = Date.parse(grace.bufferEndsAt) - Date.parse(grace.episodeFrom);
  if (length === 0) return t('why.noBuffer', { from: time(grace.episodeFrom) });
  return t('why.grace', {
    from: time(grace.episodeFrom),
    ends: time(grace.bufferEndsAt),
    inside: t(`person.counted.${grace.inBufferCountsAs ?? 'none'}`).toLowerCase(),
    after: t(`person.counted.${grace.afterBufferCountsAs ?? 'none'}`).toLowerCase(),
  });
}

/** A range that the API explains: it takes 31 days at most, and a day is shorter. */
export const rangeText = ({ from, to }: { readonly from: Instant; readonly to: Instant }) => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
});
