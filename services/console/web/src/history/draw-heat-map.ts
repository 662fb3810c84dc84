/** The heat map on a canvas: only the rows and days in sight are drawn, so a year of a thousand people scrolls freely. */
import type { ClosedPeriod } from '../api/types.ts';
import { percentText } from '../format/amount.ts';
import { monthText } from '../format/time.ts';
import { resolvedColours } from '../team-day/chart-colours.ts';
import { cellOf, type HeatData, ratioOf, statusOf, stepOf, steps } from './heat-data.ts';
import type { Metric } from './history-query.ts';

export interface HeatColours {
  readonly steps: readonly string[];
  readonly stepText: readonly string[];
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly head: string;
  readonly hatch: string;
}

export function heatColours(): HeatColours {
  return resolvedColours((resolve) => ({
    steps: Array.from({ length: steps }, (_, i) => resolve(`--heat-${i}`)),
    stepText: Array.from({ length: steps }, (_, i) => resolve(`--heat-text-${i}`)),
    text: resolve('--text'),
    muted: resolve('--muted'),
    line: resolve('--line'),
    surface: resolve('--surface'),
    head: resolve('--surface-2'),
    hatch: resolve('--muted'),
  }));
}

/** Sizes in CSS pixels. */
export interface HeatLayout {
  readonly nameWidth: number;
  readonly headHeight: number;
  readonly cellWidth: number;
  readonly rowHeight: number;
  readonly width: number;
  readonly height: number;
}

export const rowHeight = 24;
export const headHeight = 44;

export function layoutOf(width: number, height: number, days: number): HeatLayout {
  const nameWidth = width < 560 ? 112 : 190;
  const cellWidth = Math.min(44, Math.max(3, (width - nameWidth - 2) / days));
  return { nameWidth, headHeight, cellWidth, rowHeight, width, height };
}

export interface HeatView {
  readonly metric: Metric;
  readonly target: number;
  readonly minCoverage: number;
  readonly closed: readonly ClosedPeriod[];
  readonly scrollLeft: number;
  readonly scrollTop: number;
  readonly cursor: { readonly row: number; readonly day: number } | null;
}

export function drawHeatMap(
  canvas: HTMLCanvasElement,
  data: HeatData,
  layout: HeatLayout,
  view: HeatView,
  colours: HeatColours,
): void {
  const scale = devicePixelRatio;
  const [width, height] = [Math.round(layout.width * scale), Math.round(layout.height * scale)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const ctx = canvas.getContext('2d')!;
  ctx.setTransform(scale, 0, 0, scale, 0, 0);
  ctx.fillStyle = colours.surface;
  ctx.fillRect(0, 0, layout.width, layout.height);
  const firstRow = Math.max(0, Math.floor(view.scrollTop / layout.rowHeight));
  const lastRow = Math.min(
    data.rows.length,
    Math.ceil((view.scrollTop + layout.height - layout.headHeight) / layout.rowHeight),
  );
  drawCells(ctx, data, layout, view, colours, firstRow, lastRow);
  drawNames(ctx, data, layout, view, colours, firstRow, lastRow);
  drawHead(ctx, data, layout, view, colours);
  drawCursor(ctx, layout, view, colours);
}

type Context = CanvasRenderingContext2D;

function drawCells(
  ctx: Context,
  data: HeatData,
  layout: HeatLayout,
  view: HeatView,
  colours: HeatColours,
  firstRow: number,
  lastRow: number,
): void {
  const { nameWidth, cellWidth, rowHeight } = layout;
  const firstDay = Math.max(0, Math.floor(view.scrollLeft / cellWidth));
  const lastDay = Math.min(
    data.dates.length,
    Math.ceil((view.scrollLeft + layout.width - nameWidth) / cellWidth),
  );
  const gap = cellWidth >= 8 ? 1 : cellWidth >= 5 ? 0.5 : 0;
  const withText = cellWidth >= 30;
  ctx.font = '500 11px "Inter Variable", system-ui, sans-serif';
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  for (let index = firstRow; index < lastRow; index++) {
    const row = data.rows[index]!;
    const y = layout.headHeight + index * rowHeight - view.scrollTop;
    for (let day = firstDay; day < lastDay; day++) {
      const cell = cellOf(row, day);
      if (!cell || cell.scheduledMs === 0) continue;
      const x = nameWidth + day * cellWidth - view.scrollLeft;
      const ratio = ratioOf(cell, view.metric);
      const coverage = ratioOf(cell, 'coverage') ?? 0;
      const isThin = view.metric !== 'coverage' && coverage * 100 < view.minCoverage;
      if (ratio === null || isThin) {
        hatch(ctx, x, y + 1, cellWidth - gap, rowHeight - 2, colours.hatch);
        continue;
      }
      const step = stepOf(view.metric === 'conformance' ? Math.min(ratio, 2 - ratio) : ratio, view.target);
      ctx.fillStyle = colours.steps[step]!;
      ctx.fillRect(x, y + 1, cellWidth - gap, rowHeight - 2);
      if (withText) {
        ctx.fillStyle = colours.stepText[step]!;
        ctx.fillText(percentText(ratio, 0).replace(/\s?%/, ''), x + cellWidth / 2, y + rowHeight / 2 + 0.5);
      }
      if (cellWidth < 8) continue;
      // A corner is cut off what may still change; a line is under what stands for good.
      const status = statusOf(row, data.dates[day]!, view.closed);
      if (status === 'provisional') corner(ctx, x + cellWidth - gap, y + 1, colours.surface);
      if (status === 'closed') {
        ctx.fillStyle = colours.text;
        ctx.fillRect(x, y + rowHeight - 3, cellWidth - gap, 1.5);
      }
    }
  }
}

function drawNames(
  ctx: Context,
  data: HeatData,
  layout: HeatLayout,
  view: HeatView,
  colours: HeatColours,
  firstRow: number,
  lastRow: number,
): void {
  ctx.fillStyle = colours.surface;
  ctx.fillRect(0, layout.headHeight, layout.nameWidth, layout.height);
  ctx.font = '500 13px "Inter Variable", system-ui, sans-serif';
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  for (let index = firstRow; index < lastRow; index++) {
    const row = data.rows[index]!;
    const y = layout.headHeight + index * layout.rowHeight - view.scrollTop + layout.rowHeight / 2;
    ctx.fillStyle = colours.text;
    const value = row.ratio === null ? '–' : percentText(row.ratio, 0);
    ctx.fillText(fitting(ctx, row.name, layout.nameWidth - 66), 12, y);
    ctx.textAlign = 'right';
    ctx.fillStyle = colours.muted;
    ctx.fillText(value, layout.nameWidth - 10, y);
    ctx.textAlign = 'left';
  }
}

/** Months, days where there is room, and a bar under the days that are final for nobody. */
function drawHead(
  ctx: Context,
  data: HeatData,
  layout: HeatLayout,
  view: HeatView,
  colours: HeatColours,
): void {
  const { nameWidth, headHeight, cellWidth } = layout;
  ctx.fillStyle = colours.head;
  ctx.fillRect(0, 0, layout.width, headHeight - 1);
  ctx.save();
  ctx.beginPath();
  ctx.rect(nameWidth, 0, layout.width - nameWidth, layout.height);
  ctx.clip();
  ctx.textBaseline = 'middle';
  ctx.font = '550 12px "Inter Variable", system-ui, sans-serif';
  let lastLabelEnd = 0;
  for (const [day, date] of data.dates.entries()) {
    const x = nameWidth + day * cellWidth - view.scrollLeft;
    if (day === 0 || date.endsWith('-01')) {
      const text = monthText(date, day === 0 || date.slice(5, 7) === '01');
      ctx.fillStyle = colours.line;
      if (day > 0) ctx.fillRect(x - 0.5, 0, 1, layout.height);
      if (x >= lastLabelEnd) {
        ctx.textAlign = 'left';
        ctx.fillStyle = colours.text;
        ctx.fillText(text, x + 3, 13);
        lastLabelEnd = x + ctx.measureText(text).width + 10;
      }
    }
  }
  if (cellWidth >= 16) drawDays(ctx, data, layout, view, colours);
  ctx.restore();
}

function drawDays(ctx: Context, data: HeatData, layout: HeatLayout, view: HeatView, colours: HeatColours) {
  ctx.font = '450 11px "Inter Variable", system-ui, sans-serif';
  ctx.textAlign = 'center';
  for (const [day, date] of data.dates.entries()) {
    const x = layout.nameWidth + day * layout.cellWidth - view.scrollLeft;
    if (x < layout.nameWidth - layout.cellWidth || x > layout.width) continue;
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    ctx.fillStyle = weekday === 0 || weekday === 6 ? colours.muted : colours.text;
    ctx.fillText(String(Number(date.slice(8))), x + layout.cellWidth / 2, 32);
  }
}

function drawCursor(ctx: Context, layout: HeatLayout, { cursor, ...view }: HeatView, colours: HeatColours) {
  if (!cursor) return;
  const x = layout.nameWidth + cursor.day * layout.cellWidth - view.scrollLeft;
  const y = layout.headHeight + cursor.row * layout.rowHeight - view.scrollTop;
  if (x < layout.nameWidth - 1 || y < layout.headHeight - 1) return;
  ctx.strokeStyle = colours.text;
  ctx.lineWidth = 2;
  ctx.strokeRect(x, y, Math.max(layout.cellWidth, 4), layout.rowHeight);
}

/** Too little data: stripes, which no step of the scale has. */
function hatch(ctx: Context, x: number, y: number, width: number, height: number, colour: string): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.55;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let at = -height; at < width; at += 5) {
    ctx.moveTo(x + at, y + height);
    ctx.lineTo(x + at + height, y);
  }
  ctx.stroke();
  ctx.restore();
}

function corner(ctx: Context, x: number, y: number, colour: string): void {
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.moveTo(x - 6, y);
  ctx.lineTo(x, y);
  ctx.lineTo(x, y + 6);
  ctx.fill();
}

function fitting(ctx: Context, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && ctx.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end).trimEnd()}…`;
}
