import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface StartOptions {
  /** Absolute. */
  readonly dataDir: string;
  readonly demo: boolean;
  readonly embedded: boolean;
  readonly ingressPort: number;
  readonly consolePort: number;
  /** Servers to use instead of the local parts. */
  readonly kafkaBrokers: string | undefined;
  readonly registryUrl: string | undefined;
  readonly clickhouseUrl: string | undefined;
  /** undefined: one is made and kept in the data directory. */
  readonly operatorToken: string | undefined;
}

/** What `npm start` was asked for. Throws an Error whose message lists every fault, a sentence each. */
export function parseOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): StartOptions {
  const faults: string[] = [];
  const values = parseArguments(args, faults);
  const port = (name: string, fallback: number): number => {
    const text = env[name] || String(fallback);
    const number = Number(text);
    if (/^\d+$/.test(text) && number > 0 && number < 65_536) return number;
    faults.push(`${name} is "${text}", but has to be a port from 1 to 65535.`);
    return fallback;
  };
  const options: StartOptions = {
    dataDir: resolve(values.data ?? '.local'),
    demo: values['no-demo'] !== true,
    embedded: values.embedded === true,
    ingressPort: port('INGRESS_PORT', 8080),
    consolePort: port('CONSOLE_PORT', 8081),
    kafkaBrokers: env.KAFKA_BROKERS || undefined,
    registryUrl: env.SCHEMA_REGISTRY_URL || undefined,
    clickhouseUrl: env.CLICKHOUSE_URL || undefined,
    operatorToken: env.OPERATOR_TOKEN || undefined,
  };
  for (const [name, url] of [
    ['SCHEMA_REGISTRY_URL', options.registryUrl],
    ['CLICKHOUSE_URL', options.clickhouseUrl],
  ] as const) {
    if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
      faults.push(`${name} has to be an address that starts with http:// or https://.`);
    }
  }
  if (options.ingressPort === options.consolePort) {
    faults.push(
      `INGRESS_PORT and CONSOLE_PORT are both ${options.ingressPort}; give one of them another value.`,
    );
  }
  if (options.operatorToken !== undefined && options.operatorToken.length < 16) {
    faults.push('OPERATOR_TOKEN is too short; give it at least 16 characters.');
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return options;
}

function parseArguments(
  args: readonly string[],
  faults: string[],
): { data?: string; 'no-demo'?: boolean; embedded?: boolean } {
  try {
    return parseArgs({
      args: [...args],
      options: { data: { type: 'string' }, 'no-demo': { type: 'boolean' }, embedded: { type: 'boolean' } },
    }).values;
  } catch (error) {
    faults.push(`${(error as Error).message}\nUsage: npm start -- [--data DIR] [--no-demo] [--embedded]`);
    return {};
  }
}
