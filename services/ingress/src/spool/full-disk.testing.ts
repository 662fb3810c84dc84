/** A process of its own for the test of a full disk: appends to a spool, and prints what was taken and what was not. */
import { systemClock } from '@adherence/runtime/clock.ts';
import { asError } from '@adherence/runtime/errors.ts';
import { openDisk } from './disk.ts';
import { message, openTestSpool } from './spool.testing.ts';

const [folder = '', count = '0'] = process.argv.slice(2);
/** A failing disk is left alone for a moment; here time runs. */
let now = 0;
const clock = { ...systemClock, now: () => now };
const spool = await openTestSpool(await openDisk(folder), { clock, maxBytes: 10_000_000 });
for (let i = 0; i < Number(count); i++) {
  now += 1_000;
  try {
    await spool.append([message(`m${i}`, 1_500)]);
    console.log(`taken m${i}`);
  } catch (error) {
    console.log(`refused m${i} ${asError(error).name}`);
  }
}
