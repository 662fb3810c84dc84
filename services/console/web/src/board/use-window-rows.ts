import {
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  type VirtualizerOptions,
  windowScroll,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export interface WindowRows {
  readonly body: RefObject<HTMLTableSectionElement | null>;
  /** Rows `[first, last)` are to be in the page. */
  readonly first: number;
  readonly last: number;
  /** Heights of what is left out, in pixels. */
  readonly spaceBefore: number;
  readonly spaceAfter: number;
  /** For the ref of each row, which carries its index as `data-index`. */
  readonly measure: (row: HTMLTableRowElement | null) => void;
}

/** Up to here all rows are in the page, where the browser's search, printing and screen readers find them. */
const allUpTo = 200;
const estimatedHeight = 56;

export function useWindowRows(count: number, keyOf: (index: number) => string): WindowRows {
  const body = useRef<HTMLTableSectionElement>(null);
  const [, rerender] = useReducer((n: number) => n + 1, 0);
  const options: VirtualizerOptions<Window, HTMLTableRowElement> = {
    count,
    enabled: count > allUpTo,
    getItemKey: keyOf,
    getScrollElement: () => window,
    estimateSize: () => estimatedHeight,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    initialRect: { width: innerWidth, height: innerHeight },
    scrollMargin: body.current ? body.current.getBoundingClientRect().top + scrollY : 0,
    overscan: 12,
    onChange: () => rerender(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());

  if (!options.enabled) {
    return { body, first: 0, last: count, spaceBefore: 0, spaceAfter: 0, measure: noMeasure };
  }
  const items = virtualizer.getVirtualItems();
  const margin = virtualizer.options.scrollMargin;
  return {
    body,
    first: items[0]?.index ?? 0,
    last: (items.at(-1)?.index ?? -1) + 1,
    spaceBefore: (items[0]?.start ?? margin) - margin,
    spaceAfter: virtualizer.getTotalSize() - ((items.at(-1)?.end ?? margin) - margin),
    measure: virtualizer.measureElement,
  };
}

const noMeasure = (): void => {};
