import { weekdays } from '@adherence/domain/configuration/entities.ts';
import { locale } from '../../i18n/translate.ts';

/** `monday` in the language in force. */
export function weekdayName(day: string): string {
  const index = (weekdays as readonly string[]).indexOf(day);
  if (index < 0) return day;
  // The 5th of January 2026 is a Monday.
  return new Intl.DateTimeFormat(locale.value, { weekday: 'short', timeZone: 'UTC' }).format(
    Date.UTC(2026, 0, 5 + index),
  );
}
