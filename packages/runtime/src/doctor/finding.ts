/** What the doctor says. An error keeps the product from keeping its promises; a warning will, or may. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly part: Part;
  /** One sentence without its full stop: what is wrong. */
  readonly problem: string;
  /** One or more whole sentences: what to do. */
  readonly remedy: string;
}

export type Part =
  | 'settings'
  | 'kafka'
  | 'topics'
  | 'consumers'
  | 'registry'
  | 'clickhouse'
  | 'feeds'
  | 'clocks'
  | 'services'
  | 'certificates';

export const wrong = (part: Part, problem: string, remedy: string): Finding => ({
  severity: 'error',
  part,
  problem,
  remedy,
});
export const doubtful = (part: Part, problem: string, remedy: string): Finding => ({
  severity: 'warning',
  part,
  problem,
  remedy,
});

/** How to bring topics, schemas and tables up to date, wherever it runs. */
export const migrateRemedy =
  'Run the migration (`helm upgrade`, the image `migrate`, or `node packages/runtime/src/migrate-process.ts`).';

/** `3 of 24` things by name, cut where there are many. */
export function listed(names: readonly (string | number)[], shown = 5): string {
  const rest = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Milliseconds as an operator would say them. */
export function spoken(ms: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ];
  const [size, name] = units.find(([unit]) => Math.abs(ms) >= unit) ?? [1, 'millisecond'];
  const count = Math.round((ms / size) * 10) / 10;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
