/** What tests of the spool share. */
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { systemClock } from '@adherence/runtime/clock.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { noMetrics } from '@adherence/runtime/metrics.ts';
import { topics } from '@adherence/schemas/topics.ts';
import type { Disk } from './disk.ts';
import { openSpool, type Spool, type SpoolOptions } from './spool.ts';

export const message = (name: string, valueBytes = 20, tenant = 't1'): OutMessage => ({
  topic: topics.notifications.name,
  partition: 3,
  key: `${tenant}|odigo|${name}`,
  value: Buffer.alloc(valueBytes, name),
  headers: { 'configuration-offset': '7' },
});

let salts = 0x1234;

export const openTestSpool = (disk: Disk, options: Partial<SpoolOptions> = {}): Promise<Spool> =>
  openSpool({
    disk,
    maxBytes: 1_000_000,
    clock: systemClock,
    log: silentLog,
    metrics: noMetrics,
    newSalt: () => salts++,
    ...options,
  });

/** Names of all messages, drained in order. */
export async function drain(spool: Spool): Promise<string[]> {
  const names: string[] = [];
  for (let read = await spool.next(); read !== null; read = await spool.next()) {
    names.push(...read.messages.map(({ key }) => key!.split('|').at(-1)!));
    await read.drained();
  }
  return names;
}
