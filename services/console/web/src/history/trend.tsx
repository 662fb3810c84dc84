import { useMemo } from 'preact/hooks';
import { Choice } from '../components/choice.tsx';
import { CurveFigure } from '../components/curve-figure.tsx';
import { useCursor } from '../components/use-cursor.ts';
import { amountText, percentText, undefinedText } from '../format/amount.ts';
import { dateRangeText, monthText, weekdayDateText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { chartColours } from '../team-day/chart-colours.ts';
import { addDays } from '../time/zone-axis.ts';
import { drawTrend, drawTrendTime } from './draw-trend.ts';
import { type HistoryQuery, type Period, periods } from './history-query.ts';
import type { Overview } from './load-history.ts';
import { type TrendData, trendData } from './trend-data.ts';

interface TrendProps {
  readonly data: Overview;
  readonly query: HistoryQuery;
  readonly timeZone: string;
  readonly target: number | null;
}

/** Adherence by day, week or month against the target, and against another period. */
export function Trend({ data: overview, query, timeZone, target }: TrendProps) {
  const { range, other, period } = query;
  const data = useMemo(() => {
    const before = overview.before && other ? { rows: overview.before.trend.items, range: other } : null;
    return trendData(overview.trend.items, range, period, timeZone, target, before);
  }, [overview, range, other, period, timeZone, target]);
  const lastFilled = data.points.findLastIndex(({ row }) => row !== null);
  const cursor = useCursor(data.points.length, Math.max(0, lastFilled), (index, by) => index + by * 7);
  return (
    <CurveFigure
      title={t('history.trend')}
      belowTitle={t('history.time')}
      help={t('history.trendHelp')}
      readout={readoutOf(data, cursor.index, period)}
      cursor={cursor}
      count={data.points.length}
      choice={
        <Choice<Period>
          label={t('history.period')}
          name="history-period"
          value={period}
          options={periods.map((value) => ({ value, text: t(`history.period.${value}`) }))}
          onChoose={(value) => setQuery({ period: value })}
        />
      }
      legend={
        <>
          <li class="key-line">{t('metric.adherence')}</li>
          {other && <li class="key-before">{t('history.compared')}</li>}
          {target !== null && (
            <li class="key-target">{`${t('teamDay.target')} ${percentText(target, 0)}`}</li>
          )}
          <li class="key-scheduled">{t('metric.scheduled')}</li>
          <li class="key-worked">{t('metric.worked')}</li>
          <li class="key-hollow">{t('day.provisional')}</li>
        </>
      }
      drawnFrom={[data, period, target]}
      draw={(above, below, figure) => {
        const options = { ...figure, period, target, colours: chartColours() };
        return [drawTrend(above, data, options), drawTrendTime(below, data, options)];
      }}
      placeOf={(index) => (index < 0 ? undefined : index)}
    />
  );
}

/** A period's name: the day, the week's two ends, the month. */
export function periodText(date: string, period: Period): string {
  if (period === 'day') return weekdayDateText(date);
  return period === 'week' ? dateRangeText(date, addDays(date, 6)) : monthText(date);
}

function readoutOf({ points }: TrendData, index: number, period: Period): string {
  const shown = points[index];
  if (!shown) return undefinedText;
  const { date, row, beforeDate, before } = shown;
  const name = periodText(date, period);
  const said = row
    ? t('history.readout', {
        period: name,
        adherence: percentText(row.adherence),
        scheduled: amountText(row.scheduledMs),
        worked: amountText(row.workedMs),
        coverage: percentText(row.coverage),
      })
    : t('history.readoutEmpty', { period: name });
  const status = row && !row.final ? ` · ${t('day.provisional').toLowerCase()}` : '';
  if (!before || beforeDate === null) return said + status;
  const compared = t('history.readoutBefore', {
    period: periodText(beforeDate, period),
    adherence: percentText(before.adherence),
  });
  return `${said}${status} · ${compared}`;
}
