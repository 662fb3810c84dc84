import { directory } from '../directory.ts';
import { dateTimeText, timeText, zoneAbbreviation, zoneText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { now } from '../time/clock.ts';
import type { LiveBoard } from './use-live.ts';

/** How fresh the board is, always in sight. */
export function BoardStatus({ live }: { readonly live: LiveBoard }) {
  const { eventsUntil, connection } = live;
  const zone = directory.value.tenantTimeZone;
  return (
    <div class="board-status">
      <span class="freshness">{t('board.timesIn', { zone: zoneText(zone, now.value) })}</span>
      <span class="freshness">
        {eventsUntil === null
          ? live.items && t('board.noEvents')
          : t('board.eventsTo', {
              time: `${timeText(eventsUntil, zone, true)} ${zoneAbbreviation(zone, eventsUntil)}`,
            })}
      </span>
      <span class={`connection ${connection}`} role="status">
        <span class="pulse" aria-hidden="true" />
        {t(`board.${connection}`)}
      </span>
    </div>
  );
}

/** Says when what is shown may not be the present. */
export function StaleBanner({ live, isEmpty }: { readonly live: LiveBoard; readonly isEmpty: boolean }) {
  const { lostSince, eventsUntil, silentFeeds } = live;
  const { tenantTimeZone } = directory.value;
  if (lostSince !== null) {
    // A cut that mends itself within moments is worth no alarm.
    if (now.value - lostSince < lostGraceMs || live.items === null) return null;
    return (
      <p class="notice warning" role="alert">
        {t('board.lost', { time: timeText(lostSince, tenantTimeZone, true) })}
      </p>
    );
  }
  const isBehind = eventsUntil !== null && now.value - eventsUntil > behindAfterMs && !isEmpty;
  return (
    <>
      {isBehind && (
        <p class="notice warning" role="alert">
          {t('board.behind', { time: timeText(eventsUntil, tenantTimeZone, true) })}
        </p>
      )}
      {silentFeeds.map(({ integrationId, name, since }) => (
        <p class="notice warning" role="alert" key={integrationId}>
          {t('board.silentFeed', { name, time: dateTimeText(Date.parse(since), tenantTimeZone) })}
        </p>
      ))}
    </>
  );
}

const lostGraceMs = 3_000;
/** Events are on the board within seconds; a minute is no hiccup any more. */
const behindAfterMs = 60_000;
