import type { Interval } from '@adherence/domain/model.ts';
import { dateTimeText, timeText, zoneAbbreviation, zoneText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { clockChangeIn } from '../time/zone-axis.ts';

interface DayNotesProps {
  readonly timeZone: string;
  readonly day: Interval;
  /** ISO 8601; null while nothing is loaded. */
  readonly asOf: string | null;
  readonly isFinal: boolean | undefined;
}

/** In which zone the times are, how far the day is computed, whether it can still change, and an odd length. */
export function DayNotes({ timeZone, day, asOf, isFinal }: DayNotesProps) {
  const change = clockChangeIn(timeZone, day);
  const hours = String((day.to - day.from) / 3_600_000);
  return (
    <ul class="notes">
      <li>{t('day.timesIn', { zone: zoneText(timeZone, day.from) })}</li>
      {change && (
        <li>
          {t(change.forwardMs > 0 ? 'day.short' : 'day.long', {
            hours,
            time: `${timeText(change.wallClock, 'UTC')} ${zoneAbbreviation(timeZone, change.at - 1)}`,
          })}
        </li>
      )}
      {asOf !== null && <li>{t('day.until', { time: dateTimeText(Date.parse(asOf), timeZone) })}</li>}
      {isFinal !== undefined && (
        <li title={isFinal ? undefined : t('day.provisionalHelp')}>
          <span class={isFinal ? 'tag' : 'tag dashed'}>{t(isFinal ? 'day.final' : 'day.provisional')}</span>
        </li>
      )}
    </ul>
  );
}
