import type { Instant, Interval } from '@adherence/domain/model.ts';
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { actualName, scheduledName } from '../components/activity-name.tsx';
import { stateName } from '../components/state-name.ts';
import { useCursor } from '../components/use-cursor.ts';
import { useWidth } from '../components/use-width.ts';
import { timeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { type DayRow, rowAt, type Slot } from './day-rows.ts';
import { Readout } from './readout.tsx';
import { StatePatterns } from './state-patterns.tsx';
import { Axis, Bars, timelineHeight as height, lanes, laneTop, NowLine } from './timeline-bars.tsx';
import { panned, revealing, snapMs, snapped, zoomed } from './zoom.ts';
import { ZoomButtons } from './zoom-buttons.tsx';

interface DayTimelineProps {
  readonly rows: readonly DayRow[];
  readonly slots: readonly Slot[];
  /** All that can be shown; the zoom shows a part of it. */
  readonly axis: Interval;
  readonly timeZone: string;
  /** Told of the row under the cursor. */
  readonly onPoint: (row: DayRow | undefined) => void;
  /** A time that was dragged over, or asked for by key; absent where nothing may be done with it. */
  readonly onSelect?: ((interval: Interval) => void) | undefined;
  /** Drawn as selected. */
  readonly selected: Interval | null;
}

const hour = 60 * 60_000;

/** Schedule above actual above state on one axis. One cursor, moved by mouse and keys, tells what is under it. */
export function DayTimeline(props: DayTimelineProps) {
  const { rows, slots, axis: whole, timeZone, onPoint, onSelect, selected } = props;
  const [zoom, setZoom] = useState<Interval | null>(null);
  const [dragFrom, setDragFrom] = useState<Instant | null>(null);
  const axis = zoom ?? whole;
  const show = (next: Interval) => setZoom(next.to - next.from >= whole.to - whole.from ? null : next);
  const { ref, width } = useWidth<HTMLDivElement>(900);
  const x = (at: Instant) =>
    ((Math.min(Math.max(at, axis.from), axis.to) - axis.from) / (axis.to - axis.from)) * width;
  const cursor = useCursor(rows.length, firstShown(rows), (index, by) => {
    const found = rowAt(rows, by > 0 ? rows[index]!.to + hour - 1 : rows[index]!.from - hour);
    return found === index ? index + by : found;
  });
  const current = rows[cursor.index];
  useEffect(() => onPoint(current), [current]);
  // What the keys point at is brought into sight; the mouse points at what is in sight already.
  const reveal = useRef(false);
  useEffect(() => {
    if (!reveal.current || !zoom || !current) return;
    reveal.current = false;
    setZoom(revealing(zoom, whole, current));
  }, [current]);
  const instantAt = (event: MouseEvent & { currentTarget: Element }): Instant => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
    return axis.from + share * (axis.to - axis.from);
  };
  const dragTo = (at: Instant): Interval | null => {
    if (dragFrom === null) return null;
    const [a, b] = [dragFrom, at].map((each) => snapped(each, snapMs(axis))).sort((x, y) => x - y);
    return a! < b! ? { from: a!, to: b! } : null;
  };
  const onPointerMove = (event: PointerEvent & { currentTarget: Element }) => {
    const at = instantAt(event);
    if (dragFrom === null) cursor.move(rowAt(rows, at));
    else setDrag(dragTo(at));
  };
  const [drag, setDrag] = useState<Interval | null>(null);
  const onPointerUp = (event: PointerEvent & { currentTarget: Element }) => {
    const interval = dragTo(instantAt(event));
    setDragFrom(null);
    setDrag(null);
    if (interval && (interval.to - interval.from) / (axis.to - axis.from) > leastDragShare)
      onSelect?.(interval);
  };
  const onPointerDown = (event: PointerEvent & { currentTarget: Element }) => {
    cursor.move(rowAt(rows, instantAt(event)));
    if (!onSelect || event.button !== 0 || event.pointerType === 'touch') return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDragFrom(instantAt(event));
  };
  const around = current
    ? (Math.max(current.from, axis.from) + Math.min(current.to, axis.to)) / 2
    : middleOf(axis);
  const keys: Readonly<Record<string, () => void>> = {
    '+': () => show(zoomed(axis, whole, 1 / zoomStep, around)),
    '=': () => show(zoomed(axis, whole, 1 / zoomStep, around)),
    '-': () => show(zoomed(axis, whole, zoomStep, around)),
    '0': () => setZoom(null),
    ...(onSelect && current ? { e: () => onSelect({ from: current.from, to: current.to }) } : {}),
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (act) {
      event.preventDefault();
      act();
      return;
    }
    reveal.current = true;
    cursor.onKeyDown(event);
  };
  const marked = drag ?? selected;
  // The browser scrolls unless it is told at once that it is not to, which an ordinary listener cannot.
  const wheel = useRef<(event: WheelEvent) => void>(() => {});
  wheel.current = (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const { left } = ref.current!.getBoundingClientRect();
    const at = axis.from + ((event.clientX - left) / width) * (axis.to - axis.from);
    show(zoomed(axis, whole, event.deltaY < 0 ? 1 / zoomStep : zoomStep, at));
  };
  useEffect(() => {
    const element = ref.current!;
    const listen = (event: WheelEvent) => wheel.current(event);
    element.addEventListener('wheel', listen, { passive: false });
    return () => element.removeEventListener('wheel', listen);
  }, []);

  return (
    <figure class="timeline">
      <figcaption class="visually-hidden">{t('person.chart')}</figcaption>
      <div class="timeline-head">
        <Readout row={current} timeZone={timeZone} />
        <ZoomButtons
          isZoomed={zoom !== null}
          onZoom={(factor) => show(zoomed(axis, whole, factor, around))}
          onPan={(share) => setZoom(panned(axis, whole, share))}
          onReset={() => setZoom(null)}
        />
      </div>
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
          onKeyDown={onKeyDown}
          onPointerMove={onPointerMove}
          onPointerDown={onPointerDown}
          onPointerUp={onPointerUp}
          onPointerCancel={() => {
            setDragFrom(null);
            setDrag(null);
          }}
        >
          <svg width={width} height={height} aria-hidden="true">
            <StatePatterns />
            <Axis axis={axis} timeZone={timeZone} width={width} x={x} />
            <Bars rows={rows} slots={slots} axis={axis} x={x} />
            <NowLine axis={axis} x={x} />
            {marked && (
              <rect
                class="selection"
                x={x(marked.from)}
                y={lanes.axis}
                width={Math.max(1, x(marked.to) - x(marked.from))}
                height={height - lanes.axis}
              />
            )}
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
        {t('person.chartHelp')} {t('zoom.help')} {onSelect && t('zoom.dragHelp')}
      </p>
    </figure>
  );
}

const zoomStep = 1.6;
/** A shorter drag is a click. */
const leastDragShare = 0.004;
const middleOf = ({ from, to }: Interval): Instant => (from + to) / 2;

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
