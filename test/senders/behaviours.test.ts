/** docs/sender-behaviours.md names tests that are there, and leaves out none of what a real sender does. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const page = readFileSync(join(repository, 'docs/sender-behaviours.md'), 'utf8');
const rows = [...page.matchAll(/^\| (.+) \| `([^`]+\.ts)`: (.+) \|$/gm)].map(
  ([, behaviour, file, title]) => ({
    behaviour: behaviour!,
    file: file!,
    title: title!,
  }),
);
const unreadRows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (behaviour|---) /.test(line)).length;

it('every row names a behaviour, a file and a test', () => {
  expect(rows.length).toBe(unreadRows);
  expect(rows.length).toBeGreaterThan(60);
});

it.each(rows)('$behaviour: $title', ({ file, title }) => {
  const path = join(repository, file);
  expect(existsSync(path)).toBe(true);
  // Of a call: `it('title'`, or `it.each(...)('title'`.
  expect(readFileSync(path, 'utf8')).toContain(`('${title}'`);
});

it('every test of what a real sender does is in the table', () => {
  const source = readFileSync(join(import.meta.dirname, 'what-a-real-sender-does.test.ts'), 'utf8');
  const named = new Set(rows.map(({ title }) => title));
  const titles = [...source.matchAll(/^ {2}it\('(.+)', async/gm)].map(([, title]) => title!);
  expect(titles.filter((title) => !named.has(title))).toEqual([]);
});
