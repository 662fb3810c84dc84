import { t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { comparisons, type HistoryQuery } from './history-query.ts';

/** With which other period the range is compared. */
export function ComparePicker({ query: { comparison, other } }: { readonly query: HistoryQuery }) {
  return (
    <div class="range-picker">
      <label>
        <span>{t('history.compare')}</span>
        <select
          value={comparison}
          onChange={(event) => {
            const { value } = event.currentTarget;
            const dates = value === 'custom' && other ? { vsFrom: other.from, vsTo: other.to } : {};
            setQuery({ vs: value === 'none' ? null : value, vsFrom: null, vsTo: null, ...dates });
          }}
        >
          {comparisons.map((each) => (
            <option key={each} value={each}>
              {t(`history.compare.${each}`)}
            </option>
          ))}
        </select>
      </label>
      {comparison === 'custom' && other && (
        <>
          <label>
            <span>{t('history.compareFrom')}</span>
            <input
              type="date"
              value={other.from}
              required
              onChange={(event) => {
                if (event.currentTarget.value)
                  setQuery({ vsFrom: event.currentTarget.value, vsTo: other.to });
              }}
            />
          </label>
          <label>
            <span>{t('history.compareTo')}</span>
            <input
              type="date"
              value={other.to}
              required
              onChange={(event) => {
                if (event.currentTarget.value)
                  setQuery({ vsFrom: other.from, vsTo: event.currentTarget.value });
              }}
            />
          </label>
        </>
      )}
    </div>
  );
}
