/** One fault run in every build; a hundred with `npm run faults`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDateOf } from '@adherence/domain/calendar.ts';
import { expect, test } from 'vitest';
import { tenantTimeZone } from './contact-centre.ts';
import { runSeed } from './run-seed.ts';

test('nothing is lost, nothing counted twice, and the tables equal those of an undisturbed run', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'adherence-faults-'));
  const today = localDateOf(tenantTimeZone, Date.now());
  const report = await runSeed({ seed: 1, today, dataDir, print: (line) => console.log(line) });
  expect(report.faults).toEqual([]);
  expect(report.chaos.filter(({ what }) => what.startsWith('kill')).length).toBeGreaterThanOrEqual(8);
  expect(report.facts).toBeGreaterThan(2_000);
  expect(report.personDays).toBeGreaterThan(80);
  await rm(dataDir, { recursive: true, force: true });
}, 480_000);
