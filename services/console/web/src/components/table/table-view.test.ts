import { describe, expect, it } from 'vitest';
import { csvOf } from './csv.ts';
import { type Column, searched, sortedRows, sortingOf } from './table-view.ts';

interface Row {
  readonly name: string;
  readonly count: number;
}
const columns: readonly Column<Row>[] = [
  { key: 'name', header: 'Name', text: ({ name }) => name },
  { key: 'count', header: 'Count', text: ({ count }) => String(count), order: ({ count }) => count },
];
const rows: readonly Row[] = [
  { name: 'Inès 10', count: 9 },
  { name: 'ines 2', count: 100 },
  { name: 'Zoé', count: 10 },
];
const names = (found: readonly Row[]) => found.map(({ name }) => name);

describe('a table', () => {
  it('finds rows with every word, whatever case and accents', () => {
    expect(names(searched(rows, columns, 'INES'))).toEqual(['Inès 10', 'ines 2']);
    expect(names(searched(rows, columns, 'ines 100'))).toEqual(['ines 2']);
    expect(searched(rows, columns, '  ')).toBe(rows);
  });

  it('sorts texts as people do and numbers as numbers', () => {
    const sorted = (text: string) => names(sortedRows(rows, columns, sortingOf(text), 'en'));
    expect(sorted('name')).toEqual(['ines 2', 'Inès 10', 'Zoé']);
    expect(sorted('-count')).toEqual(['ines 2', 'Zoé', 'Inès 10']);
    expect(sorted('gone')).toEqual(names(rows));
  });
});

describe('an export', () => {
  it('quotes what needs it, and disarms what a spreadsheet would take for a formula', () => {
    expect(
      csvOf(
        ['a', 'b'],
        [
          ['x,"y"', '=HYPERLINK("http://evil.example")'],
          ['-3', '@cmd'],
        ],
      ),
    ).toBe('\ufeffa,b\r\n"x,""y""","\'=HYPERLINK(""http://evil.example"")"\r\n-3,\'@cmd\r\n');
  });
});
