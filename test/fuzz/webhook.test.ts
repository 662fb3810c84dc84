/** A seeded sample of `npm run fuzz:webhook`. */
import { expect, it } from 'vitest';
import { fuzzWebhook } from './webhook-run.ts';

it('the webhook accepts or quarantines every item of every body, and its counts add up', async () => {
  const { failures, statuses, accepted, rejected, foretold } = await fuzzWebhook({ bodies: 4_000, seed: 11 });
  expect(failures).toEqual([]);
  expect(Object.keys(statuses).sort()).toEqual(['200', '413']);
  // It would prove nothing if all of it were refused, or nothing.
  expect(accepted).toBeGreaterThan(4_000);
  expect(rejected).toBeGreaterThan(500);
  expect(foretold).toBeGreaterThan(1_500);
});
