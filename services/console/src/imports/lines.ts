/** Bodies of imports -> numbered lines: a JSON array, NDJSON, or CSV with a header. */
import { Readable } from 'node:stream';
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Fault } from '@adherence/domain/configuration/command.ts';
import { type CsvError, parse } from 'csv-parse';
import { decodeText, mediaType, parseJson } from '../http/body.ts';
import { HttpProblem, invalid } from '../http/problem.ts';

export interface ImportLine {
  /** From 1: of the text for CSV and NDJSON, the place in the array for JSON. */
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface RejectedLine {
  readonly line: number;
  readonly errors: readonly Fault[];
}

export interface ReadLines {
  readonly lines: readonly ImportLine[];
  /** Lines that cannot be read at all. */
  readonly rejected: readonly RejectedLine[];
  /** The header of a CSV: what is not in it, its lines say nothing of. null for JSON. */
  readonly columns: readonly string[] | null;
}

export const importTypes = ['application/json', 'application/x-ndjson', 'text/csv'] as const;
export const importLimitBytes = 64 * 1024 * 1024;
export const maxLines = 200_000;
/** Lines read in one go. */
export const linesPerTurn = 1_000;

/** Columns that a CSV may have; those that it must have. */
export interface CsvColumns {
  readonly known: readonly string[];
  readonly required: readonly string[];
}

/** Lets others have their turn now and then: a long body must not hold up the live board. */
export async function readLines(headers: Headers, bytes: Buffer, columns: CsvColumns): Promise<ReadLines> {
  const text = decodeText(bytes);
  const read = await formatOf(mediaType(headers), text)(text, columns);
  if (read.lines.length + read.rejected.length > maxLines) {
    throw new HttpProblem(413, `An import may have at most ${maxLines} lines.`);
  }
  return read;
}

type Reader = (text: string, columns: CsvColumns) => ReadLines | Promise<ReadLines>;

function formatOf(type: string, text: string): Reader {
  const first = text.trimStart()[0];
  if (type === 'text/csv') return readCsv;
  if (type.includes('ndjson') || type.includes('jsonl')) return readNdjson;
  if (type === 'application/json') return first === '{' ? readNdjson : readArray;
  if (type !== '' && type !== 'text/plain' && type !== 'application/octet-stream') {
    throw new HttpProblem(415, `The body must be one of ${importTypes.join(', ')}.`);
  }
  if (first === '[') return readArray;
  return first === '{' ? readNdjson : readCsv;
}

function readArray(text: string): ReadLines {
  const items = parseJson(text);
  if (!Array.isArray(items)) throw new HttpProblem(400, 'The body must be an array.');
  return split(items.map((value: unknown, index) => ({ line: index + 1, value })));
}

async function readNdjson(text: string): Promise<ReadLines> {
  const rejected: RejectedLine[] = [];
  const values: { line: number; value: unknown }[] = [];
  for (const [index, each] of text.split('\n').entries()) {
    if (index % linesPerTurn === 0) await othersTurn();
    if (each.trim() === '') continue;
    try {
      values.push({ line: index + 1, value: JSON.parse(each) });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      rejected.push({ line: index + 1, errors: [{ path: '', message: 'is not JSON' }] });
    }
  }
  const objects = split(values);
  return { lines: objects.lines, rejected: [...rejected, ...objects.rejected], columns: null };
}

function split(values: readonly { readonly line: number; readonly value: unknown }[]): ReadLines {
  const lines: ImportLine[] = [];
  const rejected: RejectedLine[] = [];
  for (const { line, value } of values) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      lines.push({ line, value: value as Record<string, unknown> });
    } else {
      rejected.push({ line, errors: [{ path: '', message: 'must be an object' }] });
    }
  }
  return { lines, rejected, columns: null };
}

async function readCsv(text: string, columns: CsvColumns): Promise<ReadLines> {
  const head = text.slice(0, Math.max(0, text.indexOf('\n')) || text.length);
  const rejected: RejectedLine[] = [];
  const lines: ImportLine[] = [];
  let header: string[] = [];
  const parser = parse({
    bom: true,
    columns: (names: string[]) => {
      header = checkHeader(names, columns);
      return header;
    },
    // Spreadsheets of many countries separate by semicolons.
    delimiter: head.includes(';') && !head.includes(',') ? ';' : ',',
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    trim: true,
  });
  parser.on('skip', (error: CsvError | undefined) => {
    rejected.push({ line: Number(error?.lines ?? 0), errors: [{ path: '', message: messageOf(error) }] });
  });
  Readable.from(slicesOf(text)).pipe(parser);
  for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
    // Empty fields are absent ones.
    const value: Record<string, string> = {};
    for (const [name, field] of Object.entries(record)) if (field !== '') value[name] = field;
    lines.push({ line: info.lines, value });
  }
  return { lines, rejected, columns: header };
}

interface CsvRecord {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

const sliceLength = 64 * 1024;

/** Parts of a text, none of which ends inside a surrogate pair; others have their turn in between. */
async function* slicesOf(text: string): AsyncGenerator<string> {
  for (let start = 0; start < text.length; ) {
    let end = Math.min(text.length, start + sliceLength);
    if (end < text.length && /[\uD800-\uDBFF]/.test(text[end - 1]!)) end += 1;
    yield text.slice(start, end);
    start = end;
    await othersTurn();
  }
}

const messageOf = (error: CsvError | undefined): string =>
  error?.code === 'CSV_RECORD_INCONSISTENT_COLUMNS'
    ? 'has another number of columns than the header'
    : 'is not CSV';

function checkHeader(names: readonly string[], { known, required }: CsvColumns): string[] {
  const faults = [
    ...names
      .filter((name) => !known.includes(name))
      .map((name) => ({ path: name, message: 'unknown column' })),
    ...required
      .filter((name) => !names.includes(name))
      .map((name) => ({ path: name, message: 'missing column' })),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => ({ path: name, message: 'column given twice' })),
  ];
  if (faults.length > 0) throw invalid(...faults);
  return [...names];
}

/** Lines in order, with what is wrong with each told at once. */
export function collected(rejected: Iterable<RejectedLine>): RejectedLine[] {
  const byLine = new Map<number, Fault[]>();
  for (const { line, errors } of rejected) {
    const known = byLine.get(line) ?? [];
    known.push(...errors);
    byLine.set(line, known);
  }
  return [...byLine].sort(([a], [b]) => a - b).map(([line, errors]) => ({ line, errors }));
}
