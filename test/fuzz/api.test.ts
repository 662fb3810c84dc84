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
    { fetch: console_.running.fetch, operatorToken, mayBeBusy: false },
    { requests: 1_200, seed: 7 },
  );
  expect(result.failures).toEqual([]);
  await console_.stop();
});
