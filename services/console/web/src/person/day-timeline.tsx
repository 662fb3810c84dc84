import type { Instant, Interval, State } from '@adherence/domain/model.ts';
import { useMemo } from 'preact/hooks';
import { categoryOf } from '../board/summary.ts';
import { activityColour, textColourOn } from '../components/activity-colour.ts';
import { activityName, actualName, scheduledName } from '../components/activity-name.tsx';
import { stateName } from '../components/state-name.ts';
import { useCursor } from '../components/use-cursor.ts';
import { useWidth } from '../components/use-width.ts';
import { directory } from '../directory.ts';
import { timeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { now } from '../time/clock.ts';
import { quarterTicks } from '../time/zone-axis.ts';
import { barsOf, type DayRow, rowAt, type Slot } from './day-rows.ts';
import { Readout } from './readout.tsx';
import { StatePatterns } from './state-patterns.tsx';

interface DayTimelineProps {
  readonly rows: readonly DayRow[];
  readonly slots: readonly Slot[];
  readonly axis: Interval;
  readonly timeZone: string;
}

const hour = 60 * 60_000;
const lanes = { axis: 26, bar: 38, gap: 10 } as const;
const laneTop = (lane: number): number => lanes.axis + lanes.gap + lane * (lanes.bar + lanes.gap);
const height = laneTop(3);

/** Schedule above actual above state on one axis. One cursor, moved by mouse and keys, tells what is under it. */
export function DayTimeline({ rows, slots, axis, timeZone }: DayTimelineProps) {
  const { ref, width } = useWidth<HTMLDivElement>(900);
  const x = (at: Instant) =>
    ((Math.min(Math.max(at, axis.from), axis.to) - axis.from) / (axis.to - axis.from)) * width;
  const cursor = useCursor(rows.length, firstShown(rows), (index, by) => {
    const found = rowAt(rows, by > 0 ? rows[index]!.to + hour - 1 : rows[index]!.from - hour);
    return found === index ? index + by : found;
  });
  const current = rows[cursor.index];
  const point = (event: PointerEvent & { currentTarget: Element }) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const at = axis.from + ((event.clientX - left) / width) * (axis.to - axis.from);
    cursor.move(rowAt(rows, at));
  };

  return (
    <figure class="timeline">
      <figcaption class="visually-hidden">{t('person.chart')}</figcaption>
      <Readout row={current} timeZone={timeZone} />
      <div class="timeline-body">
        <ul class="lane-names" aria-hidden="true">
          {(['scheduled', 'actual', 'state'] as const).map((lane, i) => (
            <li key={lane} style={{ top: `${laneTop(i)}px`, height: `${lanes.bar}px` }}>
              {t(`person.lane.${lane}`)}
            </li>
          ))}
        </ul>
        <div
          ref={ref}
          class="timeline-plot"
          role="slider"
          tabIndex={0}
          aria-label={t('person.chart')}
          aria-describedby="timeline-help"
          aria-valuemin={1}
          aria-valuemax={rows.length}
          aria-valuenow={cursor.index + 1}
          aria-valuetext={current ? spoken(current, timeZone) : undefined}
          onKeyDown={cursor.onKeyDown}
          onPointerMove={point}
          onPointerDown={point}
        >
          <svg width={width} height={height} aria-hidden="true">
            <StatePatterns />
            <Axis axis={axis} timeZone={timeZone} width={width} x={x} />
            <Bars rows={rows} slots={slots} axis={axis} x={x} />
            <NowLine axis={axis} x={x} />
            {current && (
              <rect
                class="cursor"
                x={x(current.from)}
                y={lanes.axis + 2}
                width={Math.max(2, x(current.to) - x(current.from))}
                height={height - lanes.axis - 4}
                rx="4"
              />
            )}
          </svg>
        </div>
      </div>
      <p id="timeline-help" class="hint">
        {t('person.chartHelp')}
      </p>
    </figure>
  );
}

/** The last thing that happened; on a day that is all ahead, the first that is planned. */
const firstShown = (rows: readonly DayRow[]): number =>
  Math.max(
    0,
    rows.findLastIndex(({ actual }) => actual !== null),
  );

function spoken(row: DayRow, timeZone: string): string {
  return t('person.readoutAll', {
    from: timeText(row.from, timeZone, true),
    to: timeText(row.to, timeZone, true),
    scheduled: scheduledName(row.scheduledActivityId),
    actual: row.actual ? actualName(row.actual) : t('person.future'),
    state: row.actual ? rowStateName(row) : t('person.future'),
    counted: t(`person.counted.${row.countedAs ?? 'none'}`),
  });
}

export const rowStateName = ({ state, inBuffer }: DayRow): string =>
  inBuffer ? `${stateName(state)}, ${t('state.inBuffer').toLowerCase()}` : stateName(state);

type Scale = (at: Instant) => number;

interface AxisProps {
  readonly axis: Interval;
  readonly timeZone: string;
  readonly width: number;
  readonly x: Scale;
}

function Axis({ axis, timeZone, width, x }: AxisProps) {
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
          {isHour && wallHour % every === 0 && (
            <text x={x(at)} y={lanes.axis - 10} text-anchor="middle">
              {timeText(at, timeZone)}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}

function Bars({ rows, slots, axis, x }: Omit<DayTimelineProps, 'timeZone'> & { readonly x: Scale }) {
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

function NowLine({ axis, x }: { readonly axis: Interval; readonly x: Scale }) {
  const at = now.value;
  if (at < axis.from || at >= axis.to) return null;
  return (
    <g class="now">
      <line x1={x(at)} x2={x(at)} y1={lanes.axis} y2={height} />
      <circle cx={x(at)} cy={lanes.axis} r="3.5" />
    </g>
  );
}
