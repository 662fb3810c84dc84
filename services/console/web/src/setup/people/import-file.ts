/** Files of imports: their type by their name, and single lines of theirs for the report. */

export function typeOfFile(name: string): string {
  if (/\.(ndjson|jsonl)$/i.test(name)) return 'application/x-ndjson';
  return /\.json$/i.test(name) ? 'application/json' : 'text/csv';
}

/** Past this size the lines themselves are not shown: the numbers are enough. */
const maxBytes = 32 * 1024 * 1024;
const maxLength = 400;

/** The wanted lines of a text file, numbered from 1; none of a JSON array, whose places are no lines. */
export async function linesOfFile(
  file: File,
  wanted: ReadonlySet<number>,
): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  if (wanted.size === 0 || file.size > maxBytes || typeOfFile(file.name) === 'application/json') return found;
  const lines = (await file.text()).split(/\r?\n/);
  for (const line of wanted) {
    const text = lines[line - 1];
    if (text !== undefined) found.set(line, text.slice(0, maxLength));
  }
  return found;
}
