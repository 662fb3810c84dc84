/**
 * `npm run fuzz:webhook -- --bodies 1000000 --seed 1 [--from 0]`: an ingress in this process, posted to at random over HTTP. Ends
 * with 1 when an answer is wrong or a count does not add up, and names the body that shows it again.
 */
import { parseArgs } from 'node:util';
import { fuzzWebhook } from './webhook-run.ts';

const { values } = parseArgs({
  options: {
    bodies: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
  },
});
const bodies = Number(values.bodies);
const seed = Number(values.seed);
const from = Number(values.from);
if (![bodies, seed, from].every(Number.isSafeInteger)) {
  throw new Error('--bodies, --seed and --from are integers');
}

const startedAt = performance.now();
const seconds = (): number => Math.round((performance.now() - startedAt) / 1000);
const { failures, ...result } = await fuzzWebhook({
  bodies,
  seed,
  from,
  onProgress(done) {
    if (done % 50_000 === 0) console.log(`${done} bodies, ${seconds()} s`);
  },
});
console.log({ bodies, seed, from, seconds: seconds(), ...result });
for (const failure of failures) console.log(failure);
console.log(`${bodies} bodies, ${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;
