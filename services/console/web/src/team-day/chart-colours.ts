/** The colours in force, as the canvas needs them: variables resolved, light or dark decided. */
export interface ChartColours {
  readonly text: string;
  readonly grid: string;
  readonly line: string;
  readonly target: string;
  readonly scheduled: string;
  readonly worked: string;
  readonly below: string;
  readonly surface: string;
}

export function chartColours(): ChartColours {
  return resolvedColours((resolve) => ({
    text: resolve('--muted'),
    grid: resolve('--line'),
    line: resolve('--accent'),
    target: resolve('--text'),
    scheduled: resolve('--bar-scheduled'),
    worked: resolve('--bar-worked'),
    below: resolve('--not-present-fg'),
    surface: resolve('--surface'),
  }));
}

/** Reads variables as colours that a canvas takes. */
export function resolvedColours<T>(read: (resolve: (name: string) => string) => T): T {
  const probe = document.createElement('span');
  document.body.append(probe);
  const colours = read((name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colours;
}
