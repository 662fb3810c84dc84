/** Scaling in every build, small; out to six, rolled and killed with `npm run scaling`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scale } from './scale.ts';
import { smallPhases } from './steps.ts';

test('a second process of each consumer joins and the first leaves: nothing is lost, every number is the same', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'adherence-scaling-'));
  const { faults, phases, unexpected, notifications } = await scale({
    dataDir,
    phases: smallPhases,
    people: 48,
    eventsPerSecond: 40,
    settleMs: 1_000,
    onPhase: (phase) => console.log(JSON.stringify(phase)),
  });
  expect(faults).toEqual([]);
  expect(unexpected).toEqual([]);
  expect(notifications).toBeGreaterThan(100);
  // Each phase had load to disturb.
  expect(Math.min(...phases.map(({ changes }) => changes))).toBeGreaterThan(20);
  await rm(dataDir, { recursive: true, force: true });
}, 480_000);
