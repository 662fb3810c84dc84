/** Settings of the console from the environment, parsed once; every fault is reported at once. */
import { parseSecretsKey } from '@adherence/domain/configuration/secret.ts';
import { type Network, parseNetworks } from '@adherence/odigo-web-service/allowed-address.ts';
import { type Environment, parseEnvironment } from '@adherence/runtime/env-config.ts';
import { z } from 'zod';

const makeKey = '`openssl rand -base64 32` makes one';
const secretsKey = z.string(`is missing; ${makeKey}`).transform((text, context) => {
  const key = parseSecretsKey(text);
  if (key) return key;
  context.addIssue({ code: 'custom', message: `must be 32 bytes in hexadecimal or base64; ${makeKey}` });
  return z.NEVER;
});
const port = z.coerce.number().int().min(0).max(65_535);

export const configSchema = z.object({
  CONSOLE_HOST: z.string().default('0.0.0.0'),
  CONSOLE_PORT: port.default(8081),
  INGRESS_PORT: port.default(8080),
  OPERATOR_TOKEN: z
    .string('is missing; `openssl rand -base64 24` makes one')
    .min(16, 'must have at least 16 characters; `openssl rand -base64 24` makes one'),
  SECRETS_KEY: secretsKey,
  /** The key before a rotation: what it has sealed is sealed anew at the start (docs/security.md). */
  SECRETS_KEY_PREVIOUS: secretsKey.optional(),
  /** Where Odigo reaches the ingress; shown with every new URL token. */
  INGRESS_PUBLIC_URL: z.url().optional(),
  /** Set it when browsers reach the console by https. */
  SECURE_COOKIES: z.enum(['true', 'false']).default('false'),
  /** Proxies of yours in front, each of which adds to X-Forwarded-For: failed sign-ins are counted per client. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  /** As enrichment has it: networks that are not public in which break web services may be. */
  BREAK_DETAIL_ALLOWED_NETWORKS: z
    .string()
    .transform(parseNetworks)
    .refine((networks) => networks !== null, 'must be networks as 10.1.0.0/16, with commas between')
    .default([]),
  SCHEDULE_OUTCOME_LIMIT_MS: z.coerce.number().int().min(100).default(10_000),
  /** Threads for what is computed when it is asked for: explanations, numbers as they were known, what-if. */
  CALCULATION_THREADS: z.coerce.number().int().min(1).max(64).default(2),
  /** Answered at once; a single tenant gets half. */
  CALCULATION_QUESTIONS: z.coerce.number().int().min(1).max(1_000).default(8),
  CALCULATION_LIMIT_SECONDS: z.coerce.number().int().min(1).max(600).default(60),
  /** Of one question: people times days. */
  CALCULATION_MAX_PERSON_DAYS: z.coerce.number().int().min(1).max(1_000_000).default(20_000),
});

export interface ConsoleConfig {
  readonly host: string;
  readonly port: number;
  readonly operatorToken: string;
  readonly secretsKey: Uint8Array;
  readonly previousSecretsKey: Uint8Array | null;
  readonly trustedProxies: number;
  readonly ingressUrl: string;
  readonly secureCookies: boolean;
  readonly breakDetailNetworks: readonly Network[];
  readonly scheduleOutcomeLimitMs: number;
  readonly calculationThreads: number;
  readonly calculationQuestions: number;
  readonly calculationLimitMs: number;
  readonly calculationMaxPersonDays: number;
}

/** Throws ConfigError. */
export function parseConfig(environment: Environment): ConsoleConfig {
  const env = parseEnvironment(configSchema, environment);
  const ingressUrl = env.INGRESS_PUBLIC_URL ?? `http://127.0.0.1:${env.INGRESS_PORT}`;
  return {
    host: env.CONSOLE_HOST,
    port: env.CONSOLE_PORT,
    operatorToken: env.OPERATOR_TOKEN,
    secretsKey: env.SECRETS_KEY,
    previousSecretsKey: env.SECRETS_KEY_PREVIOUS ?? null,
    trustedProxies: env.TRUSTED_PROXIES,
    ingressUrl: ingressUrl.replace(/\/+$/, ''),
    secureCookies: env.SECURE_COOKIES === 'true',
    breakDetailNetworks: env.BREAK_DETAIL_ALLOWED_NETWORKS,
    scheduleOutcomeLimitMs: env.SCHEDULE_OUTCOME_LIMIT_MS,
    calculationThreads: env.CALCULATION_THREADS,
    calculationQuestions: env.CALCULATION_QUESTIONS,
    calculationLimitMs: env.CALCULATION_LIMIT_SECONDS * 1000,
    calculationMaxPersonDays: env.CALCULATION_MAX_PERSON_DAYS,
  };
}

/** The key that seals first; each of them opens. */
export const secretsKeysOf = ({
  secretsKey: current,
  previousSecretsKey: previous,
}: Pick<ConsoleConfig, 'secretsKey' | 'previousSecretsKey'>): Uint8Array[] =>
  previous ? [current, previous] : [current];
