import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { WindowRows } from './use-window-rows.ts';

/** Up to here all rows are in the page, where the browser's search, printing and screen readers find them. */
const allUpTo = 200;
const overscan = 8;
/** First rows are multiples of this, so that not every step of a scroll draws anew. */
const step = 4;

export interface EvenRows extends WindowRows {
  /** Rows are all of one height, which styles have to keep. */
  readonly even: boolean;
}

/** Which of many rows of one height are in sight: a few sums, however many there are and however often they change. */
export function useEvenRows(count: number): EvenRows {
  const body = useRef<HTMLTableSectionElement>(null);
  const rowHeight = useRef(58);
  /** Since the window had its present size. */
  const isMeasured = useRef(false);
  const [first, setFirst] = useState(0);
  const [, rerender] = useReducer((n: number) => n + 1, 0);
  const even = count > allUpTo;
  const fitting = Math.ceil(innerHeight / rowHeight.current) + 2 * overscan + step;
  const look = useRef(() => {});
  look.current = () => {
    if (!even || !body.current) return;
    const above = -body.current.getBoundingClientRect().top / rowHeight.current - overscan;
    const last = Math.max(0, count - fitting);
    setFirst(Math.max(0, Math.min(last, Math.floor(above / step) * step)));
  };
  useLayoutEffect(() => {
    const listen = () => look.current();
    const resize = () => {
      isMeasured.current = false;
      rerender(undefined);
      look.current();
    };
    addEventListener('scroll', listen, { passive: true });
    addEventListener('resize', resize);
    return () => {
      removeEventListener('scroll', listen);
      removeEventListener('resize', resize);
    };
  }, []);
  useLayoutEffect(() => look.current(), [count]);
  const [measure] = useState(() => (row: HTMLTableRowElement | null) => {
    if (isMeasured.current || !row?.classList.contains('person')) return;
    const { height } = row.getBoundingClientRect();
    if (height === 0) return;
    isMeasured.current = true;
    if (Math.abs(height - rowHeight.current) < 0.5) return;
    rowHeight.current = height;
    rerender(undefined);
  });

  if (!even) return { even, body, first: 0, last: count, spaceBefore: 0, spaceAfter: 0, measure: noMeasure };
  const from = Math.min(first, Math.max(0, count - 1));
  const last = Math.min(count, from + fitting);
  return {
    even,
    body,
    first: from,
    last,
    spaceBefore: from * rowHeight.current,
    spaceAfter: (count - last) * rowHeight.current,
    measure,
  };
}

const noMeasure = (): void => {};
