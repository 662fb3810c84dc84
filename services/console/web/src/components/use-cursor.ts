import type { TargetedKeyboardEvent } from 'preact';
import { useState } from 'preact/hooks';

export interface Cursor {
  /** -1 when there is nothing to point at. */
  readonly index: number;
  readonly move: (index: number) => void;
  /** Arrow keys, Home and End; Page Up and Page Down by a step that the caller knows. */
  readonly onKeyDown: (event: TargetedKeyboardEvent<HTMLElement>) => void;
}

/** One cursor over a row of things, moved by mouse and keyboard alike. It begins at `initial`. */
export function useCursor(
  count: number,
  initial: number,
  page: (index: number, by: 1 | -1) => number,
): Cursor {
  const [chosen, setChosen] = useState<number | null>(null);
  const index = Math.min(chosen ?? initial, count - 1);
  const move = (to: number) => setChosen(Math.max(0, Math.min(count - 1, to)));
  const targets: Readonly<Record<string, () => number>> = {
    ArrowLeft: () => index - 1,
    ArrowDown: () => index - 1,
    ArrowRight: () => index + 1,
    ArrowUp: () => index + 1,
    Home: () => 0,
    End: () => count - 1,
    PageUp: () => page(index, 1),
    PageDown: () => page(index, -1),
  };
  return {
    index,
    move,
    onKeyDown(event) {
      const target = targets[event.key];
      if (!target || count === 0) return;
      event.preventDefault();
      move(target());
    },
  };
}
