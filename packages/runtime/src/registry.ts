/**
 * The three calls of a Confluent-compatible schema registry that we need, each with a deadline and with errors by
 * status. Writers' schemas are read by kafkajs' client; registering is not its job here, since it takes three calls,
 * has no time-out and reports a refused connection as status 400, which cannot be told from a refused schema.
 */
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { systemClock, within } from './clock.ts';
import { asError, OperationalError } from './errors.ts';

export interface Registry {
  /** Id of the schema under the subject; registers it when it is new. Refused when it is incompatible. */
  register(subject: string, schema: string): Promise<number>;
  /** null: the registry knows no such id. */
  schemaOf(id: number): Promise<string | null>;
  setCompatibility(subject: string, compatibility: 'BACKWARD' | 'FULL' | 'FULL_TRANSITIVE'): Promise<void>;
}

export interface RegistryOptions {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** For one call. */
  readonly timeoutMs?: number;
}

/** The registry will not have this schema. */
export class SchemaRefusedError extends Error {
  constructor(subject: string, status: number, answer: string) {
    super(`the registry refuses the schema of ${subject} (${status}): ${answer}`);
    this.name = 'SchemaRefusedError';
  }
}

export interface RegistryAnswer {
  readonly status: number;
  readonly text: string;
}

/** One request, credentials and deadline included; throws OperationalError when the registry does not answer. */
export type RegistryCall = (method: string, path: string, body?: object) => Promise<RegistryAnswer>;

interface Target {
  readonly base: string;
  readonly user: string;
  readonly secret: string;
}

function targetOf({ url, username, password }: RegistryOptions): Target {
  const target = new URL(url);
  const user = username ?? decodeURIComponent(target.username);
  const secret = password ?? decodeURIComponent(target.password);
  // `fetch` refuses an address with credentials in it.
  target.username = '';
  target.password = '';
  return { base: target.href.replace(/\/+$/, ''), user, secret };
}

export function registryCall(options: RegistryOptions): RegistryCall {
  const { base, user, secret } = targetOf(options);
  const headers: Record<string, string> = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
  if (user) headers.authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  return async (method, path, body) => {
    try {
      const response = await fetch(`${base}${path}`, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw new OperationalError('REGISTRY_UNREACHABLE', `schema registry: ${asError(error).message}`, error);
    }
  };
}

const defaultTimeoutMs = 5_000;

export function openRegistry(options: RegistryOptions): Registry {
  const { timeoutMs = defaultTimeoutMs } = options;
  const { base, user, secret } = targetOf(options);
  const newReader = () =>
    new SchemaRegistry({
      host: base,
      retry: { retries: 0 },
      ...(user ? { auth: { username: user, password: secret } } : {}),
    });
  let reader = newReader();

  const call = registryCall(options);
  const refuse = (status: number, what: string): never => {
    throw registryRefusal(status, what);
  };

  return {
    async register(subject, schema) {
      const { status, text } = await call('POST', `/subjects/${encodeURIComponent(subject)}/versions`, {
        schema,
      });
      if (status === 409 || status === 422) throw new SchemaRefusedError(subject, status, text.slice(0, 500));
      if (status !== 200) refuse(status, 'register');
      return (JSON.parse(text) as { id: number }).id;
    },
    async schemaOf(id) {
      const late = () => {
        // It would go on waiting for the answer that never came whenever this id is asked for again.
        reader = newReader();
        return new OperationalError('REGISTRY_UNREACHABLE', `schema registry: no answer in ${timeoutMs} ms`);
      };
      try {
        const schema = await within(systemClock, reader.getSchema(id), timeoutMs, late);
        return JSON.stringify(schema);
      } catch (error) {
        if ((error as { status?: unknown }).status === 404) return null;
        if (error instanceof OperationalError) throw error;
        const { message } = asError(error);
        throw new OperationalError('REGISTRY_SCHEMA', `schema registry, schema by id: ${message}`, error);
      }
    },
    async setCompatibility(subject, compatibility) {
      const { status } = await call('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility });
      if (status !== 200) refuse(status, 'set compatibility');
    },
  };
}

export const registryRefusal = (status: number, what: string): OperationalError =>
  new OperationalError(`REGISTRY_${status}`, `schema registry answers ${status} to ${what}`);
