/** Settings of the ingress from the environment, parsed once; every fault is reported at once. */
import { z } from 'zod';

const integer = (least: number, greatest: number) => z.coerce.number().int().min(least).max(greatest);

export const configSchema = z
  .object({
    INGRESS_HOST: z.string().default('0.0.0.0'),
    INGRESS_PORT: integer(0, 65_535).default(8080),
    /** Of a request as it arrives, and of what a compressed one inflates to. */
    MAX_BODY_BYTES: integer(1_024, 16 * 1024 * 1024).default(1024 * 1024),
    MAX_INFLATED_BYTES: integer(1_024, 64 * 1024 * 1024).default(4 * 1024 * 1024),
    /** Of all requests together: bodies, inflated bodies, records. Nobody holds more than is free; past it 503. */
    MAX_OPEN_BYTES: integer(1024 * 1024, 4 * 1024 * 1024 * 1024).default(128 * 1024 * 1024),
    /** Past it whoever holds most of them loses the one that has waited longest. */
    MAX_CONNECTIONS: integer(10, 1_000_000).default(4_096),
    /** Of one URL token: a steady rate, and what may come at once; past it 503. */
    TOKEN_EVENTS_PER_SECOND: integer(1, 10_000_000).default(10_000),
    TOKEN_EVENTS_BURST: integer(1, 100_000_000).default(100_000),
    /** From the end of a body to the answer; past it 503. Below 2 s, the time that senders are promised. */
    ANSWER_LIMIT_MS: integer(50, 30_000).default(1_800),
    /** A sender that needs longer for a whole request is cut off. */
    REQUEST_LIMIT_MS: integer(50, 600_000).default(10_000),
    /** Folder on a volume that outlives the process and its pod, of this process alone; without one no spool: 503. */
    SPOOL_DIR: z.string().optional(),
    SPOOL_MAX_BYTES: integer(1024 * 1024, 1024 * 1024 * 1024 * 1024).default(1024 * 1024 * 1024),
    /** Kafka has so long to take a notification before it goes to the spool. */
    SPOOL_AFTER_MS: integer(50, 30_000).default(700),
    RETRY_AFTER_SECONDS: integer(1, 3_600).default(2),
    /** Answer to a body that is quarantined as a whole; some senders retry a 4xx for ever. */
    UNPARSEABLE_ANSWER: z.enum(['200', '400']).default('200'),
    /** How often at most the health of one integration is published. */
    HEALTH_INTERVAL_MS: integer(100, 600_000).default(3_000),
  })
  .refine(
    ({ SPOOL_DIR, SPOOL_AFTER_MS, ANSWER_LIMIT_MS }) => !SPOOL_DIR || SPOOL_AFTER_MS + 50 <= ANSWER_LIMIT_MS,
    {
      path: ['SPOOL_AFTER_MS'],
      message: 'must leave 50 ms of ANSWER_LIMIT_MS for the spool',
    },
  )
  .refine(
    ({ MAX_OPEN_BYTES, MAX_BODY_BYTES, MAX_INFLATED_BYTES }) =>
      MAX_OPEN_BYTES >= 2 * (MAX_BODY_BYTES + 2 * MAX_INFLATED_BYTES) + 10_000_000,
    {
      path: ['MAX_OPEN_BYTES'],
      message:
        'must hold the greatest request twice: 2 * (MAX_BODY_BYTES + 2 * MAX_INFLATED_BYTES) + 10,000,000',
    },
  );

export type IngressConfig = z.output<typeof configSchema>;
