import { t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { type HistoryQuery, metrics } from './history-query.ts';

/** Which ratio of a person is shown. */
export function MetricSelect({ metric }: Pick<HistoryQuery, 'metric'>) {
  return (
    <label>
      <span>{t('heat.metric')}</span>
      <select
        value={metric}
        onChange={(event) =>
          setQuery({
            metric: event.currentTarget.value === 'adherence' ? null : event.currentTarget.value,
          })
        }
      >
        {metrics.map((each) => (
          <option key={each} value={each}>
            {t(`metric.${each}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
