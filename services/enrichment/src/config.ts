/** Settings of enrichment from the environment, parsed once; every fault is reported at once. */
import { z } from 'zod';

export const configSchema = z.object({
  /** What is taken is sent after so many messages, or so long after the first. */
  ENRICHMENT_SETTLE_MESSAGES: z.coerce.number().int().min(1).max(10_000).default(1_000),
  ENRICHMENT_SETTLE_DELAY_MS: z.coerce.number().int().min(1).max(5_000).default(50),
  /** Dead letters of our own making in 10,000 messages past which the consumer stops. */
  DEAD_LETTER_LIMIT: z.coerce.number().int().min(0).max(10_000).default(100),
});

export type EnrichmentConfig = z.output<typeof configSchema>;
