/** The two charts of a day, drawn by uPlot on one axis of time in the zone of the day. */
import type { Interval } from '@adherence/domain/model.ts';
import uPlot from 'uplot';
import { numberText, percentText } from '../format/amount.ts';
import { timeText } from '../format/time.ts';
import { quarterTicks } from '../time/zone-axis.ts';
import type { ChartColours } from './chart-colours.ts';
import type { CurveData } from './curve-data.ts';
import { drawTarget } from './draw-target.ts';

export interface DrawOptions {
  readonly width: number;
  readonly day: Interval;
  readonly timeZone: string;
  readonly target: number | null;
  readonly colours: ChartColours;
  /** Told of the interval under the mouse. */
  readonly onPoint: (index: number) => void;
}

export function drawAdherence(element: HTMLElement, data: CurveData, options: DrawOptions): uPlot {
  const { colours, target } = options;
  const isBelow = (value: number | null | undefined) => target !== null && value != null && value < target;
  return new uPlot(
    {
      ...frame(options, 230),
      scales: { x: xScale(options), y: { range: () => [data.floor, 1.005] } },
      axes: [xAxis(options, false), yAxis(options, (value) => percentText(value, 0), 50)],
      series: [
        {},
        {
          stroke: colours.line,
          width: 2,
          spanGaps: false,
          points: {
            show: true,
            size: 6,
            width: 1.5,
            fill: colours.line,
            stroke: colours.line,
          },
        },
      ],
      hooks: {
        drawAxes: [(plot) => drawTarget(plot, options)],
        draw: [(plot) => markBelow(plot, data, isBelow, colours.below)],
        setCursor: [(plot) => tellPoint(plot, options)],
      },
    },
    [[...data.x], [...data.adherence]],
    element,
  );
}

export function drawHeads(element: HTMLElement, data: CurveData, options: DrawOptions): uPlot {
  const { colours } = options;
  const bars = uPlot.paths.bars!;
  return new uPlot(
    {
      ...frame(options, 150),
      scales: { x: xScale(options), y: { range: (_plot, _min, max) => [0, Math.max(1, max ?? 1) * 1.08] } },
      axes: [xAxis(options, true), yAxis(options, (value) => numberText(value), 36)],
      series: [
        {},
        {
          paths: bars({ size: [0.86, 40] }),
          fill: colours.scheduled,
          stroke: colours.scheduled,
          points: { show: false },
        },
        {
          paths: bars({ size: [0.4, 18] }),
          fill: colours.worked,
          stroke: colours.worked,
          points: { show: false },
        },
      ],
      hooks: { setCursor: [(plot) => tellPoint(plot, options)] },
    },
    [[...data.x], [...data.scheduledHeads], [...data.workedHeads]],
    element,
  );
}

function frame({ width }: DrawOptions, height: number) {
  return {
    width: Math.max(200, width),
    height,
    padding: [10, 20, 0, 0] as uPlot.Padding,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
  };
}

const xScale = ({ day }: DrawOptions): uPlot.Scale => ({
  time: false,
  range: () => [day.from / 1000, day.to / 1000],
});

const font = '12px "Inter Variable", system-ui, sans-serif';
const labelWidth = 52;

function xAxis({ day, timeZone, width, colours }: DrawOptions, labels: boolean): uPlot.Axis {
  const ticks = quarterTicks(timeZone, day).filter(({ isHour }) => isHour);
  const fitting = Math.max(1, Math.floor((width - labelWidth) / 52));
  const every = [1, 2, 3, 4, 6, 12].find((hours) => ticks.length / hours <= fitting) ?? 24;
  const shown = ticks.filter(({ hour }) => hour % every === 0);
  return {
    stroke: colours.text,
    font,
    size: labels ? 30 : 8,
    splits: () => shown.map(({ at }) => at / 1000),
    values: (_plot, splits) => splits.map((seconds) => (labels ? timeText(seconds * 1000, timeZone) : '')),
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: labels, stroke: colours.grid, size: 5, width: 1 },
  };
}

function yAxis({ colours }: DrawOptions, text: (value: number) => string, space: number): uPlot.Axis {
  return {
    stroke: colours.text,
    font,
    size: labelWidth,
    space,
    values: (_plot, splits) => splits.map((value) => (value > 1.001 && space === 50 ? '' : text(value))),
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
  };
}

/** Intervals below the target are squares of their own colour: shape and place say it too. */
function markBelow(
  plot: uPlot,
  { x, adherence }: CurveData,
  isBelow: (value: number | null) => boolean,
  colour: string,
): void {
  const size = 7 * devicePixelRatio;
  plot.ctx.save();
  plot.ctx.fillStyle = colour;
  for (const [index, value] of adherence.entries()) {
    if (!isBelow(value)) continue;
    const left = plot.valToPos(x[index]!, 'x', true) - size / 2;
    plot.ctx.fillRect(left, plot.valToPos(value!, 'y', true) - size / 2, size, size);
  }
  plot.ctx.restore();
}

function tellPoint(plot: uPlot, { onPoint }: DrawOptions): void {
  // Only the mouse moves this cursor by an event; ours sets it without one.
  if (plot.cursor.event && plot.cursor.idx != null) onPoint(plot.cursor.idx);
}
