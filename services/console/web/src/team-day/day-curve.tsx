import type { Instant, Interval } from '@adherence/domain/model.ts';
import { useMemo } from 'preact/hooks';
import type { AdherenceRow } from '../api/types.ts';
import { CurveFigure } from '../components/curve-figure.tsx';
import { useCursor } from '../components/use-cursor.ts';
import { numberText, percentText, undefinedText } from '../format/amount.ts';
import { timeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
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
  const data = useMemo(() => curveData(rows, target, asOf), [rows, target, asOf]);
  const cursor = useCursor(data.rows.length, indexAt(data, now.peek()), (index, by) => index + by * 4);
  return (
    <CurveFigure
      title={t('teamDay.curve')}
      belowTitle={t('teamDay.heads')}
      help={t('teamDay.curveHelp')}
      readout={readoutOf(data, cursor.index, timeZone)}
      cursor={cursor}
      count={data.rows.length}
      legend={
        <>
          <li class="key-line">{t('metric.adherence')}</li>
          {target !== null && (
            <li class="key-target">{`${t('teamDay.target')} ${percentText(target, 0)}`}</li>
          )}
          <li class="key-scheduled">{t('teamDay.scheduledHeads')}</li>
          <li class="key-worked">{t('teamDay.workedHeads')}</li>
        </>
      }
      drawnFrom={[data, day.from, day.to, timeZone, target]}
      draw={(above, below, figure) => {
        const options = { ...figure, day, timeZone, target, colours: chartColours() };
        return [drawAdherence(above, data, options), drawHeads(below, data, options)];
      }}
      placeOf={(index) => data.x[index]}
    />
  );
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
