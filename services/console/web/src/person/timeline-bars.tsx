/** What a person's timeline draws: ticks of the axis, the bars of its three lanes, the present. */
import type { Instant, Interval, State } from '@adherence/domain/model.ts';
import { useMemo } from 'preact/hooks';
import { categoryOf } from '../board/summary.ts';
import { activityColour, textColourOn } from '../components/activity-colour.ts';
import { activityName, actualName } from '../components/activity-name.tsx';
import { stateName } from '../components/state-name.ts';
import { directory } from '../directory.ts';
import { timeText } from '../format/time.ts';
import { now } from '../time/clock.ts';
import { quarterTicks } from '../time/zone-axis.ts';
import { barsOf, type DayRow, type Slot } from './day-rows.ts';

export const lanes = { axis: 26, bar: 38, gap: 10 } as const;
export const laneTop = (lane: number): number => lanes.axis + lanes.gap + lane * (lanes.bar + lanes.gap);
export const timelineHeight = laneTop(3);
const height = timelineHeight;

export type Scale = (at: Instant) => number;

interface AxisProps {
  readonly axis: Interval;
  readonly timeZone: string;
  readonly width: number;
  readonly x: Scale;
}

export function Axis({ axis, timeZone, width, x }: AxisProps) {
  const ticks = useMemo(() => quarterTicks(timeZone, axis), [timeZone, axis.from, axis.to]);
  const quarterWidth = width / Math.max(1, ticks.length - 1);
  const every = [1, 2, 3, 4, 6].find((hours) => hours * 4 * quarterWidth >= 44) ?? 12;
  return (
    <g class="axis">
      {ticks.map(({ at, isHour, hour: wallHour }) => (
        <g key={at}>
          {(isHour || quarterWidth >= 5) && (
            <line
              class={isHour ? 'hour' : 'quarter'}
              x1={x(at)}
              x2={x(at)}
              y1={lanes.axis - (isHour ? 6 : 3)}
              y2={isHour ? height : lanes.axis}
            />
          )}
          {(isHour ? wallHour % every === 0 : quarterWidth >= 56) && (
            <text x={x(at)} y={lanes.axis - 10} text-anchor="middle">
              {timeText(at, timeZone)}
            </text>
          )}
        </g>
      ))}
      {fineTicks(axis, width).map((at) => (
        <g key={`f${at}`}>
          <line class="quarter" x1={x(at)} x2={x(at)} y1={lanes.axis - 3} y2={lanes.axis} />
          <text x={x(at)} y={lanes.axis - 10} text-anchor="middle">
            {timeText(at, timeZone)}
          </text>
        </g>
      ))}
    </g>
  );
}

const minute = 60_000;

/** Between the quarters, when one looks so closely that there is room for their labels. */
function fineTicks({ from, to }: Interval, width: number): Instant[] {
  const minuteWidth = (width * minute) / (to - from);
  const step = minuteWidth >= 56 ? minute : minuteWidth >= 11.5 ? 5 * minute : null;
  if (step === null) return [];
  const ticks: Instant[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    if (at % (15 * minute) !== 0) ticks.push(at);
  }
  return ticks;
}

interface BarsProps {
  readonly rows: readonly DayRow[];
  readonly slots: readonly Slot[];
  readonly axis: Interval;
  readonly x: Scale;
}

export function Bars({ rows, slots, axis, x }: BarsProps) {
  const { activities } = directory.value;
  const inSight = <T extends Interval>(items: readonly T[]) =>
    items.filter(({ from, to }) => from < axis.to && to > axis.from);
  const done = inSight(rows).filter(({ actual }) => actual !== null);
  const actuals = barsOf(
    done,
    (a, b) => a.actual!.kind === b.actual!.kind && a.actual!.activityId === b.actual!.activityId,
  );
  const states = barsOf(done, (a, b) => a.state === b.state && a.inBuffer === b.inBuffer).filter(
    ({ state }) => state !== null,
  );
  return (
    <>
      {inSight(slots).map((slot) => (
        <Bar
          key={`s${slot.from}`}
          {...slot}
          lane={0}
          x={x}
          fill={activityColour(slot.activityId, activities)}
          text={activityName(slot.activityId)}
        />
      ))}
      {actuals.map(({ from, to, actual }) => (
        <Bar
          key={`a${from}`}
          from={from}
          to={to}
          lane={1}
          x={x}
          fill={actual!.activityId === null ? null : activityColour(actual!.activityId, activities)}
          text={actualName(actual!)}
        />
      ))}
      {states.map((row) => (
        <Bar
          key={`t${row.from}`}
          from={row.from}
          to={row.to}
          lane={2}
          x={x}
          state={row}
          text={stateName(row.state)}
        />
      ))}
    </>
  );
}

interface BarProps extends Interval {
  readonly lane: number;
  readonly x: Scale;
  readonly text: string;
  /** null = no activity: drawn hollow. */
  readonly fill?: string | null;
  readonly state?: Pick<DayRow, 'state' | 'inBuffer'>;
}

/** The name is written where there is room for it; the readout and the table have it in any case. */
function Bar({ from, to, lane, x, text, fill, state }: BarProps) {
  const left = x(from);
  const barWidth = Math.max(1, x(to) - left);
  const category = state?.state
    ? categoryOf({ state: state.state as State, inBuffer: state.inBuffer })
    : null;
  const fits = barWidth > text.length * 6.6 + 12;
  return (
    <g class={category ? `bar state ${category}` : fill === null ? 'bar hollow' : 'bar'}>
      <rect
        x={left + 0.5}
        y={laneTop(lane)}
        width={Math.max(1, barWidth - 1)}
        height={lanes.bar}
        rx={Math.min(4, barWidth / 3)}
        fill={category ? undefined : (fill ?? 'transparent')}
      />
      {category && (
        <rect
          x={left + 0.5}
          y={laneTop(lane)}
          width={Math.max(1, barWidth - 1)}
          height={lanes.bar}
          rx={Math.min(4, barWidth / 3)}
          fill={`url(#pattern-${category})`}
          class="pattern"
        />
      )}
      {fits && (
        <text x={left + 8} y={laneTop(lane) + lanes.bar / 2} fill={fill ? textColourOn(fill) : undefined}>
          {text}
        </text>
      )}
    </g>
  );
}

export function NowLine({ axis, x }: { readonly axis: Interval; readonly x: Scale }) {
  const at = now.value;
  if (at < axis.from || at >= axis.to) return null;
  return (
    <g class="now">
      <line x1={x(at)} x2={x(at)} y1={lanes.axis} y2={height} />
      <circle cx={x(at)} cy={lanes.axis} r="3.5" />
    </g>
  );
}
