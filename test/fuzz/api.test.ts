/** A seeded sample of `npm run fuzz:api`, without a database: what lies behind it is fuzzed by the command. */
import { answerSchedules, operatorToken, startTestConsole } from '@adherence/console/console.testing.ts';
import { createRecordingDatabase } from '@adherence/console/recording-database.testing.ts';
import { expect, it } from 'vitest';
import { fuzzApi } from './api-run.ts';

it('the API answers what is bent at random without a 5xx, and as it describes itself', async () => {
  const console_ = await startTestConsole({ database: createRecordingDatabase() });
  await answerSchedules(console_.broker, ({ documents }) =>
    documents.map(({ shiftDate }) => ({
      ...{ shiftDate, ok: true, created: true, unchanged: false, etag: '"1"', problem: null, errors: [] },
    })),
  );
  const result = await fuzzApi(
    { fetch: console_.running.fetch, operatorToken, mayBeBusy: false, notify: null },
    { requests: 6_000, seed: 7 },
  );
  expect(result.failures).toEqual([]);
  const { requests, statuses, neverDone } = result;
  const count = (from: number, to: number) =>
    Object.entries(statuses).reduce(
      (sum, [s, n]) => (Number(s) >= from && Number(s) < to ? sum + n : sum),
      0,
    );
  expect(count(200, 500)).toBe(requests);
  expect(Object.keys(statuses)).toEqual(expect.arrayContaining(everyKind));
  // What was done was done: a fuzzer that is refused at the door finds nothing behind it.
  expect(count(200, 300)).toBeGreaterThan(requests / 5);
  // Those that need a database, or the id of one exact thing that a longer run comes to.
  expect(neverDone.length, neverDone.join()).toBeLessThan(20);
  await console_.stop();
});

const everyKind = ['200', '201', '204', '400', '401', '403', '404', '405', '409', '412', '413', '415', '422'];
