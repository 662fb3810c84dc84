import { t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { type DateRange, presetOf, presetRange, presets } from './history-query.ts';

/** Ranges by name, and any other by its two dates. */
export function RangePicker({ range, today }: { readonly range: DateRange; readonly today: string }) {
  const preset = presetOf(range, today);
  const go = ({ from, to }: DateRange) => setQuery({ from, to });
  return (
    <div class="range-picker">
      <label>
        <span>{t('history.range')}</span>
        <select
          value={preset ?? 'custom'}
          onChange={(event) => {
            const chosen = presets.find((each) => each === event.currentTarget.value);
            if (chosen) go(presetRange(chosen, today));
          }}
        >
          {presets.map((each) => (
            <option key={each} value={each}>
              {t(`history.range.${each}`)}
            </option>
          ))}
          <option value="custom" disabled={preset !== null}>
            {t('history.range.custom')}
          </option>
        </select>
      </label>
      <label>
        <span>{t('history.from')}</span>
        <input
          type="date"
          value={range.from}
          max={range.to}
          required
          onChange={(event) => {
            const { value } = event.currentTarget;
            if (value) go({ from: value, to: range.to });
          }}
        />
      </label>
      <label>
        <span>{t('history.to')}</span>
        <input
          type="date"
          value={range.to}
          min={range.from}
          required
          onChange={(event) => {
            const { value } = event.currentTarget;
            if (value) go({ from: range.from, to: value });
          }}
        />
      </label>
    </div>
  );
}
