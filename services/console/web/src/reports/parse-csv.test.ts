import { describe, expect, it } from 'vitest';
import { parseCsv } from './parse-csv.ts';

describe('parseCsv', () => {
  it('reads fields, quotes, commas and line ends inside quotes', () => {
    expect(parseCsv('a,b\r\n"x, ""y""","1\n2"\r\n,\r\n')).toEqual([
      ['a', 'b'],
      ['x, "y"', '1\n2'],
      ['', ''],
    ]);
  });

  it('leaves a line out that has not come whole', () => {
    expect(parseCsv('a,b\r\n1,2\r\n3,')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(parseCsv('')).toEqual([]);
  });
});
