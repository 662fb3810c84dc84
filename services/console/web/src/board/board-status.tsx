import { directory } from '../directory.ts';
import { timeText, zoneAbbreviation, zoneText } from '../format/time.ts';
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
  const { lostSince, eventsUntil } = live;
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
  const silentMinutes = eventsUntil === null ? 0 : Math.floor((now.value - eventsUntil) / 60_000);
  if (silentMinutes < silentAfterMinutes || isEmpty) return null;
  return <p class="notice warning">{t('board.silent', { n: silentMinutes })}</p>;
}

const lostGraceMs = 3_000;
const silentAfterMinutes = 5;
