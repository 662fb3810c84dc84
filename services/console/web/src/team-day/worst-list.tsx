import type { AdherenceRow } from '../api/types.ts';
import { AgainstTarget } from '../components/against-target.tsx';
import { amountText } from '../format/amount.ts';
import { timeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { outMsOf, worstIntervals } from './worst-intervals.ts';

interface WorstListProps {
  readonly rows: readonly AdherenceRow[];
  readonly timeZone: string;
  readonly target: number | null;
  /** Start of the interval whose people are shown. */
  readonly chosen: string | null;
}

const shownIntervals = 6;

/** The intervals that cost most; choosing one shows its people. */
export function WorstList({ rows, timeZone, target, chosen }: WorstListProps) {
  const worst = worstIntervals(rows, shownIntervals);
  const most = worst[0] ? outMsOf(worst[0]) : 1;
  return (
    <section class="section worst" aria-labelledby="worst-title">
      <h2 id="worst-title">{t('teamDay.worst')}</h2>
      <p class="hint">{t('teamDay.worstHelp')}</p>
      {worst.length === 0 ? (
        <p class="notice good">{t('teamDay.worstNone')}</p>
      ) : (
        <ol>
          {worst.map((row) => (
            <li key={row.from}>
              <button
                type="button"
                aria-pressed={chosen === row.from}
                onClick={() => setQuery({ at: chosen === row.from ? null : row.from })}
              >
                <span class="worst-time">
                  {t('teamDay.span', {
                    from: timeText(Date.parse(row.from), timeZone),
                    to: timeText(Date.parse(row.to), timeZone),
                  })}
                </span>
                <AgainstTarget ratio={row.adherence} target={target} />
                <svg width="100%" height="8" aria-hidden="true">
                  <rect width={`${(100 * row.notPresentMs) / most}%`} height="8" class="out-away" />
                  <rect
                    x={`${(100 * row.notPresentMs) / most}%`}
                    width={`${(100 * row.wrongActivityMs) / most}%`}
                    height="8"
                    class="out-wrong"
                  />
                </svg>
                <span class="worst-out">{t('teamDay.outFor', { time: amountText(outMsOf(row)) })}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
