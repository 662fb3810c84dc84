import type { Instant, Interval } from '@adherence/domain/model.ts';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import type { AdherenceRow } from '../api/types.ts';
import { useCursor } from '../components/use-cursor.ts';
import { useWidth } from '../components/use-width.ts';
import { numberText, percentText, undefinedText } from '../format/amount.ts';
import { timeText } from '../format/time.ts';
import { locale, t } from '../i18n/translate.ts';
import { coloursVersion } from '../theme.ts';
import { now } from '../time/clock.ts';
import { chartColours } from './chart-colours.ts';
import { type CurveData, curveData } from './curve-data.ts';
import { drawAdherence, drawHeads } from './draw.ts';

interface DayCurveProps {
  readonly rows: readonly AdherenceRow[];
  readonly day: Interval;
  readonly timeZone: string;
  readonly target: number | null;
  /** Up to when the rows are computed. */
  readonly asOf: Instant;
}

/** Adherence by interval against the target, above the people who were scheduled and who worked. */
export function DayCurve({ rows, day, timeZone, target, asOf }: DayCurveProps) {
  const { ref: box, width } = useWidth<HTMLDivElement>(900);
  const above = useRef<HTMLDivElement>(null);
  const below = useRef<HTMLDivElement>(null);
  const plots = useRef<readonly uPlot[]>([]);
  const data = useMemo(() => curveData(rows, target, asOf), [rows, target, asOf]);
  const cursor = useCursor(data.rows.length, indexAt(data, now.peek()), (index, by) => index + by * 4);
  const latest = useRef(cursor);
  latest.current = cursor;
  const colours = coloursVersion.value;
  const language = locale.value;

  useEffect(() => {
    const options = {
      width,
      day,
      timeZone,
      target,
      colours: chartColours(),
      onPoint: (index: number) => latest.current.move(index),
    };
    const made = [drawAdherence(above.current!, data, options), drawHeads(below.current!, data, options)];
    plots.current = made;
    point(made, data, latest.current.index);
    return () => {
      for (const plot of made) plot.destroy();
      plots.current = [];
    };
  }, [data, width, day.from, day.to, timeZone, target, colours, language]);

  useEffect(() => point(plots.current, data, cursor.index), [cursor.index, data]);

  const readout = readoutOf(data, cursor.index, timeZone);
  return (
    <figure class="curve">
      <figcaption class="curve-head">
        <h2>{t('teamDay.curve')}</h2>
        <ul class="legend" aria-hidden="true">
          <li class="key-line">{t('metric.adherence')}</li>
          {target !== null && (
            <li class="key-target">{`${t('teamDay.target')} ${percentText(target, 0)}`}</li>
          )}
          <li class="key-scheduled">{t('teamDay.scheduledHeads')}</li>
          <li class="key-worked">{t('teamDay.workedHeads')}</li>
        </ul>
      </figcaption>
      <p class="curve-readout" aria-hidden="true">
        {readout}
      </p>
      <div
        ref={box}
        class="curve-plots"
        role="slider"
        tabIndex={0}
        aria-label={t('teamDay.curve')}
        aria-describedby="curve-help"
        aria-valuemin={1}
        aria-valuemax={data.rows.length}
        aria-valuenow={cursor.index + 1}
        aria-valuetext={readout}
        onKeyDown={cursor.onKeyDown}
      >
        <div ref={above} />
        <h3 class="curve-sub">{t('teamDay.heads')}</h3>
        <div ref={below} />
      </div>
      <p id="curve-help" class="hint">
        {t('teamDay.curveHelp')}
      </p>
    </figure>
  );
}

/** Shows the cursor of the charts where ours is. */
function point(plots: readonly uPlot[], { x }: CurveData, index: number): void {
  const at = x[index];
  if (at === undefined) return;
  for (const plot of plots) plot.setCursor({ left: plot.valToPos(at, 'x'), top: 10 }, false);
}

function indexAt({ x }: CurveData, at: number): number {
  const after = x.findIndex((seconds) => seconds * 1000 > at);
  return after === -1 ? x.length - 1 : Math.max(0, after - 1);
}

function readoutOf(
  { rows, scheduledHeads, workedHeads }: CurveData,
  index: number,
  timeZone: string,
): string {
  const row = rows[index];
  if (!row) return undefinedText;
  return t('teamDay.readout', {
    from: timeText(Date.parse(row.from), timeZone),
    to: timeText(Date.parse(row.to), timeZone),
    adherence: percentText(row.adherence),
    scheduled: numberText(scheduledHeads[index] ?? 0, 1),
    worked: numberText(workedHeads[index] ?? 0, 1),
    coverage: percentText(row.coverage),
  });
}
