/** Settings from the environment: one schema for what all services share, every fault reported at once. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { KafkaConnection } from './broker/kafka-client.ts';
import type { RegistryOptions } from './registry.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Somebody has to change the environment or what it names; `faults` has one line for each. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[], cause?: unknown) {
    super(
      `the environment is not right:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
      cause === undefined ? undefined : { cause },
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** An empty variable counts as one that is not set. Throws ConfigError. */
export function parseEnvironment<T>(schema: z.ZodType<T>, environment: Environment): T {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message, code, input }) => {
      const isMissing = code === 'invalid_type' && input === undefined && message.startsWith('Invalid input');
      return `${path.join('.')}: ${isMissing ? 'is not set; .env.example says what it is' : message}`;
    }),
  );
}

const brokerList = z
  .string()
  .transform((text) => text.split(',').map((broker) => broker.trim()))
  .refine((brokers) => brokers.every((broker) => /^[^\s:/]+:\d{1,5}$|^\[[^\]]+\]:\d{1,5}$/.test(broker)), {
    message: 'must be host:port, or several of them with commas between',
  });
const httpUrl = z.url({ protocol: /^https?$/, message: 'must be an http or https address' });
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

export const sharedEnvironmentSchema = z
  .object({
    KAFKA_BROKERS: brokerList,
    KAFKA_SSL: flag,
    /** PEM file of the authority to trust, when it is not one of the system's; implies KAFKA_SSL. */
    KAFKA_SSL_CA_FILE: z.string().optional(),
    KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
    KAFKA_SASL_USERNAME: z.string().optional(),
    KAFKA_SASL_PASSWORD: z.string().optional(),
    SCHEMA_REGISTRY_URL: httpUrl,
    SCHEMA_REGISTRY_USERNAME: z.string().optional(),
    SCHEMA_REGISTRY_PASSWORD: z.string().optional(),
    CLICKHOUSE_URL: httpUrl,
    CLICKHOUSE_USERNAME: z.string().optional(),
    CLICKHOUSE_PASSWORD: z.string().optional(),
    CLICKHOUSE_DATABASE: z.string().optional(),
    ADMIN_HOST: z.string().default('0.0.0.0'),
    ADMIN_PORT: z.coerce.number().int().min(0).max(65_535).default(9464),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    /** Where traces are sent to (OTLP over HTTP); without it nothing is traced. */
    OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
    /** Share of the notification requests that are traced. */
    OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(0.01),
    /** From SIGTERM to the end of the process; keep it below the grace period of the platform. */
    SHUTDOWN_GRACE_SECONDS: z.coerce.number().int().min(1).max(600).default(25),
  })
  .superRefine((env, context) => {
    if (!env.KAFKA_SASL_MECHANISM) return;
    for (const name of ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const) {
      if (env[name]) continue;
      context.addIssue({ code: 'custom', path: [name], message: 'is needed with KAFKA_SASL_MECHANISM' });
    }
  });
export type SharedEnvironment = z.output<typeof sharedEnvironmentSchema>;

/** Reads the certificate file; throws ConfigError when it cannot. */
export function kafkaConnectionOf(env: SharedEnvironment, clientId: string): KafkaConnection {
  const { KAFKA_SSL_CA_FILE: caFile, KAFKA_SASL_MECHANISM: mechanism } = env;
  return {
    brokers: env.KAFKA_BROKERS,
    clientId,
    ssl: caFile ? { ca: readAuthority(caFile) } : env.KAFKA_SSL,
    ...(mechanism
      ? { sasl: { mechanism, username: env.KAFKA_SASL_USERNAME!, password: env.KAFKA_SASL_PASSWORD! } }
      : {}),
  };
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const remedy = 'mount the Secret with the certificate of the authority there, or correct the path';
    throw new ConfigError([`KAFKA_SSL_CA_FILE: ${file} cannot be read: ${remedy}`], error);
  }
}

export const registryOptionsOf = (env: SharedEnvironment): RegistryOptions => ({
  url: env.SCHEMA_REGISTRY_URL,
  ...(env.SCHEMA_REGISTRY_USERNAME
    ? { username: env.SCHEMA_REGISTRY_USERNAME, password: env.SCHEMA_REGISTRY_PASSWORD ?? '' }
    : {}),
});

export const clickHouseOptionsOf = (env: SharedEnvironment) => ({
  url: env.CLICKHOUSE_URL,
  ...(env.CLICKHOUSE_USERNAME ? { username: env.CLICKHOUSE_USERNAME } : {}),
  ...(env.CLICKHOUSE_PASSWORD ? { password: env.CLICKHOUSE_PASSWORD } : {}),
  ...(env.CLICKHOUSE_DATABASE ? { database: env.CLICKHOUSE_DATABASE } : {}),
});
