import { t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { now } from '../time/clock.ts';
import { addDays, localDateOf } from '../time/zone-axis.ts';

/** The day of the address bar, one back, one on, any other. */
export function DayPicker({ date, timeZone }: { readonly date: string; readonly timeZone: string }) {
  const today = localDateOf(timeZone, now.value);
  const go = (day: string) => setQuery({ date: day });
  return (
    <div class="day-picker">
      <button
        type="button"
        class="icon-button"
        aria-label={t('day.previous')}
        title={t('day.previous')}
        onClick={() => go(addDays(date, -1))}
      >
        <Arrow back />
      </button>
      <label class="compact">
        <span class="visually-hidden">{t('day.date')}</span>
        <input
          type="date"
          value={date}
          required
          onChange={(event) => {
            if (event.currentTarget.value) go(event.currentTarget.value);
          }}
        />
      </label>
      <button
        type="button"
        class="icon-button"
        aria-label={t('day.next')}
        title={t('day.next')}
        onClick={() => go(addDays(date, 1))}
      >
        <Arrow />
      </button>
      <button type="button" disabled={date === today} onClick={() => setQuery({ date: null })}>
        {t('day.today')}
      </button>
    </div>
  );
}

function Arrow({ back = false }: { readonly back?: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" class="stroke">
      <path d={back ? 'M10 3L5 8l5 5' : 'M6 3l5 5-5 5'} />
    </svg>
  );
}
