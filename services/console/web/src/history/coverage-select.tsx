import { percentText } from '../format/amount.ts';
import { t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { coverageLimits, defaultMinCoverage } from './history-query.ts';

/** From which share of data on somebody is judged. */
export function CoverageSelect({ minCoverage }: { readonly minCoverage: number }) {
  return (
    <label>
      <span>{t('history.minCoverage')}</span>
      <select
        value={String(minCoverage)}
        onChange={(event) => {
          const { value } = event.currentTarget;
          setQuery({ coverage: Number(value) === defaultMinCoverage ? null : value });
        }}
      >
        {coverageLimits.map((limit) => (
          <option key={limit} value={String(limit)}>
            {limit === 0 ? t('history.anyCoverage') : percentText(limit / 100, 0)}
          </option>
        ))}
      </select>
    </label>
  );
}
