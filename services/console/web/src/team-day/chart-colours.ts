/** The colours in force, as the canvas needs them: variables resolved, light or dark decided. */
export interface ChartColours {
  readonly text: string;
  readonly grid: string;
  readonly line: string;
  readonly target: string;
  readonly scheduled: string;
  readonly worked: string;
  readonly below: string;
}

export function chartColours(): ChartColours {
  const probe = document.createElement('span');
  document.body.append(probe);
  const resolve = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    text: resolve('--muted'),
    grid: resolve('--line'),
    line: resolve('--accent'),
    target: resolve('--text'),
    scheduled: resolve('--bar-scheduled'),
    worked: resolve('--bar-worked'),
    below: resolve('--not-present-fg'),
  };
  probe.remove();
  return colours;
}
