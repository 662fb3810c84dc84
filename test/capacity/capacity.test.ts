/** The tables of docs/capacity.md are what the arithmetic gives; a failure shows the right ones. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sectionMarkdown } from '../bench/report.ts';
import { capacityOf, type Load } from './capacity.ts';
import { measuredCosts, usualLoad } from './capacity-inputs.ts';
import { capacityRows, costRows } from './capacity-page.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/capacity.md'), 'utf8');
const at = (agents: number, change: Partial<Load> = {}) =>
  capacityOf({ ...usualLoad, agents, ...change }, measuredCosts);

test.each([
  ['needs', capacityRows()],
  ['costs', costRows()],
])('the table of %s is that of the arithmetic', (_, rows) => {
  const [, , ...table] = sectionMarkdown({ title: '', rows }).trimEnd().split('\n');
  expect(page).toContain(table.join('\n'));
});

test('every other input of the arithmetic is on the page', () => {
  const told = [...Object.values(usualLoad), ...Object.values(measuredCosts.bytes)];
  for (const value of told) expect(page).toContain(`| ${value.toLocaleString('en-US')} |`);
});

test('more agents, a higher peak, longer retention never need less; replicas stay within partitions', () => {
  for (const agents of [1, 100, 10_000, 100_000]) {
    const needed = at(agents);
    for (const more of [at(agents * 2), at(agents, { peakFactor: 6 }), at(agents, { retentionDays: 800 })]) {
      // More replicas may each need less memory.
      const { adherenceMemory: _, ...others } = needed;
      expect(more.adherenceMemory * more.adherenceReplicas).toBeGreaterThanOrEqual(needed.adherenceMemory);
      for (const [name, value] of Object.entries(others)) {
        expect(more[name as keyof typeof more], name).toBeGreaterThanOrEqual(value);
      }
    }
    expect(Math.max(needed.enrichmentReplicas, needed.adherenceReplicas)).toBeLessThanOrEqual(24);
    expect(Math.min(needed.ingressReplicas, needed.adherenceReplicas)).toBeGreaterThanOrEqual(2);
  }
});
