/** Lines of CSV (RFC 4180): comma, CRLF, quotes where they are needed. */
export type CsvValue = string | number | boolean | null;

export const csvLine = (values: readonly CsvValue[]): string => `${values.map(csvField).join(',')}\r\n`;

function csvField(value: CsvValue): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvType = 'text/csv; charset=utf-8';
