import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { locale } from '../i18n/translate.ts';
import { coloursVersion } from '../theme.ts';
import type { useCursor } from './use-cursor.ts';
import { useWidth } from './use-width.ts';

interface CurveFigureProps {
  readonly title: string;
  /** Beside the title, what chooses what is drawn; without it the legend stands there. */
  readonly choice?: ComponentChildren;
  /** List items. */
  readonly legend: ComponentChildren;
  /** Of the lower of the two drawings. */
  readonly belowTitle: string;
  readonly help: string;
  /** What is at the cursor, in words. */
  readonly readout: string;
  readonly cursor: ReturnType<typeof useCursor>;
  readonly count: number;
  /** Draws both anew when one of `drawnFrom` is another. */
  readonly draw: (above: HTMLElement, below: HTMLElement, options: CurveOptions) => readonly uPlot[];
  readonly drawnFrom: readonly unknown[];
  /** Where on the axis the point of an index is; undefined = nowhere. */
  readonly placeOf: (index: number) => number | undefined;
}

export interface CurveOptions {
  readonly width: number;
  readonly onPoint: (index: number) => void;
}

/** Two drawings on one axis, read with the mouse or as a slider with the keys. */
export function CurveFigure(props: CurveFigureProps) {
  const { title, choice, belowTitle, help, readout, cursor, count, draw, drawnFrom, placeOf } = props;
  const { ref: box, width } = useWidth<HTMLDivElement>(900);
  const above = useRef<HTMLDivElement>(null);
  const below = useRef<HTMLDivElement>(null);
  const plots = useRef<readonly uPlot[]>([]);
  const latest = useRef(cursor);
  latest.current = cursor;
  const point = () => {
    const at = placeOf(latest.current.index);
    if (at === undefined) return;
    for (const plot of plots.current) plot.setCursor({ left: plot.valToPos(at, 'x'), top: 10 }, false);
  };

  useEffect(() => {
    const onPoint = (index: number) => latest.current.move(index);
    const made = draw(above.current!, below.current!, { width, onPoint });
    plots.current = made;
    point();
    return () => {
      for (const plot of made) plot.destroy();
      plots.current = [];
    };
  }, [...drawnFrom, width, coloursVersion.value, locale.value]);
  useEffect(point, [cursor.index]);

  const legend = (
    <ul class="legend" aria-hidden="true">
      {props.legend}
    </ul>
  );
  return (
    <figure class="curve">
      <figcaption class="curve-head">
        <h2>{title}</h2>
        {choice ?? legend}
      </figcaption>
      {choice && legend}
      <p class="curve-readout" aria-hidden="true">
        {readout}
      </p>
      <div
        ref={box}
        class="curve-plots"
        role="slider"
        tabIndex={0}
        aria-label={title}
        aria-describedby="curve-help"
        aria-valuemin={1}
        aria-valuemax={count}
        aria-valuenow={cursor.index + 1}
        aria-valuetext={readout}
        onKeyDown={cursor.onKeyDown}
      >
        <div ref={above} />
        <h3 class="curve-sub">{belowTitle}</h3>
        <div ref={below} />
      </div>
      <p id="curve-help" class="hint">
        {help}
      </p>
    </figure>
  );
}
