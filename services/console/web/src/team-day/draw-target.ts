import type uPlot from 'uplot';
import type { ChartColours } from './chart-colours.ts';

interface Target {
  readonly target: number | null;
  readonly colours: ChartColours;
}

/** The dashed line of the target score, over the width of a chart. */
export function drawTarget(plot: uPlot, { target, colours }: Target): void {
  if (target === null) return;
  const y = Math.round(plot.valToPos(target, 'y', true));
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.strokeStyle = colours.target;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 5 * devicePixelRatio]);
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
