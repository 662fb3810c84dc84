import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ClosedPeriod } from '../api/types.ts';
import { useWidth } from '../components/use-width.ts';
import { amountText, percentText } from '../format/amount.ts';
import { dateText } from '../format/time.ts';
import { locale, t } from '../i18n/translate.ts';
import { personDayHref } from '../person/person-day-href.ts';
import { navigate } from '../router.ts';
import { coloursVersion } from '../theme.ts';
import { drawHeatMap, headHeight, heatColours, layoutOf, rowHeight } from './draw-heat-map.ts';
import { cellOf, type HeatData, ratioOf, statusOf } from './heat-data.ts';
import { HeatDaysTable } from './heat-days-table.tsx';
import type { Metric } from './history-query.ts';

interface HeatMapProps {
  readonly data: HeatData;
  readonly metric: Metric;
  readonly target: number;
  readonly minCoverage: number;
  readonly closed: readonly ClosedPeriod[];
}

interface At {
  readonly row: number;
  readonly day: number;
}

/** People by day. One cursor for mouse and keys; what is under it is written above, and read out. */
export function HeatMap({ data, metric, target, minCoverage, closed }: HeatMapProps) {
  const { ref: frame, width } = useWidth<HTMLDivElement>(900);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [cursor, setCursor] = useState<At | null>(null);
  const [focused, setFocused] = useState(false);
  const [scroll, setScroll] = useState({ left: 0, top: 0 });
  const colourRound = coloursVersion.value;
  const language = locale.value;
  const rows = data.rows.length;
  const days = data.dates.length;
  const height = Math.min(headHeight + rows * rowHeight + 2, Math.max(320, innerHeight * 0.72));
  const layout = useMemo(() => layoutOf(width, height, days), [width, height, days]);
  const colours = useMemo(heatColours, [colourRound]);
  const shown = cursor && cursor.row < rows && cursor.day < days ? cursor : null;

  useEffect(() => {
    const view = {
      metric,
      target,
      minCoverage,
      closed,
      scrollLeft: scroll.left,
      scrollTop: scroll.top,
      cursor: shown,
    };
    drawHeatMap(canvas.current!, data, layout, view, colours);
  }, [data, layout, colours, language, metric, target, minCoverage, closed, scroll, shown]);

  const at = (event: MouseEvent): At | null => {
    const box = canvas.current!.getBoundingClientRect();
    const x = event.clientX - box.left - layout.nameWidth + scroll.left;
    const y = event.clientY - box.top - layout.headHeight + scroll.top;
    if (event.clientY - box.top < layout.headHeight || y < 0) return null;
    const day = Math.floor(x / layout.cellWidth);
    const row = Math.floor(y / layout.rowHeight);
    return row < rows && day >= 0 && day < days ? { row, day } : null;
  };
  const open = ({ row, day }: At) => navigate(personDayHref(data.rows[row]!.personId, data.dates[day]!));
  const move = (to: At) => {
    setCursor(to);
    reveal(frame.current!, layout, to);
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const from = shown ?? { row: 0, day: days - 1 };
    if (event.key === 'Enter' && shown) {
      event.preventDefault();
      open(shown);
      return;
    }
    const to = targetOf(event.key, from, rows, days);
    if (!to) return;
    event.preventDefault();
    move(shown ? to : from);
  };
  const readout = shown ? readoutOf(data, shown, metric, closed) : t('heat.none');

  return (
    <div class="heat">
      <p class="heat-readout" role="status" aria-live={focused ? 'polite' : 'off'}>
        {readout}
      </p>
      <div
        ref={frame}
        class="heat-frame"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keys, so it takes the focus
        tabIndex={0}
        aria-label={t('heat.label')}
        aria-describedby="heat-help"
        style={{ height: `${height}px` }}
        onKeyDown={onKeyDown}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onScroll={({ currentTarget }) =>
          setScroll({ left: currentTarget.scrollLeft, top: currentTarget.scrollTop })
        }
        onPointerMove={(event) => setCursor(at(event) ?? shown)}
        onClick={(event) => {
          const place = at(event);
          if (place) open(place);
        }}
      >
        <div
          class="heat-space"
          style={{
            width: `${Math.floor(layout.nameWidth + days * layout.cellWidth)}px`,
            height: `${headHeight + rows * rowHeight}px`,
          }}
        >
          <canvas ref={canvas} style={{ width: `${layout.width}px`, height: `${layout.height}px` }} />
        </div>
      </div>
      <p id="heat-help" class="hint">
        {t('heat.help')}
      </p>
      <HeatDaysTable data={data} row={data.rows[shown?.row ?? 0]!} closed={closed} />
    </div>
  );
}

function targetOf(key: string, { row, day }: At, rows: number, days: number): At | null {
  const within = (to: At): At => ({
    row: Math.max(0, Math.min(rows - 1, to.row)),
    day: Math.max(0, Math.min(days - 1, to.day)),
  });
  switch (key) {
    case 'ArrowLeft':
      return within({ row, day: day - 1 });
    case 'ArrowRight':
      return within({ row, day: day + 1 });
    case 'ArrowUp':
      return within({ row: row - 1, day });
    case 'ArrowDown':
      return within({ row: row + 1, day });
    case 'PageUp':
      return within({ row: row - 10, day });
    case 'PageDown':
      return within({ row: row + 10, day });
    case 'Home':
      return within({ row, day: 0 });
    case 'End':
      return within({ row, day: days - 1 });
    default:
      return null;
  }
}

/** Scrolls as little as is needed to see the cell. */
function reveal(frame: HTMLElement, layout: ReturnType<typeof layoutOf>, { row, day }: At): void {
  const top = row * layout.rowHeight;
  const left = day * layout.cellWidth;
  const seen = {
    height: frame.clientHeight - layout.headHeight,
    width: frame.clientWidth - layout.nameWidth,
  };
  if (top < frame.scrollTop) frame.scrollTop = top;
  if (top + layout.rowHeight > frame.scrollTop + seen.height) {
    frame.scrollTop = top + layout.rowHeight - seen.height;
  }
  if (left < frame.scrollLeft) frame.scrollLeft = left;
  if (left + layout.cellWidth > frame.scrollLeft + seen.width) {
    frame.scrollLeft = left + layout.cellWidth - seen.width;
  }
}

function readoutOf(
  data: HeatData,
  { row, day }: At,
  metric: Metric,
  closed: readonly ClosedPeriod[],
): string {
  const person = data.rows[row]!;
  const date = data.dates[day]!;
  const cell = cellOf(person, day);
  const head = { name: person.name, date: dateText(date) };
  if (!cell) return t('heat.readoutEmpty', head);
  const { scheduledMs, inMs, noDataMs } = cell;
  return t('heat.readout', {
    ...head,
    metric: t(`metric.${metric}`),
    value: percentText(ratioOf(cell, metric)),
    coverage: percentText(ratioOf(cell, 'coverage')),
    scheduled: amountText(scheduledMs),
    inside: amountText(inMs),
    out: amountText(scheduledMs - inMs - noDataMs),
    status: t(`history.status.${statusOf(person, date, closed)}`).toLowerCase(),
  });
}
