import { expect, test } from 'vitest';
import { stopAll } from './stop-all.ts';
import type { Supervised } from './supervise.ts';

const names = ['kafka', 'clickhouse', 'registry', 'adherence', 'ingress', 'console', 'enrichment', 'demo'];

function scene(takesMs: (name: string, graceMs: number) => number) {
  let nowMs = 0;
  const ledger: string[] = [];
  const running = names.map(
    (name): Supervised => ({
      name,
      kill: () => undefined,
      stop: async (graceMs) => {
        ledger.push(name);
        nowMs += takesMs(name, graceMs);
      },
    }),
  );
  return { running, ledger, now: () => nowMs };
}

const nothing = (): void => undefined;

test('what takes in is stopped first, what the others stand on last', async () => {
  const { running, ledger, now } = scene(() => 100);
  await stopAll(running, nothing, now);
  expect(ledger).toEqual([
    ...['demo', 'console', 'ingress', 'enrichment', 'adherence', 'registry', 'kafka', 'clickhouse'],
  ]);
});

test('10 s are enough even when every part hangs until it is killed', async () => {
  const { running, ledger, now } = scene((_, graceMs) => graceMs);
  await stopAll(running, nothing, now);
  expect(ledger).toHaveLength(names.length);
  expect(now()).toBeLessThan(10_000);
});

test('a service that hangs leaves time for Kafka and the tables to close', async () => {
  const graces = new Map<string, number>();
  const { running, now } = scene((name, graceMs) => {
    graces.set(name, graceMs);
    return name === 'adherence' ? graceMs : 50;
  });
  await stopAll(running, nothing, now);
  for (const name of ['registry', 'kafka', 'clickhouse']) expect(graces.get(name)).toBeGreaterThan(2_000);
});
