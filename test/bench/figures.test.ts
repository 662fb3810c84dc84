import { describe, expect, it } from 'vitest';
import { withFigures } from './figures.ts';

const document = `# Figures

<!-- figures of a -->
old
<!-- /figures of a -->
between
<!-- figures of b -->
kept
<!-- /figures of b -->
`;

describe('figures in a document', () => {
  it('replaces one part and leaves the others', () => {
    const sections = [{ title: 'Speed', rows: [{ what: 'events', rate: 12 }] }];
    const text = withFigures(document, 'Measured today.', { a: sections });
    expect(text).toContain('<!-- figures of a -->\nMeasured today.\n\n### Speed');
    expect(text).toContain('| events | 12 |');
    expect(text).not.toContain('old');
    expect(text).toContain('between\n<!-- figures of b -->\nkept\n');
    expect(withFigures(text, 'Measured today.', { a: sections })).toBe(text);
  });

  it('refuses a document without the marks of a part', () => {
    expect(() => withFigures(document, '', { c: [] })).toThrow('marks of c');
  });
});
