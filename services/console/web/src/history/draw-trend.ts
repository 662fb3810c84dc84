/** The two charts of a trend, drawn by uPlot on one axis of periods. */
import uPlot from 'uplot';
import { numberText, percentText } from '../format/amount.ts';
import { monthText, shortDateText } from '../format/time.ts';
import type { ChartColours } from '../team-day/chart-colours.ts';
import { drawTarget } from '../team-day/draw-target.ts';
import type { Period } from './history-query.ts';
import type { TrendData } from './trend-data.ts';

export interface DrawTrendOptions {
  readonly width: number;
  readonly period: Period;
  readonly target: number | null;
  readonly colours: ChartColours;
  /** Told of the period under the mouse. */
  readonly onPoint: (index: number) => void;
}

export function drawTrend(element: HTMLElement, data: TrendData, options: DrawTrendOptions): uPlot {
  const { colours } = options;
  const { points } = data;
  return new uPlot(
    {
      ...frame(options, 220),
      scales: { x: xScale(data), y: { range: () => [data.floor, 1.005] } },
      axes: [xAxis(data, options, false), yAxis(options, (value) => percentText(value, 0))],
      series: [
        {},
        { stroke: colours.text, width: 1.6, dash: [7, 5], spanGaps: true, points: { show: false } },
        // A day off has no adherence, and is no break in the line.
        { stroke: colours.line, width: 2, spanGaps: true, points: { show: false } },
      ],
      hooks: {
        drawAxes: [(plot) => drawTarget(plot, options)],
        draw: [(plot) => drawPoints(plot, data, options)],
        setCursor: [(plot) => tellPoint(plot, options)],
      },
    },
    [
      points.map((_, i) => i),
      points.map(({ before }) => before?.adherence ?? null),
      points.map(({ row }) => row?.adherence ?? null),
    ],
    element,
  );
}

export function drawTrendTime(element: HTMLElement, data: TrendData, options: DrawTrendOptions): uPlot {
  const { colours } = options;
  const bars = uPlot.paths.bars!;
  const hours = (ms: number | undefined) => (ms === undefined ? null : ms / 3_600_000);
  const bar = (fill: string, size: number) => ({
    paths: bars({ size: [size, size * 46] }),
    fill,
    stroke: fill,
    width: 0,
    points: { show: false },
  });
  return new uPlot(
    {
      ...frame(options, 130),
      scales: {
        x: xScale(data),
        y: { range: (_plot, _min, max) => [0, Math.max(1, max ?? 1) * 1.08] },
      },
      axes: [xAxis(data, options, true), yAxis(options, (value) => `${numberText(value)} h`)],
      series: [{}, bar(colours.scheduled, 0.86), bar(colours.worked, 0.45)],
      hooks: { setCursor: [(plot) => tellPoint(plot, options)] },
    },
    [
      data.points.map((_, i) => i),
      data.points.map(({ row }) => hours(row?.scheduledMs)),
      data.points.map(({ row }) => hours(row?.workedMs)),
    ],
    element,
  );
}

function frame({ width }: DrawTrendOptions, height: number) {
  return {
    width: Math.max(200, width),
    height,
    padding: [10, 20, 0, 0] as uPlot.Padding,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
  };
}

const xScale = ({ points }: TrendData): uPlot.Scale => ({
  time: false,
  range: () => [-0.5, Math.max(0.5, points.length - 0.5)],
});

const font = '12px "Inter Variable", system-ui, sans-serif';
const labelWidth = 58;

function xAxis({ points }: TrendData, options: DrawTrendOptions, labels: boolean): uPlot.Axis {
  const { width, period, colours } = options;
  const fitting = Math.max(1, Math.floor((width - labelWidth) / 64));
  const every = Math.max(1, Math.ceil(points.length / fitting));
  const shown = points.map((_, i) => i).filter((i) => i % every === 0);
  const text = (i: number) => {
    const date = points[i]?.date;
    if (date === undefined) return '';
    return period === 'month' ? monthText(date) : shortDateText(date);
  };
  return {
    stroke: colours.text,
    font,
    size: labels ? 30 : 8,
    splits: () => shown,
    values: (_plot, splits) => splits.map((i) => (labels ? text(i) : '')),
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: labels, stroke: colours.grid, size: 5, width: 1 },
  };
}

function yAxis({ colours }: DrawTrendOptions, text: (value: number) => string): uPlot.Axis {
  return {
    stroke: colours.text,
    font,
    size: labelWidth,
    space: 40,
    values: (_plot, splits) => splits.map(text),
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
  };
}

/** Below the target: squares; not final yet: hollow. So neither is told by its colour alone. */
function drawPoints(plot: uPlot, { points }: TrendData, { target, colours }: DrawTrendOptions): void {
  const { ctx } = plot;
  const many = points.length > 140;
  const size = (many ? 4 : 6.5) * devicePixelRatio;
  ctx.save();
  ctx.lineWidth = 1.6 * devicePixelRatio;
  for (const [i, { row }] of points.entries()) {
    if (!row || row.adherence === null) continue;
    const below = target !== null && row.adherence < target;
    const colour = below ? colours.below : colours.line;
    const x = plot.valToPos(i, 'x', true);
    const y = plot.valToPos(row.adherence, 'y', true);
    ctx.beginPath();
    if (below) ctx.rect(x - size / 2, y - size / 2, size, size);
    else ctx.arc(x, y, size / 2, 0, 2 * Math.PI);
    ctx.fillStyle = row.final ? colour : colours.surface;
    ctx.strokeStyle = colour;
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

function tellPoint(plot: uPlot, { onPoint }: DrawTrendOptions): void {
  if (plot.cursor.event && plot.cursor.idx != null) onPoint(plot.cursor.idx);
}
