/** Settings of the adherence service from the environment, parsed once; every fault is reported at once. */
import { z } from 'zod';

const retention =
  'must be whole days from 31 to 3,660 (ten years): the month that is still being corrected has to be kept';

export const configSchema = z.object({
  /** How often the results of everybody are computed up to now. */
  RESULT_TICK_SECONDS: z.coerce.number().int().min(1).max(900).default(15),
  /** Results and what they are computed from are kept this long. */
  RETENTION_DAYS: z.coerce
    .number(retention)
    .int(retention)
    .min(31, retention)
    .max(3_660, retention)
    .default(400),
  /** What is taken is made durable after so many messages, or so long after the first. */
  ADHERENCE_SETTLE_MESSAGES: z.coerce.number().int().min(1).max(100_000).default(50_000),
  ADHERENCE_SETTLE_DELAY_MS: z.coerce.number().int().min(10).max(30_000).default(1_000),
});

export type AdherenceConfig = z.output<typeof configSchema>;
