import { describe, expect, it } from 'vitest';
import { linesOfFile, typeOfFile } from './import-file.ts';

describe('a file to import', () => {
  it('is known by its name', () => {
    expect(['people.CSV', 'a.ndjson', 'a.jsonl', 'a.json', 'people.txt'].map(typeOfFile)).toEqual([
      'text/csv',
      'application/x-ndjson',
      'application/x-ndjson',
      'application/json',
      'text/csv',
    ]);
  });

  it('gives back the lines that the report speaks of', async () => {
    const file = new File(['one\r\ntwo\nthree'], 'people.csv');
    expect([...(await linesOfFile(file, new Set([3, 2, 9])))]).toEqual([
      [3, 'three'],
      [2, 'two'],
    ]);
    expect((await linesOfFile(new File(['[]'], 'people.json'), new Set([1]))).size).toBe(0);
  });
});
