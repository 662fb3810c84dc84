import { useEffect, useMemo, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { Choice } from '../components/choice.tsx';
import { useCursor } from '../components/use-cursor.ts';
import { useWidth } from '../components/use-width.ts';
import { amountText, percentText, undefinedText } from '../format/amount.ts';
import { dateRangeText, monthText, weekdayDateText } from '../format/time.ts';
import { locale, t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { chartColours } from '../team-day/chart-colours.ts';
import { coloursVersion } from '../theme.ts';
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
  const { ref: box, width } = useWidth<HTMLDivElement>(900);
  const above = useRef<HTMLDivElement>(null);
  const below = useRef<HTMLDivElement>(null);
  const plots = useRef<readonly uPlot[]>([]);
  const data = useMemo(() => {
    const before = overview.before && other ? { rows: overview.before.trend.items, range: other } : null;
    return trendData(overview.trend.items, range, period, timeZone, target, before);
  }, [overview, range, other, period, timeZone, target]);
  const lastFilled = data.points.findLastIndex(({ row }) => row !== null);
  const cursor = useCursor(data.points.length, Math.max(0, lastFilled), (index, by) => index + by * 7);
  const latest = useRef(cursor);
  latest.current = cursor;
  const colours = coloursVersion.value;
  const language = locale.value;

  useEffect(() => {
    const options = {
      width,
      period,
      target,
      colours: chartColours(),
      onPoint: (index: number) => latest.current.move(index),
    };
    const made = [drawTrend(above.current!, data, options), drawTrendTime(below.current!, data, options)];
    plots.current = made;
    point(made, latest.current.index);
    return () => {
      for (const plot of made) plot.destroy();
      plots.current = [];
    };
  }, [data, width, period, target, colours, language]);
  useEffect(() => point(plots.current, cursor.index), [cursor.index, data]);

  const readout = readoutOf(data, cursor.index, period);
  return (
    <figure class="curve">
      <figcaption class="curve-head">
        <h2>{t('history.trend')}</h2>
        <Choice<Period>
          label={t('history.period')}
          name="history-period"
          value={period}
          options={periods.map((value) => ({ value, text: t(`history.period.${value}`) }))}
          onChoose={(value) => setQuery({ period: value })}
        />
      </figcaption>
      <ul class="legend" aria-hidden="true">
        <li class="key-line">{t('metric.adherence')}</li>
        {other && <li class="key-before">{t('history.compared')}</li>}
        {target !== null && <li class="key-target">{`${t('teamDay.target')} ${percentText(target, 0)}`}</li>}
        <li class="key-scheduled">{t('metric.scheduled')}</li>
        <li class="key-worked">{t('metric.worked')}</li>
        <li class="key-hollow">{t('day.provisional')}</li>
      </ul>
      <p class="curve-readout" aria-hidden="true">
        {readout}
      </p>
      <div
        ref={box}
        class="curve-plots"
        role="slider"
        tabIndex={0}
        aria-label={t('history.trend')}
        aria-describedby="trend-help"
        aria-valuemin={1}
        aria-valuemax={data.points.length}
        aria-valuenow={cursor.index + 1}
        aria-valuetext={readout}
        onKeyDown={cursor.onKeyDown}
      >
        <div ref={above} />
        <h3 class="curve-sub">{t('history.time')}</h3>
        <div ref={below} />
      </div>
      <p id="trend-help" class="hint">
        {t('history.trendHelp')}
      </p>
    </figure>
  );
}

function point(plots: readonly uPlot[], index: number): void {
  if (index < 0) return;
  for (const plot of plots) plot.setCursor({ left: plot.valToPos(index, 'x'), top: 10 }, false);
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
