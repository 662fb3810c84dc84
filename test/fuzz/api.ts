/**
 * `npm run fuzz:api -- --requests 100000 --seed 1`: the whole product in this process, with the real ClickHouse
 * engine, called at random. Ends with 1 when an answer is wrong, and prints what to send to see it again.
 */
import { parseArgs } from 'node:util';
import { operatorToken, startWholeProduct } from '../whole-product.ts';
import { fuzzApi } from './api-run.ts';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const requests = Number(values.requests);
const seed = Number(values.seed);
if (!Number.isSafeInteger(requests) || !Number.isSafeInteger(seed))
  throw new Error('--requests and --seed are integers');

const product = await startWholeProduct();
const notify = async (urlToken: string) => {
  const url = `${product.ingressUrl}/hooks/odigo/${urlToken}`;
  const { status } = await fetch(url, { method: 'POST', body: '{"agentId":"u1","status":"READY"}' });
  if (status !== 200) throw new Error(`webhook: ${status}`);
  await product.idle();
};
const startedAt = performance.now();
let shown = 0;
const result = await fuzzApi(
  { fetch: product.fetch, operatorToken, mayBeBusy: true, notify },
  { requests, seed },
  (done, found) => {
    for (const failure of found.slice(shown)) console.log(failure);
    shown = found.length;
    if (done % 5_000 !== 0) return;
    console.log(`${done} requests, ${Math.round((performance.now() - startedAt) / 1000)} s`);
  },
);
const { failures, statuses, slowest, slow, busy, neverDone } = result;
const perMinute = Math.round((requests * 60_000) / (performance.now() - startedAt));
console.log({ requests, seed, perMinute, statuses, slowest, slow, busy, neverDone });
for (const failure of failures.slice(shown)) console.log(failure);
const waited = Object.keys(slow).length;
console.log(`${requests} requests, ${failures.length} kinds of failure, ${waited} operations too slow`);
await product.stop();
process.exitCode = failures.length === 0 && waited === 0 ? 0 : 1;
