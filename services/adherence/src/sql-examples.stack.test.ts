/** Every example of docs/sql.md on the real engine: it gives the table that is printed under it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addDays } from '@adherence/domain/calendar.ts';
import { command } from '@adherence/domain/configuration/given.testing.ts';
import { analystViews } from '@adherence/schemas/analyst-views.ts';
import { beforeAll, expect, test } from 'vitest';
import { databaseForTests } from './database.testing.ts';
import { annsCentre, ownerOfAnn, scheduleSet, statusEvent } from './owner.testing.ts';

const file = join(import.meta.dirname, '../../../docs/sql.md');
const text = readFileSync(file, 'utf8');
/** A statement in a fence, and the table that follows it. */
const examples = [...text.matchAll(/```sql\n([\s\S]*?)\n```\n(\n(?:\|.*\n)+)?/g)];

const hour = 3_600_000;
const days = Array.from({ length: 10 }, (_, i) => addDays('2026-02-02', i));
const nine = (day: string) => Date.parse(`${day}T08:00:00Z`);
const now = nine('2026-02-12') + 3 * hour;

const db = await databaseForTests();

beforeAll(async () => {
  const owner = await ownerOfAnn(db, annsCentre, now);
  const history = days.flatMap((day, i) => [
    scheduleSet(i, day, nine(day), nine(day) + 8 * hour),
    statusEvent(10 + 2 * i, 'AVAILABLE', nine(day)),
    statusEvent(11 + 2 * i, null, nine(day) + 8 * hour),
  ]);
  await owner.takes(...history.sort((a, b) => a.offset - b.offset));
  // All of it came late, which is not what the examples are about.
  await db.command('TRUNCATE TABLE result_changes');
  await owner.takes(statusEvent(40, null, nine('2026-02-03') + 6 * hour, now));
  const outage = { personIds: ['ann'], from: nine('2026-02-04'), to: nine('2026-02-04') + hour };
  owner.later([command('exception', 'outage', { ...outage, reason: 'Outage' })]);
  await owner.settles();
});

const tableOf = (rows: readonly Record<string, unknown>[]): string => {
  const columns = Object.keys(rows[0]!);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const cell = (value: unknown) =>
    value === null ? 'NULL' : Array.isArray(value) ? value.join(', ') : String(value);
  const body = rows.map((row) => line(columns.map((column) => cell(row[column]))));
  return `\n${line(columns)}${line(columns.map(() => '---'))}${body.join('')}`;
};

test('every example gives the table under it', async () => {
  let written = text;
  for (const [whole, sql, table = ''] of examples) {
    const rows = await db.query<Record<string, unknown>>(sql!);
    expect(rows.length, sql).toBeGreaterThan(0);
    // UPDATE_SQL_EXAMPLES=1 writes the tables instead.
    if (process.env.UPDATE_SQL_EXAMPLES) {
      written = written.replace(whole, `\`\`\`sql\n${sql}\n\`\`\`\n${tableOf(rows)}`);
    } else expect(tableOf(rows), sql).toBe(table);
  }
  if (written !== text) writeFileSync(file, written);
});

test('every view is documented and used by an example', () => {
  for (const { name } of analystViews) {
    expect(text).toContain(`| \`${name}\` |`);
    expect(examples.filter(([, sql]) => sql!.includes(`FROM ${name}\n`)).length, name).toBeGreaterThan(0);
  }
});
