/** Settings of enrichment from the environment, parsed once; every fault is reported at once. */
import { parseSecretsKey } from '@adherence/domain/configuration/secret.ts';
import { parseNetworks } from '@adherence/odigo-web-service/allowed-address.ts';
import { z } from 'zod';

const secretsKey = z
  .string()
  .transform(parseSecretsKey)
  .refine((key) => key !== null, 'must be 32 bytes in hexadecimal or base64, and those of the console')
  .optional();

export const configSchema = z.object({
  /** What is taken is sent after so many messages, or so long after the first. */
  ENRICHMENT_SETTLE_MESSAGES: z.coerce.number().int().min(1).max(10_000).default(4_000),
  ENRICHMENT_SETTLE_DELAY_MS: z.coerce.number().int().min(1).max(5_000).default(50),
  /** Dead letters of our own making in 10,000 messages past which the consumer stops. */
  DEAD_LETTER_LIMIT: z.coerce.number().int().min(0).max(10_000).default(100),
  /** Opens the passwords of break web services, as the console seals them; without it no break type is looked up. */
  SECRETS_KEY: secretsKey,
  SECRETS_KEY_PREVIOUS: secretsKey,
  /** Networks that are not public in which break web services may be, `10.1.0.0/16,fd00::/8`. */
  BREAK_DETAIL_ALLOWED_NETWORKS: z
    .string()
    .transform(parseNetworks)
    .refine((networks) => networks !== null, 'must be networks as 10.1.0.0/16, with commas between')
    .default([]),
  /** For one question to a break web service. */
  BREAK_LOOKUP_TIMEOUT_MS: z.coerce.number().int().min(50).max(10_000).default(3_000),
  /** Questions at once to one break web service. */
  BREAK_LOOKUPS_IN_FLIGHT: z.coerce.number().int().min(1).max(100).default(8),
});

export type EnrichmentConfig = z.output<typeof configSchema>;
