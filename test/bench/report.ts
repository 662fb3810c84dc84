/** What a part of the benchmark found, as text, Markdown and JSON alike. */
export type Row = Readonly<Record<string, string | number>>;

export interface Section {
  readonly title: string;
  /** Of one shape; the keys are the columns. */
  readonly rows: readonly Row[];
  readonly notes?: readonly string[];
  readonly aims?: readonly Aim[];
}

/** Printed beside the figures, never asserted: a shared machine is no judge. */
export interface Aim {
  readonly what: string;
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
}

export function sectionText({ title, rows, notes = [], aims = [] }: Section): string {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...rows.map((row) => columns.map((column) => cellText(row[column])))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  const lines = cells.map((line) => line.map((cell, i) => pad(cell, widths[i]!, i)).join('  '));
  return [`\n## ${title}`, ...lines, ...notes, ...aims.map(aimText)].join('\n');
}

export function sectionMarkdown({ title, rows, notes = [], aims = [] }: Section): string {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `### ${title}`,
    '',
    line(columns),
    line(columns.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(columns.map((column) => cellText(row[column])))),
    ...[...notes, ...aims.map(aimText)].flatMap((text) => ['', text]),
    '',
  ].join('\n');
}

export function aimText({ what, value, least, most }: Aim): string {
  const reached = (least === undefined || value >= least) && (most === undefined || value <= most);
  const aim = least === undefined ? `at most ${most}` : `at least ${least}`;
  return `Aim: ${what} ${aim}: ${cellText(value)}, ${reached ? 'reached' : 'missed'}.`;
}

/** Three significant figures below a hundred, whole numbers from there on. */
function cellText(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? '';
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

const pad = (text: string, width: number, column: number): string =>
  column === 0 ? text.padEnd(width) : text.padStart(width);

/** The value that a share `p` of the others does not exceed; NaN of none. */
export function quantile(ascending: readonly number[], p: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * p))] ?? Number.NaN;
}
