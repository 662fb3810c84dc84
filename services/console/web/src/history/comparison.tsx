import type { AdherenceRow } from '../api/types.ts';
import { percentText, pointsText } from '../format/amount.ts';
import { dateRangeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { type DateRange, metrics } from './history-query.ts';

interface ComparisonProps {
  readonly now: AdherenceRow;
  readonly before: AdherenceRow | undefined;
  readonly other: DateRange;
}

/** The ratios of both periods side by side. Differences are in points: ratios of both come from the API. */
export function Comparison({ now, before, other }: ComparisonProps) {
  if (!before) {
    return <p class="notice">{t('history.compareEmpty', { range: dateRangeText(other.from, other.to) })}</p>;
  }
  return (
    <section class="comparison" aria-labelledby="comparison-title">
      <h2 id="comparison-title">{t('history.against', { range: dateRangeText(other.from, other.to) })}</h2>
      <dl>
        {metrics.map((metric) => (
          <div key={metric}>
            <dt>{t(`metric.${metric}`)}</dt>
            <dd>
              <Change now={now[metric]} before={before[metric]} isGoodUp={metric !== 'conformance'} />
              <span class="muted">
                {t('history.change', { before: percentText(before[metric]), now: percentText(now[metric]) })}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface ChangeProps {
  readonly now: number | null;
  readonly before: number | null;
  /** More is better; a conformance above 100 % is not. */
  readonly isGoodUp?: boolean;
}

/** A difference in points with its sign; an arrow says which way too. */
export function Change({ now, before, isGoodUp = true }: ChangeProps) {
  if (now === null || before === null) return <span class="change muted">–</span>;
  const points = pointsText(now - before);
  const direction = /[1-9]/.test(points) ? (now > before ? 'up' : 'down') : 'same';
  return (
    <span class={`change ${direction}${isGoodUp ? ' judged' : ''}`}>
      {direction !== 'same' && (
        <svg viewBox="0 0 10 10" width="9" height="9" aria-hidden="true">
          <path d={direction === 'up' ? 'M1 7.5h8L5 1.5z' : 'M1 2.5h8L5 8.5z'} />
        </svg>
      )}
      {points}
    </span>
  );
}
