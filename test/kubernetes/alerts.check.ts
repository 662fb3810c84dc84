/** promtool: the rules are right, and each alert fires when it should and stays silent when it should. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chartFolder } from './render-chart.ts';
import { needTool } from './tools.ts';

const promtool = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(needTool('promtool'), args, { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
};
const filesIn = (folder: string): string[] => readdirSync(folder).map((file) => join(folder, file));

it('has rules that Prometheus loads', () => {
  const { status, said } = promtool('check', 'rules', ...filesIn(join(chartFolder, 'alerts')));
  expect(said).not.toMatch(/FAILED|duplicate/);
  expect(status).toBe(0);
});

it.each(filesIn(join(import.meta.dirname, 'alerts')))('fires and stays silent as %s says', (file) => {
  const { status, said } = promtool('test', 'rules', file);
  expect(said).toMatch(/SUCCESS/);
  expect(status).toBe(0);
});
