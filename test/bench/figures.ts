import { type Section, sectionMarkdown } from './report.ts';

/**
 * The document with the tables of the given parts in place of their last ones. Each part stands between two marks of
 * its own; what stands around them is written by hand.
 * @throws when the document lacks a part's marks
 */
export function withFigures(
  text: string,
  measured: string,
  parts: Readonly<Record<string, readonly Section[]>>,
): string {
  let result = text;
  for (const [name, sections] of Object.entries(parts)) {
    const [start, end] = [`<!-- figures of ${name} -->\n`, `<!-- /figures of ${name} -->`];
    const [before, after] = [result.indexOf(start), result.indexOf(end)];
    if (before === -1 || after === -1) throw new Error(`the document lacks the marks of ${name}`);
    const tables = [measured, '', ...sections.map(sectionMarkdown)].join('\n');
    result = result.slice(0, before + start.length) + tables + result.slice(after);
  }
  return result;
}
